//! The answers, release by release, before they are printed.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use super::Error;
use crate::containerd::node::{self, BUILT_IN_CONFIG_PATH, ConfigOutcome, Cri, Pull, Why};
use crate::containerd::roots::{Root, load_roots};
use crate::containerd::{
    Capabilities, FileError, Files, Release, Verdict as LoaderVerdict, reference,
};
use crate::disk::NodeFiles;
use crate::facts::sections::misplaced_version;
use crate::finding::Source;
use crate::finding::secrets::without_userinfo;
use crate::go::path;
use crate::toml::document::Place;
use crate::toml::view::Document;
use crate::toml::view::Position;

/// A config.toml and what each release makes of it.
pub struct NodeAnswer {
    /// config.toml as the user named it.
    pub shown: String,
    /// The answer of each release, oldest first.
    pub outcomes: Vec<ConfigOutcome>,
    files: NodeFiles,
    /// The texts of the files, by their paths on the node.
    sources: RefCell<HashMap<String, Source>>,
}

/// The answer to the question whether hosts.toml files are read, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// They are.
    pub is_good: bool,
    /// The sentence, without its full stop.
    pub text: String,
}

/// The sandbox (pause) image of a node.
pub struct Sandbox {
    /// Its reference.
    pub image: String,
    /// Where it is set; `None` for the one that is built in.
    pub place: Option<Place>,
    /// The hosts that it is pulled from, in order, or why it cannot be pulled; `None` where this machine cannot know.
    pub pulled_from: Option<Result<Vec<String>, String>>,
}

/// A place in a file, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file, as the user knows it.
    pub path: String,
    /// Line and column, from 1.
    pub position: Position,
}

impl NodeAnswer {
    /// Reads the file and computes the answer of each release.
    pub fn open(
        path: &Path,
        sysroot: Option<&Path>,
        releases: &[Release],
    ) -> Result<NodeAnswer, Error> {
        let files = NodeFiles::open(path, sysroot);
        let shown = files.shown.clone();
        if let Err(error) = files.read(&files.config) {
            let remedy = match error {
                FileError::NotFound => {
                    "; name the file, or use --sysroot if the node's files are elsewhere".to_owned()
                }
                FileError::IsDirectory => {
                    format!("; for a copy of a node's files write --sysroot {shown}")
                }
                FileError::PermissionDenied => "; containerd reads it as root".to_owned(),
                _ => String::new(),
            };
            let why = error.predicate();
            return Err(Error::Unreadable {
                path: shown,
                why,
                remedy,
            });
        }
        Ok(NodeAnswer::of(files, releases))
    }

    /// Computes the answer of each release for readable files.
    pub fn of(files: NodeFiles, releases: &[Release]) -> NodeAnswer {
        let outcomes = releases
            .iter()
            .map(|&release| node::load(release, &files, &files.config))
            .collect();
        NodeAnswer {
            shown: files.shown.clone(),
            outcomes,
            files,
            sources: RefCell::default(),
        }
    }

