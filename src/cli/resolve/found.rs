//! The result of a look-up, before it is printed.

use crate::containerd::node::Pull;
use crate::containerd::{Outcome, Requests};
use crate::toml::view::Position;

/// The result of a look-up.
pub struct FoundDirectory {
    /// Which tree of the config path has the directory.
    pub root: Option<usize>,
    /// The trees that are looked in, in order.
    pub searched: Vec<usize>,
    /// The outcome.
    pub outcome: Outcome,
    /// The requests, where an image was asked for.
    pub requests: Option<Requests>,
    /// Where the problem that decides is written.
    pub location: Option<Location>,
    /// The component that fetches the image.
    pub pull: Pull,
    /// The list of roots was read as the name of one directory.
    pub as_one: bool,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file, as the user knows it.
    pub path: String,
    /// Line and column, from 1.
    pub position: Position,
}
