//! Globs over paths, as settings and flags write them.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Globs over paths, each relative to a directory: that of the settings file that contains it, or for a flag
/// the current one.
///
/// A glob without a slash is the name of a file or directory at any depth; one with a slash is a
/// path from its directory; one that begins with a slash is an absolute path. What matches a directory
/// matches all below it. A path that is not below a glob's directory is matched as it was
/// written.
#[derive(Debug, Clone, Default)]
pub struct PathGlobs {
    globs: Vec<PathGlob>,
}

#[derive(Debug, Clone)]
struct PathGlob {
    written: String,
    base: PathBuf,
    /// The directory with all links resolved, for paths that come another way.
    canonical_base: Option<PathBuf>,
    matcher: GlobSet,
    used: Arc<AtomicBool>,
}

impl PathGlobs {
    /// Adds a glob, relative to `base`.
    pub fn add(&mut self, base: &Path, glob: &str) -> Result<(), globset::Error> {
        let base = absolute(base);
        self.globs.push(PathGlob {
            written: glob.to_owned(),
            canonical_base: base.canonicalize().ok().filter(|c| *c != base),
            base,
            matcher: matcher(glob)?,
            used: Arc::default(),
        });
        Ok(())
    }

    /// Those that match every path.
    pub fn all() -> PathGlobs {
        let mut globs = PathGlobs::default();
        // An invalid glob would match nothing; this one is valid.
        let _ = globs.add(Path::new("/"), "**");
        globs
    }

    /// Those that match all below a directory.
    pub fn below(directory: &Path) -> Result<PathGlobs, globset::Error> {
        let mut globs = PathGlobs::default();
        let directory = absolute(directory);
        let escaped = globset::escape(&directory.to_string_lossy());
        globs.add(&directory, escaped.trim_end_matches('/'))?;
        Ok(globs)
    }

