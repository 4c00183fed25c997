//! Looking for the settings file.

use std::path::{Path, PathBuf};

use super::problem::SettingsError;
use crate::disk::{absolute, repository_root};

/// The names of a settings file.
pub const FILE_NAMES: [&str; 2] = ["certsd-lint.toml", ".certsd-lint.toml"];

/// The settings file for a run over these paths.
///
/// It is looked for in the nearest directory that all paths have in common, and upwards to the root
/// of the repository; when there is none, from the current directory upwards in the same way. So
/// the result depends neither on the order of the paths nor, for paths of one repository, on
/// where the program was started.
pub fn locate(paths: &[PathBuf]) -> Result<Option<PathBuf>, SettingsError> {
    if let Some(start) = common_directory(paths)
        && let Some(found) = upwards(&start)?
    {
        return Ok(Some(found));
    }
    upwards(&absolute(Path::new(".")))
}

/// The settings file in this directory or above it, up to the root of the repository.
pub fn upwards(start: &Path) -> Result<Option<PathBuf>, SettingsError> {
    let last = repository_root(start);
    for directory in start.ancestors() {
        let mut there = FILE_NAMES
            .iter()
            .map(|name| directory.join(name))
            .filter(|path| path.symlink_metadata().is_ok());
        if let Some(first) = there.next() {
            return match there.next() {
                Some(second) => Err(SettingsError::Ambiguous { first, second }),
                None => Ok(Some(first)),
            };
        }
        if Some(directory) == last {
            break;
        }
    }
    Ok(None)
}

/// The nearest directory that contains all the paths.
fn common_directory(paths: &[PathBuf]) -> Option<PathBuf> {
    let mut directories = paths.iter().map(|path| {
        let absolute = absolute(path);
        match absolute.parent() {
            Some(parent) if !absolute.is_dir() => parent.to_owned(),
            _ => absolute,
        }
    });
    let first = directories.next()?;
    Some(directories.fold(first, |common, directory| {
        common
            .ancestors()
            .find(|ancestor| directory.starts_with(ancestor))
            .unwrap_or(&common)
            .to_owned()
    }))
}
