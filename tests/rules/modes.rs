//! Copies of trees, and the modes that Git does not keep.
//!
//! A line of `modes.txt` is a mode and a path in `certs.d` (`.` is that itself): `0644 docker.io/client.key`. What it does
//! not name gets 0755 as a directory and 0644 as a file.

use std::fs;
use std::path::Path;

/// Copies what lies in `from`; links as links.
pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&source, &target);
        } else if kind.is_symlink() {
            link(&fs::read_link(&source).unwrap(), &target);
        } else {
            fs::copy(&source, &target).unwrap();
        }
    }
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) {
    std::os::unix::fs::symlink(to, at).unwrap();
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) {}

/// Gives the files of a config path the modes in the `modes.txt` beside it; whether there is one.
pub fn apply(config_path: &Path) -> bool {
    let Ok(text) = fs::read_to_string(config_path.with_file_name("modes.txt")) else {
        return false;
    };
    reset(config_path);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (mode, path) = line.split_once(' ').expect("a mode and a path");
        let mode = u32::from_str_radix(mode, 8).expect("an octal mode");
        set_mode(&config_path.join(path.trim()), mode);
    }
    true
}

fn reset(path: &Path) {
    let kind = fs::symlink_metadata(path).unwrap().file_type();
    if kind.is_dir() {
        set_mode(path, 0o755);
        for entry in fs::read_dir(path).unwrap() {
            reset(&entry.unwrap().path());
        }
    } else if kind.is_file() {
        set_mode(path, 0o644);
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}
