//! The program as a whole: what it does with findings.

use std::fs;

mod program;

use program::Folder;

const UNKNOWN: &str = "server = \"https://registry-1.docker.io\"\n\n[host.\"https://mirror.internal\"]\n\
    capabilities = [\"pul\"]\n";
const FILE: &str = "certs.d/docker.io/hosts.toml";

fn folder() -> Folder {
    let folder = Folder::new(&[]);
    folder.write(FILE, UNKNOWN);
    folder
}

#[test]
fn findings_decide_the_exit_code() {
    let folder = folder();
    let ended = folder.run(&["certs.d"]);
    ended.ends(1).says("1 error");
    assert!(
        ended.out.contains("error[unknown-capability]"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("certs.d/docker.io/hosts.toml:4:17"),
        "{}",
        ended.out
    );
    let ends = |args: &[&str], code| {
        let args: Vec<_> = args.iter().copied().chain(["certs.d"]).collect();
        folder.run(&args).ends(code);
    };
    ends(&["--fail-on", "never"], 0);
    ends(&["--exit-zero"], 0);
    ends(&["--ignore", "unknown-capability"], 0);
    ends(&["--ignore", "documents"], 0);
    ends(&["--select", "trust"], 0);
    ends(&["--severity", "unknown-capability=note"], 0);
    ends(
        &["--severity", "unknown-capability=note", "--fail-on", "note"],
        1,
    );
    ends(
        &[
            "--severity",
            "unknown-capability=note",
            "--fail-on",
            "note",
            "--min-severity",
            "warning",
        ],
        0,
    );
    ends(&["--severity", "documents=warning"], 1);
    ends(
        &["--severity", "documents=warning", "--fail-on", "error"],
        0,
    );
    ends(&["--format", "json"], 1);
    ends(&["--format", "concise", "-q"], 1);
}

#[test]
fn findings_go_to_standard_output_and_all_else_to_standard_error() {
    let folder = folder();
    let ended = folder.run(&["-v", "--statistics", "--format", "concise", "certs.d"]);
    assert_eq!(ended.out.lines().count(), 1, "{}", ended.out);
    ended
        .says("info: tree certs.d")
        .says("1  unknown-capability")
        .says("checked 1 namespace");
    let ended = folder.run(&["-q", "--format", "concise", "certs.d"]);
    assert_eq!((ended.out.lines().count(), ended.err.as_str()), (1, ""));
}

#[test]
fn colour_is_for_those_who_want_it() {
    let folder = folder();
    let is_colored = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = folder.command();
        command.args(args).arg("certs.d").envs(env.iter().copied());
        let output = command.output().unwrap();
        let escape = |bytes: &[u8]| bytes.contains(&0x1b);
        (escape(&output.stdout), escape(&output.stderr))
    };
    assert_eq!(is_colored(&[], &[]), (false, false));
    assert!(is_colored(&["--color", "always"], &[("NO_COLOR", "1")]).0);
    assert!(is_colored(&[], &[("FORCE_COLOR", "1")]).0);
    assert!(is_colored(&[], &[("CLICOLOR_FORCE", "1")]).0);
    assert!(!is_colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).0);
    assert!(!is_colored(&["--color", "never"], &[("FORCE_COLOR", "1")]).0);
    // A file takes none, whatever the terminal takes.
    folder
        .run(&["--color", "always", "-o", "findings.txt", "certs.d"])
        .ends(1);
    let written = fs::read(folder.path().join("findings.txt")).unwrap();
    assert!(!written.is_empty() && !written.contains(&0x1b));
}

#[test]
fn settings_hold_for_trees_however_they_are_named() {
    let folder = folder();
    folder.write(
        "certsd-lint.toml",
        "[[overrides]]\npaths = [\"certs.d/docker.io\"]\nrules.unknown-capability = \"off\"\n",
    );
    let absolute = folder.path().join("certs.d");
    for path in [
        "certs.d",
        ".",
        "./certs.d/docker.io",
        FILE,
        absolute.to_str().unwrap(),
    ] {
        folder.run(&[path]).ends(0);
    }
    folder.link("certs.d", "elsewhere");
    folder.run(&["elsewhere"]).ends(0);
    folder.run(&["--no-config", "certs.d"]).ends(1);
    folder
        .run(&["--severity", "unknown-capability=error", "certs.d"])
        .ends(1);
    let inside = folder
        .command()
        .current_dir(&absolute)
        .arg("docker.io")
        .output()
        .unwrap();
    assert_eq!(inside.status.code(), Some(0));
}

#[test]
fn releases_come_from_the_settings_or_the_flag() {
    let folder = folder();
    folder.write("certsd-lint.toml", "containerd = [\"1.6\", \"2.1.3\"]\n");
    folder
        .run(&["certs.d"])
        .says("for containerd 1.6.39, 2.1.3:");
    folder
        .run(&["--containerd", ">=2.2,1.7.2", "certs.d"])
        .says("for containerd 1.7.2, 2.2.7, 2.3.4:");
}

