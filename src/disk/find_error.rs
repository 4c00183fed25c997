//! Why a path leads to nothing that can be linted.

use std::path::Path;

use crate::containerd::FileError;

/// Why a path leads to no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// It cannot be looked at.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// As the user named it.
        path: String,
        /// Why.
        error: FileError,
    },
    /// Nothing to lint is there.
    #[error(
        "nothing to lint in {path}: it contains no namespace (a directory such as docker.io/ with hosts.toml or certificates in it) \
         and no config.toml of containerd"
    )]
    Nothing {
        /// As the user named it.
        path: String,
        /// The files that may have been meant.
        unread: Vec<Unread>,
    },
    /// A file that belongs to no tree.
    #[error("{path} {why}")]
    Unrelated {
        /// As the user named it.
        path: String,
        /// The reason, and the remedy.
        why: String,
    },
}

/// A path as it is shown: `/` between parts.
pub(super) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}

/// A file that contains registry configuration and was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// As the user would name it.
    pub path: String,
    /// Why it was not read, and what can be done.
    pub why: String,
}
