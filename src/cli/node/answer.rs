//! The answers, release by release, before they are printed.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use super::Error;
use crate::containerd::node::{self, Outcome};
use crate::containerd::{FileError, Files, Release};
use crate::disk::NodeFiles;
use crate::finding::Source;
use crate::finding::secrets::without_userinfo;
use crate::go::path;
use crate::toml::document::Place;
use crate::toml::view::Position;

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

    /// Whether the file is one for a config.toml to import.
    pub fn is_drop_in(&self) -> bool {
        self.files.is_drop_in()
    }

    /// A path of the node as the user knows it.
    pub fn shown(&self, path: &str) -> String {
        self.files.shown(path)
    }

    /// A text about this answer without the secrets of the files that it is about.
    pub fn hidden(&self, outcome: &Outcome, text: &str) -> String {
        let mut text = without_userinfo(text).into_owned();
        for file in &outcome.files {
            self.with_source(&file.path, |source| {
                if let Cow::Owned(hidden) = source.secrets().hidden_in(&text) {
                    text = hidden;
                }
            });
        }
        text
    }

    /// Where a place is.
    pub fn locate(&self, outcome: &Outcome, place: &Place) -> Option<Location> {
        let path = outcome.path(place)?;
        self.with_source(path, |source| Location {
            path: self.shown(path),
            position: source.lines().characters(&source.text, place.span.start),
        })
    }

    /// Shows a file's text, which is read once.
    fn with_source<T>(&self, path: &str, show: impl FnOnce(&Source) -> T) -> Option<T> {
        let mut sources = self.sources.borrow_mut();
        if !sources.contains_key(path) {
            let bytes = self.files.read(path).ok()?;
            sources.insert(path.to_owned(), Source::new("", &bytes));
        }
        sources.get(path).map(show)
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
