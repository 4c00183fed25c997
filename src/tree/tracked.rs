//! Which files of a tree Git keeps.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use super::disk;

/// The paths below `directory` that are in the index of its repository, relative to it. Empty without a
/// repository or without Git: this is never a reason to fail.
///
/// The repository may be anyone's, so Git is kept from starting the programs that its settings name.
pub fn files(directory: &Path) -> BTreeSet<String> {
    let Ok(absolute) = std::path::absolute(directory) else {
        return BTreeSet::new();
    };
    if !disk::in_repository(&absolute) {
        return BTreeSet::new();
    }
    let output = Command::new("git")
        .arg("-C")
        .arg(&absolute)
        .args(["-c", "core.fsmonitor=false"])
        .args(["ls-files", "-z", "--cached", "--", "."])
        .env("GIT_OPTIONAL_LOCKS", "0")
        // Set while a hook runs, and meant for another directory than this one.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_PREFIX")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => output
            .stdout
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect(),
        _ => BTreeSet::new(),
    }
}
