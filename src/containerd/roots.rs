//! A `config_path` that lists several directories.
//!
//! Local pulls split the text at colons and look in each directory in turn. The transfer service,
//! through which CRI pulls go from 2.1, reads the same text as the name of one directory, finds nothing
//! and says nothing (containerd#12636).

use super::directory;
use super::files::Files;
use super::loader::{Outcome, load};
use super::release::Release;

/// A directory of the config path: its files, and its path on the node.
#[derive(Clone, Copy)]
pub struct Root<'a> {
    /// Its files.
    pub files: &'a dyn Files,
    /// Its path.
    pub path: &'a str,
}

/// Looks in each root in turn, and loads from the first that has a directory for `host`, be it
/// `_default`. The index is that root's; `None` when none has one, and containerd goes by its defaults.
pub fn load_roots(release: Release, roots: &[Root<'_>], host: &str) -> (Option<usize>, Outcome) {
    for (index, root) in roots.iter().enumerate() {
        let lookup = directory::lookup(release, root.files, root.path, host);
        if lookup.chosen.is_some() || lookup.failed.is_some() {
            return (Some(index), load(release, root.files, root.path, host));
        }
    }
    (None, load(release, &Nothing, "", host))
}

/// A file system without files.
struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &str) -> Result<std::borrow::Cow<'_, [u8]>, super::files::FileError> {
        Err(super::files::FileError::NotFound)
    }

    fn stat(&self, _: &str) -> Result<(), super::files::FileError> {
        Err(super::files::FileError::NotFound)
    }

    fn list(&self, _: &str) -> Result<Vec<super::files::DirEntry>, super::files::FileError> {
        Err(super::files::FileError::NotFound)
    }
}
