//! The files of `deploy/`: what they run is run, and what others check is checked where their programs are installed.

mod images;
mod kubernetes;
mod management;
mod monitoring;
mod systemd;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::program::{Ended, Folder, SOUND};

/// A file of `deploy/`.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(name)
}

/// The text of a file of `deploy/`.
fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The root of a node, with a tree that its config.toml names, and programs that nodes have: `bin/containerd` prints a version.
fn node() -> Folder {
    let folder = Folder::new(&["metrics/"]);
    folder.write(
        "root/etc/containerd/config.toml",
        "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/etc/containerd/certs.d'\n",
    );
    folder.write("root/etc/containerd/certs.d/docker.io/hosts.toml", SOUND);
    program(
        &folder,
        "containerd",
        "echo containerd github.com/containerd/containerd/v2 v2.2.7 0123456789abcdef",
    );
    folder
}

/// Gives the node a hosts.toml that containerd ignores.
fn spoil(node: &Folder) {
    node.write("root/etc/containerd/certs.d/quay.io/hosts.toml", BAD);
}

const BAD: &str = "[host.\"https://m.internal\"]\ncapabilities = [\"pul\"]\n";

/// Writes a script into the folder's `bin`.
fn program(folder: &Folder, name: &str, body: &str) {
    folder.write(&format!("bin/{name}"), &format!("#!/bin/sh\n{body}\n"));
    let path = folder.path().join("bin").join(name);
    let status = Command::new("chmod").arg("+x").arg(path).status();
    assert!(status.unwrap().success());
}

/// A shell in the folder, with its `bin` and this program in its path.
fn shell(folder: &Folder) -> Command {
    let own = Path::new(env!("CARGO_BIN_EXE_certsd-lint"));
    let path = format!(
        "{}:{}:{}",
        folder.path().join("bin").display(),
        own.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let mut command = Command::new("sh");
    command.current_dir(folder.path()).env("PATH", path);
    command.stdin(std::process::Stdio::null());
    command
}

/// Runs a command line with the shell.
fn sh(folder: &Folder, script: &str) -> Ended {
    let output: Output = shell(folder).args(["-c", script]).output().unwrap();
    Ended::of(output)
}
