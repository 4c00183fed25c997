//! The hooks of pre-commit, started as pre-commit starts them: entry, `args`, names of files.

use std::path::Path;
use std::process::Command;

use saphyr::Yaml;

use crate::program::{Folder, SOUND, certsd_lint};
use crate::{text, yaml};

/// The words of each hook's entry, and its default `args`.
fn commands() -> Vec<(Vec<String>, Vec<String>)> {
    let text = text(".pre-commit-hooks.yaml");
    let hooks = yaml(&text);
    let hooks = hooks.as_sequence().unwrap();
    assert!(hooks.len() >= 3);
    let words = |hook: &Yaml| {
        let entry = hook["entry"].as_str().unwrap();
        let words: Vec<String> = entry.split_whitespace().map(String::from).collect();
        let args = hook["args"].as_sequence().unwrap().iter();
        let args = args.map(|word| word.as_str().unwrap().to_owned());
        (words, args.collect())
    };
    hooks.iter().map(words).collect()
}

/// What a stranger's repository can call its files, so that the gate would be off or a file overwritten.
const NAMES: [&str; 5] = [
    "--config=certs.d/docker.io/hosts.toml",
    "--output=certs.d/docker.io/hosts.toml",
    "--exclude=**/certs.d/docker.io/hosts.toml",
    "--fail-on=never/certs.d/docker.io/hosts.toml",
    "-q/certs.d/docker.io/hosts.toml",
];

const BROKEN: &str = "[host.\"https://mirror.internal\"]\ncapabilities = [\"pul\"]\n";

#[test]
fn a_file_that_is_called_like_an_option_is_linted() {
    for (words, _) in commands() {
        for name in NAMES {
            let folder = Folder::new(&[]);
            folder.write(name, SOUND);
            folder.write("certs.d/docker.io/hosts.toml", BROKEN);
            let run = |files: &[&str]| {
                let output = certsd_lint()
                    .current_dir(folder.path())
                    .args(&words[1..])
                    .args(files)
                    .output()
                    .unwrap();
                crate::program::Ended::of(output)
            };
            run(&[name]).ends(0).says("checked 1 namespace");
            let both = run(&[name, "certs.d/docker.io/hosts.toml"]);
            both.ends(1).says("checked 2 namespaces");
            folder.write(name, BROKEN);
            run(&[name]).ends(1);
            assert!(!folder.path().join("**").exists());
        }
    }
}

/// The text alone, for hooks whose program is in an image.
#[test]
fn every_entry_ends_where_paths_begin() {
    for (words, _) in commands() {
        assert_eq!(words.last().unwrap(), "--", "{words:?}");
        assert!(words.iter().any(|word| word == "--force-exclude"));
    }
}

#[test]
fn an_option_behind_the_entry_is_refused_with_the_remedy() {
    for (words, _) in commands() {
        let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
        let mut words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        words.extend(["--exit-zero", "certs.d/docker.io/hosts.toml"]);
        folder
            .run(&words)
            .fails("cannot read --exit-zero: it does not exist; everything after `--` is a path");
    }
}

/// All hooks look at the same files, and see them in one run.
#[test]
fn hooks_differ_in_how_the_program_comes_only() {
    let text = text(".pre-commit-hooks.yaml");
    let hooks = yaml(&text);
    let hooks = hooks.as_sequence().unwrap();
    for hook in hooks {
        assert_eq!(hook["args"], hooks[0]["args"]);
        assert_eq!(hook["always_run"].as_bool(), Some(true));
        assert_eq!(hook["pass_filenames"].as_bool(), Some(false));
        assert_eq!(hook["require_serial"].as_bool(), Some(true));
    }
}

/// A commit that deletes a certificate changes no file that pre-commit would name.
#[test]
fn a_deleted_certificate_is_seen() {
    for (words, args) in commands() {
        let folder = Folder::new(&[".git/"]);
        let run = || {
            let words: Vec<&str> = words[1..].iter().chain(&args).map(String::as_str).collect();
            folder.run(&words)
        };
        run().ends(0);
        let text = "server = \"https://reg.internal\"\nca = \"ca.pem\"\n";
        folder.write("certs.d/reg.internal/hosts.toml", text);
        let ended = run();
        ended.ends(1);
        assert!(ended.out.contains("ca.pem"), "{ended:#?}");
        // A hook that names the deleted file sees the same.
        let ended = folder.run(&["--force-exclude", "--", "certs.d/reg.internal/ca.pem"]);
        ended.ends(1);
        assert!(ended.out.contains("ca.pem"), "{ended:#?}");
        folder.run(&["--force-exclude", "--", "README.md"]).ends(2);
    }
}

/// The same through pre-commit itself, where it is installed.
#[test]
fn pre_commit_hands_over_names_that_look_like_options() {
    let started = |command: &mut Command| command.output().is_ok_and(|o| o.status.success());
    if !started(Command::new("pre-commit").arg("--version")) {
        eprintln!("skipped: pre-commit is not installed");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_certsd-lint"));
    let search = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let run = |folder: &Path, words: &[&str]| {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(folder);
        command
            .env("PATH", &search)
            .env("PRE_COMMIT_HOME", home.path())
            .env("HOME", home.path())
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE");
        let output = command.output().unwrap();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let commit = |folder: &Path| {
        run(folder, &["git", "init", "--quiet"]);
        run(folder, &["git", "add", "--all"]);
        let me = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"];
        let words = [&me[..], &["commit", "--quiet", "--message", "x"]].concat();
        assert_eq!(run(folder, &words).0, Some(0));
    };
    let hooks = Folder::new(&[]);
    hooks.write(".pre-commit-hooks.yaml", &text(".pre-commit-hooks.yaml"));
    commit(hooks.path());
    let hooks = hooks.path().to_str().unwrap();
    let hook = "certsd-lint-system";
    let try_repo = [
        "pre-commit",
        "try-repo",
        hooks,
        hook,
        "--all-files",
        "--verbose",
    ];

    let sound = Folder::new(&NAMES);
    commit(sound.path());
    let (code, out) = run(sound.path(), &try_repo);
    assert_eq!(code, Some(0), "{out}");
    let broken = Folder::new(&NAMES);
    broken.write("certs.d/docker.io/hosts.toml", BROKEN);
    commit(broken.path());
    let (code, out) = run(broken.path(), &try_repo);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("pul"), "{out}");
}
