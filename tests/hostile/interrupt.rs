//! Ctrl-C, and what is told of long runs.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use crate::program::{Folder, SOUND};

/// It ends by the signal, as a shell expects it, and leaves no file behind, half written or not.
#[test]
fn an_interrupt_ends_at_once() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    folder.write("out.json", "of the run before");
    let mut command = folder.command();
    command.args([
        "--no-config",
        "--stdin-filename",
        "certs.d/docker.io/hosts.toml",
        "-",
    ]);
    command.args(["--format", "json", "--output", "out.json"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It waits for the end of this text, which never comes.
    let mut text = child.stdin.take().unwrap();
    text.write_all(SOUND.as_bytes()).unwrap();
    // Not SIGINT: a shell makes what it starts in the background ignore that, and these tests with it.
    let interrupted = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    let ended = child.wait_with_output().unwrap();
    drop(text);
    assert_eq!(ended.status.signal(), Some(15));
    assert!(
        ended.stdout.is_empty() && ended.stderr.is_empty(),
        "{ended:?}"
    );
    let kept = std::fs::read_to_string(folder.path().join("out.json")).unwrap();
    assert_eq!(kept, "of the run before");
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 2, "nothing else is left");
}

/// Where nobody looks, nothing is told.
#[test]
fn progress_is_for_terminals_alone() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    let usual = folder.run(&["--no-config", "certs.d"]);
    let without = folder.run(&["--no-config", "--no-progress", "certs.d"]);
    assert_eq!(usual.err, without.err);
    assert!(!usual.err.contains(['\r', '\u{1b}']));
}