    /// Whether hosts.toml files are read, and if not, why: the sentence that ends a search.
    pub fn verdict(&self, outcome: &ConfigOutcome) -> Verdict {
        let bad = |text: String| Verdict {
            is_good: false,
            text: self.hidden(outcome, &text),
        };
        let at = |place: Option<&Place>| {
            place
                .and_then(|place| self.locate(outcome, place))
                .map(|at| format!(" ({}:{})", at.path, at.position.line))
                .unwrap_or_default()
        };
        if let Some(fault) = outcome.fault.as_ref().filter(|_| !outcome.starts) {
            let at = at(fault.place.as_ref());
            return bad(format!("containerd does not start: {}{at}", fault.reason));
        }
        let off = outcome
            .disabled
            .as_ref()
            .or(outcome.server_disabled.as_ref());
        if outcome.cri == Cri::Absent || off.is_some() {
            return bad(format!(
                "CRI is disabled{}: the kubelet cannot connect to containerd, and no registry setting has any effect",
                at(off)
            ));
        }
        if let Some(fault) = outcome.fault.as_ref().filter(|_| outcome.cri == Cri::Fails) {
            let at = at(fault.place.as_ref());
            return bad(format!(
                "CRI does not load, so the node runs no pods: {}{at}",
                fault.reason
            ));
        }
        if let Some(why) = self.ignored_setting(outcome)
            && outcome.config_path.is_empty()
        {
            return bad(format!("no hosts.toml is read: {why}"));
        }
        if outcome.config_path.is_empty() && !outcome.unknown.is_empty() {
            return bad(format!(
                "no config path is set in the readable files, but an import cannot be read{}",
                at(outcome.unknown.first())
            ));
        }
        if node::is_windows_path(&outcome.config_path) {
            return bad(format!(
                "config path `{}` is a Windows path, which is not checked",
                outcome.config_path
            ));
        }
        let is_filled = |name: &str| outcome.deprecated.iter().any(|(table, _)| *table == name);
        match outcome.roots.as_slice() {
            [] if is_filled("mirrors") => bad(
                "no hosts.toml is read: the deprecated table `mirrors` decides where pulls go"
                    .to_owned(),
            ),
            [] => bad(
                "no hosts.toml is read: no config path is set, and pulls go straight to the registries"
                    .to_owned(),
            ),
            roots => match self.miss(outcome, roots) {
                Some(why) => bad(format!("no hosts.toml is read: {why}{}", {
                    at(outcome.config_path_place.as_ref())
                })),
                None => {
                    let whose = match outcome.config_path_place.as_ref().map(|place| place.file) {
                        Some(file @ 1..) => outcome.files.get(file).map_or_else(String::new, |file| {
                            format!(", set in {}", self.shown(&file.path))
                        }),
                        _ => String::new(),
                    };
                    Verdict {
                        is_good: true,
                        text: format!(
                            "CRI pulls read the hosts.toml files below {}{whose}",
                            roots.join(", then below ")
                        ),
                    }
                }
            },
        }
    }

    /// Why nothing is found at the config path, as far as this machine knows.
    fn miss(&self, outcome: &ConfigOutcome, roots: &[String]) -> Option<String> {
        let state = |root: &String| self.files.known_state(root);
        if let [root] = roots
            && outcome.pull == Pull::Transfer
            && root.contains(':')
            && state(root) != Some(Ok(()))
        {
            let which = match outcome.is_built_in() {
                true => "no config path is set, and the transfer service reads the built-in list",
                false => "the transfer service reads the list",
            };
            return Some(format!(
                "{which} `{root}` as the name of one directory (containerd#12636)"
            ));
        }
        if let [root] = roots
            && state(root) == Some(Ok(()))
            && !self.files.has_directories(root)
        {
            let is_namespace = self.files.stat(&path::join(root, "hosts.toml")).is_ok();
            return Some(match (is_namespace, root.rsplit_once('/')) {
                (true, Some((tree, _))) => format!(
                    "config path {root} is the directory of one registry; the config path is {tree}"
                ),
                _ => format!("config path {root} contains no directory for any registry"),
            });
        }
        let missing = |root: &String| matches!(state(root), Some(Err(_)));
        if !roots.iter().all(missing) {
            return None;
        }
        let which = match outcome.is_built_in() {
            true => "no config path is set, and the built-in",
            false => "config path",
        };
        let [root] = roots else {
            return Some(format!("none of {} exists", roots.join(", ")));
        };
        Some(match state(root) {
            Some(Err(FileError::NotADirectory)) => {
                format!("{which} {root} is a file, so every pull fails")
            }
            _ => {
                // Where a tree is in the usual place, it is the one that was meant.
                let usual = BUILT_IN_CONFIG_PATH.split(':').find(|path| {
                    self.is_there(path) == Some(true) && self.files.has_directories(path)
                });
                match usual {
                    Some(usual) => format!("{which} {root} does not exist, but {usual} does"),
                    None => format!("{which} {root} does not exist"),
                }
            }
        })
    }

