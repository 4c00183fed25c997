//! Which files `imports` names (containerd's `resolveImports`).

use crate::containerd::files::Files;
use crate::containerd::glob;
use crate::containerd::release::Release;
use crate::go::glob::BadPattern;
use crate::go::path;

/// What a text in `imports` stands for.
pub struct Imports {
    /// The paths, as far as they can be seen.
    pub paths: Vec<String>,
    /// The directory of a pattern cannot be looked into here.
    pub are_unknown: bool,
}

/// The paths that a text in `imports` of the file `parent` stands for: relative to its directory, and a pattern
/// only if it has a `*`. Where patterns begin where the daemon was started, that is `/`, as it is for a service.
pub fn resolve(
    release: Release,
    files: &dyn Files,
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
    let looked_into = files.list(directory(&path[..star]));
    Ok(Imports {
        are_unknown: looked_into.is_err_and(|error| error.is_ours_alone()),
        paths: glob::glob(files, &path)?,
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
