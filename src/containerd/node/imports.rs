//! Which files `imports` names (containerd's `resolveImports`).

use crate::containerd::files::Files;
use crate::containerd::go::glob::{self, BadPattern};
use crate::containerd::go::path;

/// The paths that a text in `imports` of the file `parent` stands for: relative to its directory, and a pattern
/// only if it has a `*`.
pub fn resolve(files: &dyn Files, parent: &str, text: &str) -> Result<Vec<String>, BadPattern> {
    let cleaned = path::clean(text);
    let path = match cleaned.starts_with('/') {
        true => cleaned,
        false => path::join(directory(parent), &cleaned),
    };
    match path.contains('*') {
        true => glob::glob(files, &path),
        false => Ok(vec![path]),
    }
}

/// The directory of a file.
pub fn directory(file: &str) -> &str {
    match file.rfind('/') {
        Some(0) => "/",
        Some(at) => &file[..at],
        None => ".",
    }
}
