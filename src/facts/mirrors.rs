//! Endpoints that are not the namespace's own registry: what they may do, and to whom they belong.
//!
//! Several rules look at one list of capabilities. [`Mirror::resolves`] says whether
//! `public-mirror-resolve` speaks of a mirror, and the others then leave it what has the same remedy.

use smallvec::SmallVec;

use super::array_edit as elements;
use super::urls::WrittenUrl;
use super::view::NamespaceView;
use crate::containerd::Capabilities;
use crate::finding::hosts::{self as classify, bare_name};
use crate::finding::{Classification, Environment, Severity};
use crate::toml::Span;
use crate::toml::view::{Item, Node};

/// Words and their places; there are four capabilities.
pub type Words<'a> = SmallVec<[(&'a str, Span); 4]>;

/// How `capabilities` is written.
#[derive(Debug, Clone)]
pub enum Listed<'a> {
    /// Not at all: all of them.
    Absent,
    /// `[]`: all of them.
    Empty(&'a Item),
    /// As something else than a list of words, of which `wrong-type` speaks: containerd drops the file.
    Wrong,
    /// Words and their places.
    Words(&'a Item, Words<'a>),
}

/// A mirror and its owner, as far as known.
#[derive(Debug, Clone, Copy)]
pub struct Mirror<'c, 'a> {
    /// Its URL and entry.
    pub url: &'c WrittenUrl<'a>,
    /// Its owner.
    pub owner: &'c Owner,
}

/// To whom a mirror belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// Somebody who serves everybody: who.
    Public(Option<String>),
    /// A cloud's customer, or whoever has the namespace's own domain: most likely whoever wrote the file.
    Likely,
    /// Nobody knows: a public name that the settings do not classify.
    Unknown,
    /// Whoever runs the nodes.
    Private,
}

/// How `capabilities` of the entry is written.
pub fn listed<'a>(url: &WrittenUrl<'a>) -> Listed<'a> {
    let Some(item) = url.setting("capabilities") else {
        return Listed::Absent;
    };
    let Node::Array(elements) = &item.node else {
        return Listed::Wrong;
    };
    if elements.is_empty() {
        return Listed::Empty(item);
    }
    let words = elements.iter().map(|(node, span)| match node {
        Node::String(text) => Some((text.as_str(), span.clone())),
        _ => None,
    });
    match words.collect() {
        Some(words) => Listed::Words(item, words),
        None => Listed::Wrong,
    }
}

/// The place of a capability in a list of them.
pub fn place_of(words: &[(&str, Span)], wanted: Capabilities) -> Option<Span> {
    words
        .iter()
        .find(|(word, _)| Capabilities::from_word(word) == Some(wanted))
        .map(|(_, span)| span.clone())
}

/// The list without some capabilities, as TOML.
pub fn list_without(words: &[(&str, Span)], unwanted: Capabilities) -> String {
    let kept: Vec<String> = words
        .iter()
        .filter(|(word, _)| Capabilities::from_word(word).is_none_or(|c| !unwanted.has(c)))
        .map(|(word, _)| format!("\"{word}\""))
        .collect();
    format!("[{}]", kept.join(", "))
}

/// The edits that take some capabilities out of a list. `None` where that is not to be done unseen: none would be
/// left, which means all of them, or a comment stands beside one.
pub fn edits_without(
    context: &NamespaceView,
    words: &[(&str, Span)],
    unwanted: Capabilities,
) -> Option<Vec<(Span, String)>> {
    let places: Vec<Span> = words.iter().map(|(_, span)| span.clone()).collect();
    let is_unwanted =
        |index: usize| Capabilities::from_word(words[index].0).is_some_and(|c| unwanted.has(c));
    elements::without(context.text(), &places, is_unwanted)
}

/// The owner of each URL that is one of a mirror. Where nobody knows the registry, nobody knows which URLs are mirrors of it.
pub(super) fn find_owners(context: &NamespaceView, urls: &[WrittenUrl]) -> Vec<Option<Owner>> {
    if !context.knows_registry() {
        return vec![None; urls.len()];
    }
    let is_mirror =
        |url: &WrittenUrl| url.leads_somewhere() && !is_same_registry(context, &url.url.host);
    urls.iter()
        .map(|url| is_mirror(url).then(|| owner(context, &url.name())))
        .collect()
}

