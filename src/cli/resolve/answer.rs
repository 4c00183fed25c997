//! The answers, release by release, before they are printed.

use std::path::Path;

use super::{Args, Error};
use crate::containerd::requests::{Requests, requests};
use crate::containerd::roots::{Root, load_roots};
use crate::containerd::{Files, Outcome, Reference, ReferenceError, Release, reference};
use crate::document::{LineIndex, Position};
use crate::tree::{Tree, TreeOptions};

/// What is asked.
#[derive(Debug, Clone)]
pub enum Query {
    /// An image reference.
    Image(String),
    /// A registry host.
    Registry(String),
}

impl Query {
    /// The text as given.
    pub fn text(&self) -> &str {
        match self {
            Query::Image(text) | Query::Registry(text) => text,
        }
    }
}

/// The config path, as a text and as the directories that it stands for.
pub struct ConfigPath {
    /// As given.
    pub text: String,
    /// Its directories, in order.
    pub roots: Vec<Tree>,
    /// The text as the name of one directory, where that is another thing.
    whole: Option<Tree>,
}

impl ConfigPath {
    /// Splits the text, and sees that there is a directory to look in.
    pub fn open(args: &Args) -> Result<ConfigPath, Error> {
        let text = args.config_path.as_str();
        let parts = |text: &str| -> Vec<String> {
            text.split(':')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let mut deploy_paths = args
            .deploy_path
            .as_deref()
            .map(parts)
            .unwrap_or_default()
            .into_iter();
        let mut open = |text: &str| {
            let options = TreeOptions {
                deploy_path: deploy_paths.next(),
                sysroot: args.sysroot.clone(),
            };
            Tree::open(Path::new(text), text, &options)
        };
        let roots: Vec<Tree> = parts(text).iter().map(|part| open(part)).collect();
        // One missing root of a list is as good as an empty one; the built-in list names
        // a directory that most nodes do not have.
        if roots.iter().all(|root| !root.disk.exists()) {
            return Err(Error::NoConfigPath(text.to_owned()));
        }
        if let Some(file) = roots.iter().find(|root| root.disk.is_file()) {
            return Err(Error::NotADirectory(file.shown("")));
        }
        Ok(ConfigPath {
            whole: text.contains(':').then(|| open(text)),
            text: text.to_owned(),
            roots,
        })
    }
}

impl ConfigPath {
    /// The tree in which something was found.
    pub fn tree(&self, found: &Found) -> Option<&Tree> {
        match found.as_one {
            true => found.root.and(self.whole.as_ref()),
            false => self.roots.get(found.root?),
        }
    }

    /// The trees behind it, which are not looked in any more.
    pub fn later(&self, found: &Found) -> &[Tree] {
        match found.root {
            Some(root) if !found.as_one => &self.roots[root + 1..],
            _ => &[],
        }
    }
}

/// The answers to one query.
pub struct Resolution {
    /// What was asked.
    pub query: Query,
    /// The answer of each release, oldest first.
    pub answers: Vec<(Release, Answer)>,
}

/// The answer of one release.
pub enum Answer {
    /// The text is no image reference.
    NoReference(ReferenceError),
    /// It is looked up.
    Found {
        /// The reference in full; `None` where a registry was asked for.
        reference: Option<Reference>,
        /// The registry host that is looked up.
        host: String,
        /// What a pull finds that is made as the release makes it by default.
        by_default: Box<Found>,
        /// What a local pull finds, where the default is to take the list for one directory.
        by_local_pull: Option<Box<Found>>,
    },
}

/// What a look-up finds.
pub struct Found {
    /// Which root of the config path has the directory.
    pub root: Option<usize>,
    /// What containerd makes of it.
    pub outcome: Outcome,
    /// The requests, where an image was asked for.
    pub requests: Option<Requests>,
    /// Where the problem that decides is written.
    pub location: Option<Location>,
    /// The list of roots was taken for the name of one directory.
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

impl Resolution {
    /// Asks each release.
    pub fn new(query: Query, releases: &[Release], config_path: &ConfigPath) -> Resolution {
        let answers = releases
            .iter()
            .map(|&release| (release, ask(release, &query, config_path)))
            .collect();
        Resolution { query, answers }
    }

    /// The newest answer that has a reference: its text, and the host.
    pub fn newest(&self) -> (Option<String>, Option<&str>) {
        self.answers
            .iter()
            .rev()
            .find_map(|(_, answer)| match answer {
                Answer::Found {
                    reference, host, ..
                } => Some((
                    reference.as_ref().map(ToString::to_string),
                    Some(host.as_str()),
                )),
                Answer::NoReference(_) => None,
            })
            .unwrap_or_default()
    }
}

fn ask(release: Release, query: &Query, config_path: &ConfigPath) -> Answer {
    let (reference, host) = match query {
        Query::Registry(host) => (None, host.clone()),
        Query::Image(text) => match reference::parse(release, text) {
            Ok(reference) => {
                let host = reference.host.clone();
                (Some(reference), host)
            }
            Err(error) => return Answer::NoReference(error),
        },
    };
    let look = |roots: &[&Tree], as_one: bool| {
        let seen: Vec<Root<'_>> = roots
            .iter()
            .map(|tree| Root {
                files: *tree,
                path: &tree.root,
            })
            .collect();
        let (root, outcome) = load_roots(release, &seen, &host);
        let location = root.and_then(|root| locate(roots[root], &outcome));
        Box::new(Found {
            root,
            requests: reference
                .as_ref()
                .map(|r| requests(release, r, &outcome.endpoints)),
            outcome,
            location,
            as_one,
        })
    };
    let split: Vec<&Tree> = config_path.roots.iter().collect();
    let (by_default, by_local_pull) = match &config_path.whole {
        Some(whole) if release.transfer_service() => {
            (look(&[whole], true), Some(look(&split, false)))
        }
        _ => (look(&split, false), None),
    };
    Answer::Found {
        reference,
        host,
        by_default,
        by_local_pull,
    }
}

/// Where the problem that decides is written.
fn locate(tree: &Tree, outcome: &Outcome) -> Option<Location> {
    let span = outcome.reason()?.span.clone()?;
    let path = tree.shown(&format!("{}/hosts.toml", outcome.lookup.chosen.as_deref()?));
    Some(Location {
        path,
        position: position(tree, outcome, span.start)?,
    })
}

/// Line and column of a byte of the chosen directory's hosts.toml.
pub fn position(tree: &Tree, outcome: &Outcome, offset: usize) -> Option<Position> {
    let directory = outcome.lookup.chosen.as_deref()?;
    let bytes = tree
        .read(&format!("{}/{directory}/hosts.toml", tree.root))
        .ok()?;
    let source = crate::document::Source::new("", &bytes);
    let lines: &LineIndex = &source.lines;
    Some(lines.characters(&source.text, offset))
}
