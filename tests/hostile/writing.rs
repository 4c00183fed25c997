//! Output that cannot be written, or that nobody reads.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::FORMATS;
use crate::program::{Ended, Folder};

/// A tree with more findings than a pipe takes.
fn noisy() -> Folder {
    let folder = Folder::new(&[]);
    let keys: String = (0..2_000).map(|i| format!("k{i} = 1\n")).collect();
    folder.write(
        "certs.d/docker.io/hosts.toml",
        &format!("[host.\"https://m.internal\"]\n{keys}"),
    );
    folder
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let folder = noisy();
    for format in FORMATS {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = folder.command();
        let command = command.args(["--no-config", "--format", format, "certs.d"]);
        let ended = Ended::of(command.stdout(Stdio::from(full)).output().unwrap());
        ended.fails("cannot write the output");
    }
    folder
        .run(&["--no-config", "--output", "/dev/full", "certs.d"])
        .fails("cannot write /dev/full");
    folder
        .run(&["--no-config", "--write-baseline", "/dev/full", "certs.d"])
        .fails("/dev/full");
}

#[test]
fn a_reader_that_leaves() {
    let folder = noisy();
    for format in FORMATS {
        let mut command = folder.command();
        command.args(["--no-config", "--format", format, "certs.d"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut beginning = [0; 100];
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut beginning).unwrap();
        drop(out);
        let ended = Ended::of(child.wait_with_output().unwrap());
        assert!(!ended.err.contains("error"), "{format}: {ended:?}");
    }
}

#[test]
fn places_that_cannot_be_written() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml", "directory/"]);
    for output in [
        "directory",
        "no/such/file",
        "certs.d/docker.io/hosts.toml/x",
    ] {
        let ended = folder.run(&["--no-config", "--output", output, "certs.d"]);
        ended.fails(&format!("cannot write {output}"));
    }
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}