    /// The setting that was to name a config path, and is not read.
    fn ignored_setting(&self, outcome: &ConfigOutcome) -> Option<String> {
        let ignored = outcome.ignored.iter().find(|ignored| {
            matches!(
                ignored.why,
                Why::OtherSection { .. }
                    | Why::Lifted { .. }
                    | Why::Unquoted(_)
                    | Why::Misquoted(_)
                    | Why::OutsideRegistry
                    | Why::Capitals
                    | Why::ReplacedWhole(_)
                    | Why::BelowHeader
                    | Why::UnknownKey {
                        near: Some("config_path")
                    }
            )
        })?;
        let why = self.why_ignored(outcome, &ignored.why);
        Some(format!("{} is ignored, because {why}", ignored.what))
    }

    /// Why something is ignored, with the names of the files that this answer has.
    pub fn why_ignored(&self, outcome: &ConfigOutcome, why: &Why) -> String {
        match why {
            Why::Lifted { version, by, .. } => {
                let by = self
                    .locate(outcome, by)
                    .map_or_else(|| "a drop-in".to_owned(), |at| at.path);
                format!(
                    "`version = {version}` in {by} applies to all files, and that version has another section"
                )
            }
            Why::OtherSection { version: 0, .. } => match self.misplaced_version(outcome) {
                Some(table) => format!(
                    "the file has no version: `version` is below [{table}] and belongs to that table"
                ),
                None => why.to_string(),
            },
            why => why.to_string(),
        }
    }

    /// The table below whose header config.toml has its `version`.
    fn misplaced_version(&self, outcome: &ConfigOutcome) -> Option<String> {
        let path = &outcome.files.first()?.path;
        self.with_source(path, |source| {
            let document = Document::parse(&source.text).ok()?;
            misplaced_version(&document).map(|(table, _)| table)
        })?
    }

    /// The sandbox image, and where it is pulled from.
    pub fn sandbox(&self, outcome: &ConfigOutcome) -> Sandbox {
        let (image, place) = match &outcome.sandbox_image {
            Some((image, place)) => (image.clone(), Some(place.clone())),
            None => (outcome.release.sandbox_image().to_owned(), None),
        };
        let are_known = outcome
            .roots
            .iter()
            .all(|root| self.files.known_state(root).is_some());
        let pulled_from = (are_known && outcome.cri == Cri::Loads)
            .then(|| reference::parse(outcome.release, &image).ok())
            .flatten()
            .map(|reference| {
                let roots: Vec<Root<'_>> = outcome
                    .roots
                    .iter()
                    .map(|path| Root {
                        files: &self.files,
                        path,
                    })
                    .collect();
                let (_, found) = load_roots(outcome.release, &roots, &reference.host);
                let hosts = found.endpoints().iter();
                let hosts =
                    hosts.filter(|endpoint| endpoint.capabilities.has(Capabilities::RESOLVE));
                match found
                    .reason()
                    .filter(|_| found.verdict != LoaderVerdict::Endpoints)
                {
                    Some(problem) => Err(problem.to_string()),
                    None => Ok(hosts.map(|endpoint| endpoint.host.clone()).collect()),
                }
            });
        Sandbox {
            image,
            place,
            pulled_from,
        }
    }

    /// Whether the file is one for a config.toml to import.
    pub fn is_drop_in(&self) -> bool {
        self.files.is_drop_in()
    }

    /// Whether a directory is at a path of the node, as far as this machine knows.
    pub fn is_there(&self, path: &str) -> Option<bool> {
        self.files.known_state(path).map(|state| state.is_ok())
    }

    /// Whether something else than a directory is there.
    pub fn is_file(&self, path: &str) -> bool {
        self.files.known_state(path) == Some(Err(FileError::NotADirectory))
    }

    /// A path of the node as the user knows it.
    pub fn shown(&self, path: &str) -> String {
        self.files.shown(path)
    }

    /// A text about this answer without the secrets of the files that it is about.
    pub fn hidden(&self, outcome: &ConfigOutcome, text: &str) -> String {
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
    pub fn locate(&self, outcome: &ConfigOutcome, place: &Place) -> Option<Location> {
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
    pub fn unread_drop_ins(&self, outcome: &ConfigOutcome) -> Vec<String> {
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
