//! The node's files outside the tree: the system's authorities and the units of systemd.

use std::path::{Path, PathBuf};

use crate::containerd::Files;
use crate::disk::NodeFiles;

/// The files of the node.
pub struct ProbedNode(NodeFiles);

impl ProbedNode {
    /// This machine, or the node at a sysroot, whose links do not lead out of it.
    pub fn new(sysroot: Option<&Path>) -> ProbedNode {
        let root = sysroot.map_or_else(|| PathBuf::from("/"), Path::to_owned);
        ProbedNode(NodeFiles::open(
            &root.join("etc/containerd/config.toml"),
            sysroot,
        ))
    }

    /// A file by its path on the node.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        Some(self.0.read(path).ok()?.into_owned())
    }

    /// The names in a directory, sorted; none where it does not exist.
    pub fn list(&self, path: &str) -> Vec<String> {
        let entries = self.0.list(path).unwrap_or_default();
        let mut names: Vec<String> = entries.into_iter().map(|entry| entry.name).collect();
        names.sort();
        names
    }
}
