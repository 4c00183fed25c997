//! The view of a carrier for rules: a file that contains the texts of others.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::carriers::carried::{Carried, CarriedTree};
use crate::carriers::fact::Fact;
use crate::carriers::{self, CarrierKind};
use crate::disk::{MAX_HOSTS_FILE, named_beside};
use crate::finding::secrets::Secrets;
use crate::finding::{Finding, Location, Meta, Run, Source};

/// A carrier and what is in it.
#[derive(Debug, Clone)]
pub struct Carrier {
    /// The file.
    pub source: Arc<Source>,
    /// The kind of carrier.
    pub kind: CarrierKind,
    /// The texts in it.
    pub carried: Carried,
    /// Where another file places it on the node: it is a hosts.toml itself.
    pub placed: Option<String>,
}

impl Carrier {
    /// Reads the file that the user knows by this path; `None` where it is not a carrier or contains nothing.
    pub fn read(path: &str, text: &str) -> Option<Carrier> {
        let (kind, carried) = carriers::read(path, text)?;
        (!carried.is_empty()).then(|| Carrier::new(path, text, kind, carried))
    }

    /// A file whose content is known.
    pub fn new(path: &str, text: &str, kind: CarrierKind, carried: Carried) -> Carrier {
        let places = secret_places(text, &carried);
        let source = Source::new(path, text.as_bytes()).with_secrets(places);
        Carrier {
            source: Arc::new(source),
            kind,
            carried,
            placed: None,
        }
    }

    /// A file that another one places on the node.
    pub fn placed(path: &str, text: &str, target: &str) -> Option<Carrier> {
        let carried = carriers::placed(text, target);
        let carrier = Carrier::new(path, text, CarrierKind::Template, carried);
        (!carrier.carried.is_empty()).then(|| Carrier {
            placed: Some(target.to_owned()),
            ..carrier
        })
    }

    /// The files that it mounts into a config path of the node, as the hosts.toml files that they are there. Only files of its repository, or
    /// of the directory `root`, are read.
    pub fn mounted(&self, root: &Path) -> Vec<Carrier> {
        let mut mounted = Vec::new();
        for mount in &self.carried.mounts {
            let target = mount.target.trim_end_matches('/');
            // A file, or the directory of a namespace.
            let own = (mount.source.clone(), target.to_owned());
            let below = (
                format!("{}/hosts.toml", mount.source.trim_end_matches('/')),
                format!("{target}/hosts.toml"),
            );
            for (source, target) in [own, below] {
                let named = named_beside(Path::new(self.path()), &source, root, MAX_HOSTS_FILE);
                mounted.extend(
                    named.and_then(|named| Carrier::placed(&named.path, &named.text, &target)),
                );
            }
        }
        mounted
    }

    /// The same file with another text.
    pub fn with_text(&self, text: &str) -> Carrier {
        let made = match &self.placed {
            Some(target) => Carrier::placed(self.path(), text, target),
            None => Carrier::read(self.path(), text),
        };
        made.unwrap_or_else(|| Carrier::new(self.path(), text, self.kind, Carried::default()))
    }

    /// The path as the user knows it.
    pub fn path(&self) -> &str {
        &self.source.path
    }
}

/// A carrier in a run.
pub struct CarrierContext<'a> {
    /// The run.
    pub run: &'a Run,
    /// The carrier.
    pub carrier: &'a Carrier,
}

impl CarrierContext<'_> {
    /// The faults of the carrier itself.
    pub fn facts(&self) -> &[Fact] {
        &self.carrier.carried.facts
    }

    /// A finding about a place in it.
    pub fn finding(
        &self,
        rule: &'static Meta,
        at: &Range<usize>,
        message: impl Into<String>,
    ) -> Finding {
        let location = Location::span(&self.carrier.source, at.clone());
        let releases = &self.run.settings.releases;
        Finding::new(rule, releases, None, location, message.into())
    }
}

/// Where a carrier has secrets: those of the texts in it, and what is called like one.
fn secret_places(text: &str, carried: &Carried) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let trees = carried.trees.iter().flat_map(CarriedTree::texts);
    let configs = carried.configs.iter().map(|config| &config.text);
    for inner in trees.chain(configs) {
        let found = Secrets::places(inner.as_str());
        places.extend(found.iter().map(|place| inner.in_carrier(place)));
    }
    for fact in &carried.facts {
        if let Fact::Credential { at, .. } = fact {
            places.push(at.clone());
        }
    }
    places.extend(called_secret(text));
    places.retain(|place| !place.is_empty() && text.get(place.clone()).is_some());
    places.sort_by_cached_key(|place| (place.start, place.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(places.len());
    for place in places {
        match merged.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => merged.push(place),
        }
    }
    merged
}

/// Names behind which secrets are.
const NAMES: [&str; 9] = [
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "authorization",
    "auth",
    "private_key",
];

/// The values whose names are those of secrets: `password: x`, `TOKEN=x`.
fn called_secret(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(sign) = line.find([':', '=']) else {
            continue;
        };
        let key = line[..sign].trim().trim_matches(['"', '\'', '-', ' ']);
        let key = key
            .rsplit([' ', '"'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_secret = NAMES
            .iter()
            .any(|name| key == *name || key.ends_with(&format!("_{name}")));
        let value = line[sign + 1..].trim();
        let value = value.trim_matches(['"', '\'']);
        let is_reference = value.starts_with(['$', '{', '[', '|', '>', '&', '*', '<']);
        if is_secret && !value.is_empty() && !is_reference {
            let from = start + sign + 1 + line[sign + 1..].find(value).unwrap_or_default();
            places.push(from..from + value.len());
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_a_secret_is_hidden() {
        let text =
            "password: hunter22\nREGISTRY_TOKEN='abcdef'\nauth:\n  username: puller\nx: ${TOKEN}\n";
        let found: Vec<&str> = called_secret(text)
            .into_iter()
            .map(|place| &text[place])
            .collect();
        assert_eq!(found, ["hunter22", "abcdef"]);
    }
}
