//! Writing the tree: whole directories, and none that is there already.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::cli::{Error, Result};
use crate::finding::words::count;
use crate::migrate::HostsFile;

/// Sees that nothing is in the way.
///
/// # Errors
/// When the output is no directory, or a directory for one of the registries is there, in either spelling.
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
    let (is, left) = match there.len() {
        1 => ("is", "it is left as it is"),
        _ => ("are", "they are left as they are"),
    };
    Err(Error::message(format!(
        "{} {is} there already; {left}, and nothing is written: name another --output, or move {} away first",
        there.join(", "),
        count(there.len(), "directory", "directories")
    )))
}

/// Writes the files. Each directory appears whole, by a rename; when one fails, those before it are taken back.
///
/// # Errors
/// When a file or directory cannot be written.
pub fn write(output: &Path, files: &[HostsFile]) -> Result<()> {
    let failed = |path: &Path, error: io::Error| {
        Error::message(format!(
            "cannot write {}: {error}; nothing is written",
            path.display()
        ))
    };
    fs::create_dir_all(output).map_err(|error| failed(output, error))?;
    let staging = output.join(format!(".certsd-lint-{}", std::process::id()));
    let mut moved: Vec<PathBuf> = Vec::new();
    let result = stage(&staging, files).and_then(|()| {
        for file in files {
            let target = output.join(&file.directory);
            // An empty directory would give way to a rename.
            if target.symlink_metadata().is_ok() {
                return Err((target, io::Error::from(ErrorKind::AlreadyExists)));
            }
            match fs::rename(staging.join(&file.directory), &target) {
                Ok(()) => moved.push(target),
                Err(error) => return Err((target, error)),
            }
        }
        Ok(())
    });
    // The first error is the one to tell.
    let _ = fs::remove_dir_all(&staging);
    result.map_err(|(path, error)| {
        for directory in &moved {
            let _ = fs::remove_dir_all(directory);
        }
        failed(&path, error)
    })
}

fn stage(staging: &Path, files: &[HostsFile]) -> std::result::Result<(), (PathBuf, io::Error)> {
    fs::create_dir(staging).map_err(|error| (staging.to_owned(), error))?;
    for file in files {
        let directory = staging.join(&file.directory);
        let path = directory.join("hosts.toml");
        fs::create_dir(&directory)
            .and_then(|()| fs::write(&path, &file.text))
            .map_err(|error| (path, error))?;
    }
    Ok(())
}