#[test]
fn known_findings_are_not_reported_again() {
    let folder = folder();
    folder
        .run(&[
            "--write-baseline",
            "known.json",
            "--baseline",
            "known.json",
            "certs.d",
        ])
        .fails("cannot be used with");
    folder
        .run(&["--baseline", "known.json", "certs.d"])
        .fails("it does not exist; --write-baseline known.json writes it");
    let ended = folder.run(&["--write-baseline", "known.json", "certs.d"]);
    ended
        .ends(0)
        .says("wrote known.json: 1 known finding, 0 removed");
    folder
        .run(&["--baseline", "known.json", "certs.d"])
        .ends(0)
        .says("1 known from the baseline");
    // What moves is the same finding still.
    folder.write(FILE, &format!("# moved\n{UNKNOWN}"));
    folder.write(
        "certs.d/quay.io/hosts.toml",
        &UNKNOWN.replace("registry-1.docker.io", "quay.io"),
    );
    let ended = folder.run(&["--baseline", "known.json", "--format", "concise", "certs.d"]);
    ended.ends(1).says("1 known from the baseline");
    assert!(ended.out.starts_with("certs.d/quay.io"), "{}", ended.out);
    // Writing it for one namespace forgets nothing of the others.
    let ended = folder.run(&["--write-baseline", "known.json", "certs.d/quay.io"]);
    ended.ends(0).says("2 known findings, 0 removed");
    folder.write(FILE, "");
    let ended = folder.run(&["--baseline", "known.json", "certs.d"]);
    ended.says("unknown-capability is in the baseline and is no longer found");
    folder.write("certsd-lint.toml", "baseline = \"known.json\"\n");
    folder.run(&["certs.d"]).says("known from the baseline");
    folder.write("known.json", "[]");
    folder
        .run(&["certs.d"])
        .fails("cannot use the baseline known.json: it is not a baseline of certsd-lint");
}

#[test]
fn comments_silence_findings_unless_told_otherwise() {
    let folder = folder();
    let silenced = UNKNOWN.replace(
        "[\"pul\"]",
        "[\"pul\"] # certsd-lint: ignore[unknown-capability] a test",
    );
    folder.write(FILE, &silenced);
    folder
        .run(&["certs.d"])
        .ends(0)
        .says("1 silenced by comments");
    folder.run(&["--no-ignores", "certs.d"]).ends(1);
    let ended = folder.run(&["--show-ignored", "--format", "json", "certs.d"]);
    ended.ends(0);
    assert!(ended.out.contains("unknown-capability"), "{}", ended.out);
}

#[test]
fn the_clock_is_an_argument() {
    let folder = folder();
    folder
        .run(&["--now", "2026-01-31T00:00:00Z", "certs.d"])
        .ends(1);
    folder.run(&["--now", "0", "certs.d"]).ends(1);
}

#[test]
fn standard_input_is_linted_in_place_of_the_file() {
    let folder = folder();
    let clean = folder.path().join("clean.toml");
    fs::write(
        &clean,
        "server = \"https://registry-1.docker.io\"\n[host.\"https://mirror.internal\"]\n",
    )
    .unwrap();
    let stdin = || fs::File::open(&clean).unwrap().into();
    folder
        .run_with(
            &[
                "--stdin-filename",
                FILE,
                "-",
                "--select",
                "unknown-capability",
            ],
            stdin(),
        )
        .ends(0);
    folder.run(&["certs.d"]).ends(1);
    // The text counts for a file and a tree that are not there, too.
    let text = fs::File::open(folder.path().join(FILE)).unwrap();
    let ended = folder.run_with(
        &["--stdin-filename", "new/quay.io/hosts.toml", "-"],
        text.into(),
    );
    ended.ends(1);
    assert!(
        ended.out.contains("new/quay.io/hosts.toml:4:17"),
        "{}",
        ended.out
    );
}

#[test]
fn resolve_answers() {
    let folder = folder();
    let ended = folder.run(&[
        "resolve",
        "--config-path",
        "certs.d",
        "--format",
        "json",
        "nginx",
    ]);
    ended.ends(0);
    assert!(ended.out.contains("\"resolutions\""));
    let drawn = |args: &[&str]| {
        let args: Vec<_> = args
            .iter()
            .copied()
            .chain(["resolve", "--config-path", "certs.d", "nginx"])
            .collect();
        folder.run(&args).out
    };
    assert!(!drawn(&[]).contains('\u{1b}'));
    assert!(drawn(&["--color", "always"]).contains('\u{1b}'));
    folder
        .run(&["resolve", "--config-path", "nowhere", "nginx"])
        .fails("the config path nowhere does not exist");
}
