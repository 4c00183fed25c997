//! The answers, release by release, before they are printed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use super::Error;
use crate::containerd::go::path;
use crate::containerd::node::{self, Outcome};
use crate::containerd::toml::document::Place;
use crate::containerd::{FileError, Files, Release};
use crate::document::{Position, Source};
use crate::tree::NodeFiles;

/// A config.toml and what each release makes of it.
pub struct Node {
    /// config.toml as the user named it.
    pub shown: String,
    /// The answer of each release, oldest first.
    pub outcomes: Vec<Outcome>,
    files: NodeFiles,
    /// The texts of the files, by their paths on the node.
    sources: RefCell<HashMap<String, Source>>,
}

/// A place in a file, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file, as the user knows it.
    pub path: String,
    /// Line and column, from 1.
    pub position: Position,
}

impl Node {
    /// Reads the file and asks each release.
    pub fn open(path: &Path, sysroot: Option<&Path>, releases: &[Release]) -> Result<Node, Error> {
        let files = NodeFiles::open(path, sysroot);
        let shown = files.shown.clone();
        if let Err(error) = files.read(&files.config) {
            let remedy = match error {
                FileError::NotFound => {
                    "; name the file, or give --sysroot if the node's files lie elsewhere"
                }
                FileError::PermissionDenied => "; containerd reads it as root",
                _ => "",
            };
            let why = error.predicate();
            return Err(Error::Unreadable {
                path: shown,
                why,
                remedy,
            });
        }
        let outcomes = releases
            .iter()
            .map(|&release| node::load(release, &files, &files.config))
            .collect();
        Ok(Node {
            shown,
            outcomes,
            files,
            sources: RefCell::default(),
        })
    }

    /// A path of the node as the user knows it.
    pub fn shown(&self, path: &str) -> String {
        self.files.shown(path)
    }

    /// Where a place is.
    pub fn locate(&self, outcome: &Outcome, place: &Place) -> Option<Location> {
        let path = outcome.path(place)?;
        let mut sources = self.sources.borrow_mut();
        if !sources.contains_key(path) {
            let bytes = self.files.read(path).ok()?;
            sources.insert(path.to_owned(), Source::new("", &bytes));
        }
        let source = sources.get(path)?;
        Some(Location {
            path: self.shown(path),
            position: source.lines.characters(&source.text, place.span.start),
        })
    }

    /// The drop-ins in the folder that containerd's own configuration names from 2.2, `conf.d` beside
    /// config.toml, which are not imported.
    pub fn unread_drop_ins(&self, outcome: &Outcome) -> Vec<String> {
        if !outcome.release.default_imports() {
            return Vec::new();
        }
        let folder = path::join(node::directory(&self.files.config), "conf.d");
        let entries = self.files.list(&folder).unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry.name.ends_with(".toml"))
            .map(|entry| path::join(&folder, &entry.name))
            .filter(|path| outcome.files.iter().all(|file| file.path != *path))
            .collect()
    }
}