    /// Takes over the globs of another.
    pub fn extend(&mut self, other: &PathGlobs) {
        self.globs.extend(other.globs.iter().cloned());
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// Whether one matches the path, which may be relative to the current directory.
    pub fn is_match(&self, path: &str) -> bool {
        if self.globs.is_empty() {
            return false;
        }
        let path = Path::new(path);
        let absolute = absolute(path);
        let mut canonical = None;
        let mut matched = false;
        // All are asked, so that each knows whether it ever matched.
        for glob in &self.globs {
            if glob.is_match(path, &absolute, &mut canonical) {
                glob.used.store(true, Ordering::Relaxed);
                matched = true;
            }
        }
        matched
    }

    /// The globs that matched nothing so far, and their places in the list.
    pub fn unused(&self) -> impl Iterator<Item = (usize, &str)> {
        self.globs
            .iter()
            .enumerate()
            .filter(|(_, glob)| !glob.used.load(Ordering::Relaxed))
            .map(|(index, glob)| (index, glob.written.as_str()))
    }
}

impl PathGlob {
    fn is_match(
        &self,
        path: &Path,
        absolute: &Path,
        canonical: &mut Option<Option<PathBuf>>,
    ) -> bool {
        if self.written.starts_with('/') {
            return self.matcher.is_match(absolute);
        }
        let lexical = absolute.strip_prefix(&self.base).ok();
        if lexical.is_some_and(|relative| self.matcher.is_match(relative)) {
            return true;
        }
        // The same by another way, through a link.
        let canonical = canonical.get_or_insert_with(|| absolute.canonicalize().ok());
        let base = self.canonical_base.as_deref().unwrap_or(&self.base);
        let resolved = canonical
            .as_deref()
            .and_then(|path| path.strip_prefix(base).ok());
        if resolved.is_some_and(|relative| self.matcher.is_match(relative)) {
            return true;
        }
        if lexical.is_some() || resolved.is_some() {
            return false;
        }
        self.matcher
            .is_match(path.strip_prefix("./").unwrap_or(path))
    }
}

/// The glob itself and all below what it matches.
fn matcher(glob: &str) -> Result<GlobSet, globset::Error> {
    let trimmed = glob.trim_end_matches('/');
    let pattern = match trimmed.strip_prefix("./") {
        Some(anchored) => anchored.to_owned(),
        None if trimmed.contains('/') => trimmed.to_owned(),
        None => format!("**/{trimmed}"),
    };
    let mut set = GlobSetBuilder::new();
    for pattern in [format!("{pattern}/**"), pattern] {
        set.add(
            GlobBuilder::new(&pattern)
                .literal_separator(true)
                .backslash_escape(true)
                .build()?,
        );
    }
    set.build()
}

/// The absolute path without `.` and `..`, as its text has it: links are not followed.
pub fn absolute(path: &Path) -> PathBuf {
    normalized(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// The path without `.` and `..`, by its text alone.
pub fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The paths that are not linted.
#[derive(Debug, Clone, Default)]
pub struct Exclusions {
    /// The globs.
    pub globs: PathGlobs,
    /// Absolute paths that a glob matches and that were named anyway: they and what is below
    /// them are linted.
    pub exempt: Vec<PathBuf>,
}

impl Exclusions {
    /// Whether nothing is: no path needs to be asked for then.
    pub fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// Whether the path is not to be linted.
    pub fn excludes(&self, path: &str) -> bool {
        if !self.globs.is_match(path) {
            return false;
        }
        let path = absolute(Path::new(path));
        !self.exempt.iter().any(|exempt| path.starts_with(exempt))
    }

    /// Lets a path be linted although a glob matches it.
    pub fn exempt(&mut self, path: &Path) {
        self.exempt.push(absolute(path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(base: &str, list: &[&str]) -> PathGlobs {
        let mut globs = PathGlobs::default();
        for glob in list {
            globs.add(Path::new(base), glob).unwrap();
        }
        globs
    }

    #[test]
    fn a_name_matches_at_any_depth_and_a_path_from_its_directory() {
        let name = globs("/repo", &["vendor"]);
        for path in ["/repo/vendor", "/repo/a/vendor/b/hosts.toml"] {
            assert!(name.is_match(path), "{path}");
        }
        assert!(!name.is_match("/repo/vendors"));
        let path = globs("/repo", &["clusters/dev/"]);
        assert!(path.is_match("/repo/clusters/dev/certs.d/docker.io/hosts.toml"));
        assert!(!path.is_match("/repo/a/clusters/dev"));
        assert!(!globs("/repo", &["./vendor"]).is_match("/repo/a/vendor"));
        assert!(globs("/repo", &["clusters/*/certs.d"]).is_match("/repo/clusters/x/certs.d"));
        assert!(!globs("/repo", &["clusters/*/certs.d"]).is_match("/repo/clusters/x/y/certs.d"));
        assert!(globs("/repo", &["**/x/**"]).is_match("/repo/a/x/y"));
    }

    #[test]
    fn however_the_path_is_written() {
        let here = std::env::current_dir().unwrap();
        let globs = globs(here.to_str().unwrap(), &["a/b"]);
        let absolute = here.join("a/b/c");
        for path in ["a/b", "./a/b", "a/x/../b/c", absolute.to_str().unwrap()] {
            assert!(globs.is_match(path), "{path}");
        }
        assert!(globs.is_match("../elsewhere/../a/b") == here.ends_with("elsewhere"));
    }

    #[test]
    fn outside_its_directory_a_glob_sees_the_path_as_written() {
        let globs = globs("/repo", &["legacy.io", "/etc/containerd/certs.d/old.io"]);
        assert!(globs.is_match("/etc/containerd/certs.d/legacy.io/hosts.toml"));
        assert!(globs.is_match("/etc/containerd/certs.d/old.io"));
        assert!(!globs.is_match("/etc/containerd/certs.d/quay.io"));
    }

    #[test]
    fn each_knows_whether_it_matched() {
        let globs = globs("/repo", &["a", "b"]);
        assert!(globs.is_match("/repo/a"));
        assert_eq!(globs.unused().collect::<Vec<_>>(), [(1, "b")]);
    }

    #[test]
    fn what_was_named_is_not_excluded() {
        let exclusions = Exclusions {
            globs: globs("/repo", &["vendor"]),
            exempt: vec![PathBuf::from("/repo/vendor/certs.d")],
        };
        assert!(exclusions.excludes("/repo/vendor/other"));
        assert!(!exclusions.excludes("/repo/vendor/certs.d/docker.io"));
        assert!(exclusions.excludes("/repo/vendor/certs.d2"));
    }
}
