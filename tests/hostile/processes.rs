//! No run starts a program or opens a socket, whatever the tree holds.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::{Ended, Folder, certsd_lint};

/// All fixtures in a repository, and trees with what makes Git start programs.
fn folder() -> Folder {
    let folder = Folder::new(&["bait/certs.d/docker.io/hosts.toml"]);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let run = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        command.args(args).stderr(Stdio::null());
        command.current_dir(folder.path()).status()
    };
    let copied = run("cp", &["-R", fixtures.to_str().unwrap(), "fixtures"]);
    assert!(copied.unwrap().success());
    let key = fs::read_to_string(fixtures.join("pki/client-rsa.key")).unwrap();
    folder.write("bait/certs.d/docker.io/client.key", &key);
    // What a bare repository looks like: a pull request can carry it, and Git takes the directory for one.
    let config = "[core]\nrepositoryformatversion = 1\nbare = true\nsshCommand = touch started\nfsmonitor = touch started\n\
         [extensions]\npartialClone = o\n[remote \"o\"]\nurl = ssh://x/y\npromisor = true\n";
    for git in ["bait/certs.d", "bait/certs.d/docker.io"] {
        folder.write(&format!("{git}/HEAD"), "ref: refs/heads/main\n");
        folder.write(&format!("{git}/config"), config);
        folder.write(&format!("{git}/objects/info/x"), "");
        folder.write(&format!("{git}/refs/heads/x"), "");
    }
    // Without Git here, there is a directory that is called as its own.
    if !run("git", &["init", "--quiet"]).is_ok_and(|status| status.success()) {
        folder.write(".git/HEAD", "ref: refs/heads/main\n");
    }
    let _ = run("git", &["config", "core.fsmonitor", "touch started"]);
    let _ = run(
        "git",
        &["add", "--force", "bait/certs.d/docker.io/client.key"],
    );
    folder
}

/// What a user may run in such a repository.
const RUNS: [&[&str]; 7] = [
    &["--no-config", "."],
    &["--no-config", "bait/certs.d"],
    &["--no-config", "--diff", "--unsafe-fixes", "bait"],
    &["--no-config", "--format", "sarif", "bait"],
    &[
        "resolve",
        "--config-path",
        "bait/certs.d",
        "docker.io/nginx",
    ],
    &["node", "--sysroot", "."],
    &[
        "migrate",
        "--dry-run",
        "fixtures/migrate/k3s/registries.yaml",
    ],
];

#[test]
fn no_program_of_the_path_is_started() {
    let folder = folder();
    for name in ["git", "sh", "ssh", "openssl", "find", "id", "touch"] {
        let program = format!("bin/{name}");
        folder.write(&program, "#!/bin/sh\n: > \"$0.was-started\"\n");
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.path().join(program), executable).unwrap();
    }
    for args in RUNS {
        let mut command = folder.command();
        command.args(args).env("PATH", folder.path().join("bin"));
        let ended = Ended::of(command.output().unwrap());
        assert!(ended.code.is_some(), "{ended:?}");
        let names = fs::read_dir(folder.path().join("bin")).unwrap().flatten();
        let names: Vec<_> = names.map(|entry| entry.file_name()).collect();
        assert_eq!(names.len(), 7, "{args:?} started one: {names:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_system_call_starts_a_program_or_opens_a_socket() {
    let traced = "trace=execve,execveat,fork,vfork,socket,socketpair,connect,bind,listen";
    let strace = |command: &mut Command| {
        command.args([
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-e",
            "signal=none",
            "-e",
            traced,
            "-o",
            "trace",
        ]);
        command.stdin(Stdio::null());
    };
    let folder = folder();
    let mut works = Command::new("strace");
    strace(works.arg("-V").stdout(Stdio::null()));
    if !works
        .current_dir(folder.path())
        .status()
        .is_ok_and(|status| status.success())
    {
        eprintln!("skipped: no strace here");
        return;
    }
    let program = certsd_lint();
    for args in RUNS {
        let mut command = Command::new("strace");
        command.current_dir(folder.path());
        strace(&mut command);
        let ended = command
            .arg(program.get_program())
            .args(args)
            .output()
            .unwrap();
        let trace = fs::read_to_string(folder.path().join("trace")).unwrap_or_default();
        if trace.is_empty() {
            eprintln!("skipped: strace may not trace here: {ended:?}");
            return;
        }
        let calls: Vec<&str> = trace.lines().filter(|line| !line.contains("+++")).collect();
        assert!(
            matches!(&calls[..], [own] if own.contains("execve(") && own.contains("certsd-lint")),
            "{args:?}: {calls:#?}"
        );
    }
}

/// A repository layout in a tree is no repository: what it says of the tree's files does not count, and the one around the
/// tree is asked in spite of it.
#[test]
fn a_repository_layout_in_a_tree_is_no_repository() {
    let folder = folder();
    if !folder.path().join(".git/index").exists() {
        eprintln!("skipped: no Git here to write an index");
        return;
    }
    let of_the_key = |folder: &Folder| {
        let args = [
            "--no-config",
            "--select",
            "private-key-exposed",
            "--format",
            "concise",
        ];
        let ended = folder.run(&[&args[..], &["bait/certs.d"]].concat());
        ended.out.contains("`client.key` is tracked by Git")
    };
    assert!(of_the_key(&folder));
    let index = folder.path().join(".git/index");
    fs::rename(index, folder.path().join("bait/certs.d/index")).unwrap();
    assert!(!of_the_key(&folder));
}
