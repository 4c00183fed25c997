//! A tree that is on no disk: another file contains the texts of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::{Deployment, Namespace, Tree, TreeOptions};
use crate::containerd::{DirEntry, FileError};

/// The files of such a tree, by their paths in it.
#[derive(Debug, Clone, Default)]
pub struct Planted {
    files: BTreeMap<String, Option<Vec<u8>>>,
}

impl Tree {
    /// A tree of these files; of one without a text it is only known that it is there.
    ///
    /// Nothing else of the node is known: what is not there may be put there by something else.
    pub fn planted(root: &str, files: BTreeMap<String, Option<Vec<u8>>>) -> Tree {
        let shown = root.rsplit('/').next().unwrap_or_default();
        let mut tree = Tree::open(&PathBuf::from("."), shown, &TreeOptions::default());
        root.clone_into(&mut tree.root);
        tree.deployment = Deployment::Elsewhere;
        tree.disk = PathBuf::new();
        tree.planted = Some(Arc::new(Planted { files }));
        tree
    }
}

impl Tree {
    /// Whether another file contains the texts of its files.
    pub fn is_planted(&self) -> bool {
        self.planted.is_some()
    }
}

impl Planted {
    /// The text of a file.
    pub(super) fn read(&self, relative: &str) -> Result<Vec<u8>, FileError> {
        match self.files.get(relative) {
            Some(Some(text)) => Ok(text.clone()),
            None if relative.ends_with("/hosts.toml") => Err(FileError::NotFound),
            _ => Err(FileError::Unknown),
        }
    }

    /// Whether a file or directory is there.
    pub(super) fn stat(&self, relative: &str) -> Result<(), FileError> {
        let is_there = self.files.contains_key(relative) || self.names(relative).next().is_some();
        match is_there {
            true => Ok(()),
            false => Err(FileError::Unknown),
        }
    }

    /// The entries of a directory: each name, and whether it is a directory itself.
    fn names<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = (&'a str, bool)> {
        self.files.keys().filter_map(move |path| {
            let rest = match directory {
                "" => path.as_str(),
                _ => path.strip_prefix(directory)?.strip_prefix('/')?,
            };
            Some(match rest.split_once('/') {
                Some((name, _)) => (name, true),
                None => (rest, false),
            })
        })
    }

    /// Lists a directory.
    pub(super) fn list(&self, directory: &str) -> Result<Vec<DirEntry>, FileError> {
        let names: BTreeSet<(&str, bool)> = self.names(directory).collect();
        if names.is_empty() {
            return Err(FileError::NotFound);
        }
        let entry = |(name, is_dir): (&str, bool)| DirEntry {
            name: name.to_owned(),
            is_dir,
        };
        Ok(names.into_iter().map(entry).collect())
    }

    /// The names at the first level.
    pub(super) fn names_at_root(&self) -> Vec<Namespace> {
        let names: BTreeSet<(&str, bool)> = self.names("").collect();
        let entry = |(name, is_dir): (&str, bool)| Namespace {
            name: name.to_owned(),
            utf8: true,
            is_dir,
            broken_link: false,
        };
        names.into_iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containerd::Files;

    #[test]
    fn nothing_is_read_from_the_disk() {
        let files = BTreeMap::from([
            ("quay.io/hosts.toml".to_owned(), Some(b"x".to_vec())),
            ("quay.io/ca.crt".to_owned(), None),
            ("note".to_owned(), Some(Vec::new())),
        ]);
        let tree = Tree::planted("/etc/containerd/certs.d", files);
        let read = |path: &str| tree.read(path).map(|text| text.into_owned());
        assert_eq!(
            read("/etc/containerd/certs.d/quay.io/hosts.toml"),
            Ok(b"x".to_vec())
        );
        assert_eq!(
            read("/etc/containerd/certs.d/quay.io/ca.crt"),
            Err(FileError::Unknown)
        );
        assert_eq!(
            read("/etc/containerd/certs.d/ghcr.io/hosts.toml"),
            Err(FileError::NotFound)
        );
        assert_eq!(read("/etc/hostname"), Err(FileError::Unknown));
        let entries = tree.list("/etc/containerd/certs.d/quay.io").unwrap();
        assert_eq!(entries.len(), 2);
        let (namespaces, rest) = tree.list_root().unwrap();
        assert_eq!(namespaces.len(), 1);
        assert_eq!(rest, ["note"]);
        assert_eq!(tree.shown("quay.io"), "certs.d/quay.io");
    }
}
