//! Writing the tree: whole directories, and none that is there already.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::cli::{Error, Result};
use crate::disk::write::{NewTree, WriteError};
use crate::migrate::HostsFile;

/// Sees that nothing is in the way.
///
/// # Errors
/// When the output is not a directory, or a directory for one of the registries is there, in either spelling.
pub fn check(output: &Path, files: &[HostsFile]) -> Result<()> {
    match fs::metadata(output) {
        Ok(metadata) if !metadata.is_dir() => {
            return Err(Error::message(format!(
                "{} is not a directory; name another with --output",
                output.display()
            )));
        }
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Error::message(format!(
                "cannot look into {}: {error}",
                output.display()
            )));
        }
        _ => {}
    }
    let there: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let mut names = vec![file.directory.as_str()];
            names.extend(file.host.as_deref().filter(|host| *host != file.directory));
            names
        })
        .map(|name| output.join(name))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if there.is_empty() {
        return Ok(());
    }
    let (exist, they) = match there.len() {
        1 => ("already exists", "it"),
        _ => ("already exist", "them"),
    };
    Err(Error::message(format!(
        "{} {exist}; nothing was written: choose another --output, or move {they} away first",
        there.join(", ")
    )))
}

/// Writes the files. Each directory appears whole, by a rename; when one fails, those before it are taken back.
///
/// # Errors
/// When a file or directory cannot be written.
pub fn write(output: &Path, files: &[HostsFile]) -> Result<()> {
    let failed = |path: &Path, error: WriteError| {
        Error::message(format!(
            "cannot write {}: {error}; nothing was written",
            path.display()
        ))
    };
    let mut tree = NewTree::new(output).map_err(|error| failed(output, error))?;
    for file in files {
        let path = output.join(&file.directory);
        tree.add(&file.directory, "hosts.toml", file.text.as_bytes())
            .map_err(|error| failed(&path.join("hosts.toml"), error))?;
    }
    tree.finish()
        .map_err(|(directory, error)| failed(&output.join(directory), error))
}
