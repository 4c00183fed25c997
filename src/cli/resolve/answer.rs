//! The answers, release by release, before they are printed.

use super::config_path::{ConfigPath, NoLookup};
use super::found::{FoundDirectory, Location};
use crate::containerd::node::Pull;
use crate::containerd::roots::{Root, load_roots};
use crate::containerd::{Files, Outcome, Reference, ReferenceError, Release, reference, requests};
use crate::disk::Tree;
use crate::toml::view::{LineIndex, Position};

/// The question.
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

/// The answers to one query.
pub struct Resolution {
    /// The question.
    pub query: Query,
    /// The answer of each release, oldest first.
    pub answers: Vec<(Release, Answer)>,
}

/// The answer of one release.
pub enum Answer {
    /// The text is not an image reference.
    NoReference(ReferenceError),
    /// The node's config.toml keeps this release from looking anywhere.
    NoLookup {
        /// The reference in full; `None` where a registry was asked for.
        reference: Option<Reference>,
        /// The registry host.
        host: String,
        /// Why.
        why: NoLookup,
    },
    /// It is looked up.
    Found {
        /// The reference in full; `None` where a registry was asked for.
        reference: Option<Reference>,
        /// The registry host that is looked up.
        host: String,
        /// The result of a pull that is made in the release's default way.
        by_default: Box<FoundDirectory>,
        /// The result of a local pull, if the default reads the list as one directory.
        by_local_pull: Option<Box<FoundDirectory>>,
    },
}

impl Resolution {
    /// Computes the answer of each release.
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
                }
                | Answer::NoLookup {
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
    let lookup = match config_path.lookup(release) {
        Ok(lookup) => lookup,
        Err(why) => {
            return Answer::NoLookup {
                reference,
                host,
                why,
            };
        }
    };
    let look = |searched: Vec<usize>, as_one: bool, pull: Pull| {
        let seen: Vec<Root<'_>> = searched
            .iter()
            .map(|&index| Root {
                files: config_path.at(index),
                path: &config_path.at(index).root,
            })
            .collect();
        let (root, outcome) = load_roots(release, &seen, &host);
        let root = root.map(|root| searched[root]);
        let location = root.and_then(|root| locate(config_path.at(root), &outcome));
        Box::new(FoundDirectory {
            root,
            searched,
            requests: reference
                .as_ref()
                .map(|r| requests(release, r, outcome.endpoints())),
            outcome,
            location,
            pull,
            as_one,
        })
    };
    let (roots, as_one) = lookup.by_default;
    let by_default = look(roots, as_one, lookup.pull);
    let by_local_pull = lookup
        .by_local_pull
        .map(|roots| look(roots, false, Pull::Local));
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
    let source = crate::finding::Source::new("", &bytes);
    let lines: &LineIndex = source.lines();
    Some(lines.characters(&source.text, offset))
}
