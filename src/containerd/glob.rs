//! `filepath.Glob` on the files of a node.

use super::files::Files;
use crate::go::glob::{BadPattern, Pattern, has_meta, matches};
use crate::go::path;

/// No path has more parts: the longest that Linux takes has 4,096 bytes.
const MAX_DEPTH: usize = 2_048;

/// The paths that match a pattern, in the order in which Go finds them. Directories that cannot be read hold nothing.
pub fn glob(files: &dyn Files, pattern: &str) -> Result<Vec<String>, BadPattern> {
    // Go looks over the whole pattern before it looks for files.
    matches(pattern, "")?;
    match pattern.matches('/').count() > MAX_DEPTH {
        true => Ok(Vec::new()),
        false => find(files, pattern),
    }
}

fn find(files: &dyn Files, pattern: &str) -> Result<Vec<String>, BadPattern> {
    if !has_meta(pattern) {
        let found = files.stat(pattern).is_ok();
        return Ok(found.then(|| pattern.to_owned()).into_iter().collect());
    }
    let (directory, name) = match pattern.rfind('/') {
        Some(at) => (&pattern[..at], &pattern[at + 1..]),
        None => (".", pattern),
    };
    let directory = if directory.is_empty() { "/" } else { directory };
    let directories = match has_meta(directory) {
        true => find(files, directory)?,
        false => vec![directory.to_owned()],
    };
    let pattern = Pattern::read(name)?;
    let mut found = Vec::new();
    for directory in directories {
        for entry in files.list(&directory).unwrap_or_default() {
            if pattern.fits(&entry.name) {
                found.push(path::join(&directory, &entry.name));
            }
        }
    }
    Ok(found)
}
