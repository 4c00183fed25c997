//! Which files `imports` names (containerd's `resolveImports`).

use std::borrow::Cow;
use std::cell::Cell;

use crate::containerd::files::{DirEntry, FileError, Files};
use crate::containerd::glob;
use crate::containerd::release::Release;
use crate::go::glob::BadPattern;
use crate::go::path;

/// So many directories are looked into for all patterns of a config.toml and its imports: a pattern such as `/*/*/*/*` represents
/// every directory of the machine.
const MAX_DIRECTORIES: usize = 1_000;

/// The directories that may still be looked into.
pub struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Budget {
        Budget(Cell::new(MAX_DIRECTORIES))
    }
}

/// Files whose directories are looked into as long as the budget lasts.
struct Limited<'a> {
    files: &'a dyn Files,
    budget: &'a Budget,
    is_exhausted: Cell<bool>,
}

impl Files for Limited<'_> {
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, FileError> {
        self.files.read(path)
    }

    fn stat(&self, path: &str) -> Result<(), FileError> {
        self.files.stat(path)
    }

    fn list(&self, path: &str) -> Result<Vec<DirEntry>, FileError> {
        match self.budget.0.get().checked_sub(1) {
            Some(left) => {
                self.budget.0.set(left);
                self.files.list(path)
            }
            None => {
                self.is_exhausted.set(true);
                Err(FileError::Unknown)
            }
        }
    }
}

/// The paths that a text in `imports` matches.
pub struct Imports {
    /// The paths, as far as they can be seen.
    pub paths: Vec<String>,
    /// The directory of a pattern cannot be looked into here, or there are too many.
    pub are_unknown: bool,
}

/// The paths that a text in `imports` of the file `parent` represents: relative to its directory, and a pattern
/// only if it has a `*`. Where patterns begin where the daemon was started, that is `/`, as it is for a service.
pub fn resolve(
    release: Release,
    files: &dyn Files,
    budget: &Budget,
    parent: &str,
    text: &str,
) -> Result<Imports, BadPattern> {
    let cleaned = path::clean(text);
    let base = match cleaned.contains('*') && !release.globs_beside_parent() {
        true => "/",
        false => directory(parent),
    };
    let path = match cleaned.starts_with('/') {
        true => cleaned,
        false => path::join(base, &cleaned),
    };
    let Some(star) = path.find('*') else {
        return Ok(Imports {
            paths: vec![path],
            are_unknown: false,
        });
    };
    let files = Limited {
        files,
        budget,
        is_exhausted: Cell::new(false),
    };
    let looked_into = files.list(directory(&path[..star]));
    let paths = glob::glob(&files, &path)?;
    Ok(Imports {
        are_unknown: files.is_exhausted.get()
            || looked_into.is_err_and(|error| error.is_ours_alone()),
        paths,
    })
}

/// The directory of a file.
pub fn directory(file: &str) -> &str {
    match file.rfind('/') {
        Some(0) => "/",
        Some(at) => &file[..at],
        None => ".",
    }
}