impl Mirror<'_, '_> {
    /// How much it matters that this mirror answers for tags; `None` when it does not, or may.
    pub fn resolves(&self, context: &NamespaceView) -> Option<Severity> {
        let mut both = Capabilities::PULL;
        both.insert(Capabilities::RESOLVE);
        // containerd resolves tags only where it may also pull.
        if !self.url.entry.host.capabilities.has(both) || is_another_registry(context, self.url) {
            return None;
        }
        let severity = match self.owner {
            Owner::Public(_) => Severity::Error,
            Owner::Unknown => Severity::Warning,
            Owner::Likely | Owner::Private => return None,
        };
        Some(in_environment(context, severity))
    }

    /// Who runs it, for a sentence.
    pub fn described(&self) -> String {
        let name = &self.url.url.host;
        match self.owner {
            Owner::Public(Some(operator)) if operator != "unknown" => {
                format!("`{name}` ({operator})")
            }
            _ => format!("`{name}`"),
        }
    }
}

/// What is an exposure in production is a note elsewhere.
pub fn in_environment(context: &NamespaceView, severity: Severity) -> Severity {
    match context.environment() {
        Environment::Production => severity,
        Environment::Development => Severity::Note,
    }
}

/// Whether the server is the registry of another namespace: `server-of-another-registry` speaks of
/// that, and what else is wrong with the mirror that it seems to be follows from it.
pub fn is_another_registry(context: &NamespaceView, url: &WrittenUrl) -> bool {
    url.is_server()
        && !context.is_default()
        // Most servers are the namespace's own; the list of registries need not be read for them.
        && !is_same_registry(context, &url.url.host)
        && classify::is_public_registry(context.host())
        && classify::is_public_registry(&url.url.host)
}

/// Whether the namespace is a registry that everybody uses, or stands for all of them.
pub fn is_public_namespace(context: &NamespaceView) -> bool {
    context.is_default() || classify::is_public_registry(context.host())
}

/// Whether a host is the namespace's registry, on another port or under a name that it also had.
fn is_same_registry(context: &NamespaceView, host: &str) -> bool {
    const KUBERNETES: [&str; 2] = ["registry.k8s.io", "k8s.gcr.io"];
    if context.is_default() {
        return false;
    }
    let (own, name) = (bare_name(context.host()), bare_name(host));
    context.is_own_registry(&name)
        || context.is_own_registry(host)
        || own == name
        || KUBERNETES.contains(&own.as_ref()) && KUBERNETES.contains(&name.as_ref())
}

fn owner(context: &NamespaceView, name: &str) -> Owner {
    match context.classify(name) {
        Classification::Private => Owner::Private,
        Classification::KnownPublic(operator) => Owner::Public(Some(operator)),
        Classification::DeclaredPublic => Owner::Public(None),
        Classification::Unclassified => {
            let related =
                !is_public_namespace(context) && shares_domain(&bare_name(context.host()), name);
            match related || classify::is_account_registry(name) {
                true => Owner::Likely,
                false => Owner::Unknown,
            }
        }
    }
}

/// Whether two names end in the same domain, as far as can be said without a list of public suffixes:
/// two labels, or three where the second is as short as the `co` of `co.uk`.
fn shares_domain(a: &str, b: &str) -> bool {
    let labels = |name: &str| name.rsplit('.').map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (labels(a), labels(b));
    let wanted = match a.get(1) {
        Some(second) if second.len() <= 3 => 3,
        _ => 2,
    };
    a.len() >= wanted && b.len() >= wanted && a[..wanted] == b[..wanted]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_shared_below_their_suffix() {
        for (a, b, want) in [
            ("harbor.company.com", "mirror.company.com", true),
            ("a.company.co.uk", "b.company.co.uk", true),
            ("a.firm.co.uk", "b.company.co.uk", false),
            ("a.dev", "b.dev", false),
            ("harbor.company.com", "mirror.other.com", false),
        ] {
            assert_eq!(shares_domain(a, b), want, "{a} {b}");
        }
    }
}
