//! `--format line`: one line, whatever the run came to.

use crate::fixtures;
use crate::program::{Ended, Folder, SOUND, certsd_lint};

#[track_caller]
fn is_one_line(ended: &Ended) -> &str {
    let line = ended.out.strip_suffix('\n').unwrap_or_default();
    assert!(!line.is_empty(), "{ended:#?}");
    assert!(ended.out.len() <= 80, "{} bytes: {line}", ended.out.len());
    assert!(
        !line.contains(|c: char| c == '|' || c.is_control()),
        "{line}"
    );
    line
}

#[test]
fn every_fixture_has_one_line_of_at_most_80_bytes() {
    for path in fixtures::all() {
        let mut command = certsd_lint();
        command.args(["--format", "line", "--quiet", "--now", "1767225600", "--"]);
        let output = command.arg(&path).output().unwrap();
        assert!(str::from_utf8(&output.stdout).is_ok(), "{path:?}");
        let ended = Ended::of(output);
        let line = is_one_line(&ended);
        let begins = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
        assert!(
            match ended.code {
                Some(0) => begins(&["ok: ", "note: "]),
                Some(1) => begins(&["error: ", "warning: "]),
                _ => begins(&["failed: "]),
            },
            "{path:?}: {:?} {line}",
            ended.code
        );
    }
}

#[test]
fn the_worst_comes_first_and_the_number_of_the_others_is_kept() {
    let folder = Folder::new(&[]);
    folder.write(
        "certs.d/a.io/hosts.toml",
        "[host.\"http://m.corp.example\"]\ncapabilities = [\"pull\", \"resolve\"]\n",
    );
    folder.write(
        "certs.d/z.io/hosts.toml",
        "[host.\"https://m.internal\"]\ncapabilities = [\"pul\"]\n",
    );
    let ended = folder.run(&["--format", "line", "--quiet", "certs.d"]);
    let line = is_one_line(ended.ends(1));
    assert!(line.starts_with("error: z.io: "), "{line}");
    assert!(line.ends_with(" (+1)"), "{line}");
}

#[test]
fn a_clean_tree_has_a_line_too() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    let args = ["--format", "line", "--quiet", "--containerd", "2.2.7"];
    let ended = folder.run(&[&args[..], &["certs.d"]].concat());
    assert_eq!(
        is_one_line(ended.ends(0)),
        "ok: 1 namespace, containerd 2.2.7"
    );
}

#[test]
fn a_run_without_a_report_has_a_line_too() {
    let folder = Folder::new(&["empty/"]);
    for args in [
        &["nowhere"][..],
        &["empty"],
        &["--containerd-config", "config.toml"],
        &["--config", "settings.toml", "empty"],
    ] {
        let ended = folder.run(&[&["--format", "line"], args].concat());
        let line = is_one_line(ended.ends(2));
        assert!(line.starts_with("failed: "), "{line}");
    }
}

#[test]
fn long_and_strange_names_are_cut_between_characters() {
    let folder = Folder::new(&[]);
    for length in 50..70 {
        let name = format!("{}.example", "é".repeat(length));
        let text = format!("{SOUND}\"{}|\u{202e}\" = 1\n", "ü".repeat(length));
        folder.write(&format!("certs.d/{name}/hosts.toml"), &text);
        let path = format!("certs.d/{name}");
        let ended = folder.run(&["--format", "line", "--quiet", "--select", "all", &path]);
        is_one_line(&ended);
    }
}
