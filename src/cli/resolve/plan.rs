//! The interface of `resolve` for other commands: where a pull of one image goes, release by release.

use std::fmt;

use super::answer::{Answer, Query, Resolution};
use super::config_path::{ConfigPath, NoLookup};
use super::secrets::without_userinfo;
use super::{Args, Error, meant, releases};
use crate::containerd::node::Pull;
use crate::containerd::{Endpoint, Reference, Release, Verdict};
use crate::disk::Tree;

/// The pull of one release.
pub struct Planned {
    /// The release.
    pub release: Release,
    /// Where it goes, or why it goes nowhere.
    pub pull: Result<PlannedPull, NoPull>,
}

/// Why a pull goes nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoPull {
    /// The question makes no sense.
    Invalid(String),
    /// It fails before any request.
    Fails(String),
    /// Where it goes is not decided by hosts.toml, or is not known.
    NotKnown(String),
}

impl fmt::Display for NoPull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoPull::Invalid(why) | NoPull::Fails(why) | NoPull::NotKnown(why) => f.write_str(why),
        }
    }
}

/// Where a pull goes.
pub struct PlannedPull {
    /// The image in full.
    pub reference: Reference,
    /// The component that fetches it.
    pub pull: Pull,
    /// The endpoints, in the order in which they are tried.
    pub endpoints: Vec<Endpoint>,
    /// The tree in which the registry's directory is; `None` where no tree has one.
    pub tree: Option<Tree>,
    /// The registry's directory, as the user knows it.
    pub directory: Option<String>,
}

/// The pulls of the first image of the arguments, oldest release first.
pub fn plan(args: &Args) -> Result<Vec<Planned>, Error> {
    let releases = releases(&args.containerd)?;
    let image = args.images.first().map(String::as_str).unwrap_or_default();
    meant::check_image(image, args.format)?;
    let config_path = ConfigPath::open(args, &releases)?;
    let resolution = Resolution::new(Query::Image(image.to_owned()), &releases, &config_path);
    let planned = resolution
        .answers
        .into_iter()
        .map(|(release, answer)| Planned {
            release,
            pull: planned(answer, &config_path),
        });
    Ok(planned.collect())
}

fn planned(answer: Answer, config_path: &ConfigPath) -> Result<PlannedPull, NoPull> {
    let (reference, found) = match answer {
        Answer::NoReference(error) => {
            return Err(NoPull::Invalid(format!("not an image reference: {error}")));
        }
        Answer::NoLookup { why, .. } => {
            return Err(match why {
                NoLookup::NoCri(why) => NoPull::Fails(format!("no pull works: {why}")),
                NoLookup::OldTables => NoPull::NotKnown(
                    "the deprecated registry tables of config.toml decide where pulls go"
                        .to_owned(),
                ),
                NoLookup::Windows(path) => NoPull::NotKnown(format!(
                    "config path `{path}` is a Windows path, which is not checked"
                )),
            });
        }
        Answer::Found {
            reference: Some(reference),
            by_default,
            ..
        } => (reference, by_default),
        Answer::Found { .. } => return Err(NoPull::Invalid("no image is named".to_owned())),
    };
    let outcome = &found.outcome;
    let why = || {
        let why = outcome.reason().map(ToString::to_string);
        without_userinfo(&why.unwrap_or_default(), false).into_owned()
    };
    match outcome.verdict {
        Verdict::Endpoints => {}
        Verdict::PullsFail => return Err(NoPull::Fails(why())),
        Verdict::Crash => {
            let text = format!("containerd crashes on hosts.toml: {}", why());
            return Err(NoPull::Fails(text));
        }
        Verdict::Unknown => {
            let text = format!("hosts.toml cannot be checked: {}", why());
            return Err(NoPull::NotKnown(text));
        }
    }
    let tree = config_path.tree(&found);
    let directory = tree
        .zip(outcome.lookup.chosen.as_deref())
        .map(|(tree, name)| tree.shown(name));
    Ok(PlannedPull {
        reference,
        pull: found.pull,
        endpoints: outcome.endpoints().to_vec(),
        tree: tree.cloned(),
        directory,
    })
}
