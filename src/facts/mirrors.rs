//! Endpoints that are not the namespace's own registry: their capabilities and their owners.
//!
//! Several rules look at one list of capabilities. [`Mirror::resolves`] is whether `public-mirror-resolve` reports a
//! mirror; the other rules then leave it what has the same remedy.

use smallvec::SmallVec;

use super::urls::WrittenUrl;
use super::view::NamespaceView;
use super::{array_edit as elements, lines};
use crate::containerd::Capabilities;
use crate::finding::hosts::{self as classify, bare_name};
use crate::finding::near_miss::is_similar;
use crate::finding::{Classification, Environment, Severity};
use crate::toml::Span;
use crate::toml::view::{Item, Node};

/// Words and their spans; there are four capabilities.
pub type Words<'a> = SmallVec<[(&'a str, Span); 4]>;

/// How `capabilities` is written.
#[derive(Debug, Clone)]
pub enum Listed<'a> {
    /// Missing, which means all.
    Absent,
    /// `[]`, which means all.
    Empty(&'a Item),
    /// Not a list of words: `wrong-type` reports it, and containerd drops the file.
    Wrong,
    /// Words and their spans.
    Words(&'a Item, Words<'a>),
}

/// A mirror and its owner.
#[derive(Debug, Clone, Copy)]
pub struct Mirror<'c, 'a> {
    /// Its URL and entry.
    pub url: &'c WrittenUrl<'a>,
    /// Its owner.
    pub owner: &'c Owner,
}

/// The owner of a mirror, as far as its name shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A public service, with its operator.
    Public(Option<String>),
    /// A cloud's customer or the owner of the namespace's domain: most likely the author of the file.
    Likely,
    /// Unknown: a public name that the settings do not classify.
    Unknown,
    /// The operator of the nodes.
    Private,
}

/// The `capabilities` of an entry as written.
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

/// The span of a capability in a list.
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

/// The edits that remove capabilities from a list. `None` if none would be left, which means all, and if a comment beside
/// the list mentions one: it would be left behind.
pub fn edits_without(
    context: &NamespaceView,
    words: &[(&str, Span)],
    unwanted: Capabilities,
) -> Option<Vec<(Span, String)>> {
    let places: Vec<Span> = words.iter().map(|(_, span)| span.clone()).collect();
    let list = places.first()?.start..places.last()?.end;
    let mentioned: Vec<&str> = unwanted.words();
    if lines::is_described(context.text(), &list, &mentioned) {
        return None;
    }
    let is_unwanted =
        |index: usize| Capabilities::from_word(words[index].0).is_some_and(|c| unwanted.has(c));
    elements::without(context.text(), &places, is_unwanted)
}

/// The owner of each URL that is a mirror's. Without a known registry, mirrors of it are unknown as well.
pub(super) fn find_owners(context: &NamespaceView, urls: &[WrittenUrl]) -> Vec<Option<Owner>> {
    if !context.knows_registry() {
        return vec![None; urls.len()];
    }
    // Closed mirrors and misspelled hosts have a rule and a remedy of their own.
    let is_left_to_others = |url: &WrittenUrl| {
        classify::closed_mirror(&url.url.host).is_some() && context.runs("closed-mirror")
            || is_misspelled(context, &url.url.host) && context.runs("misspelled-host")
    };
    let is_mirror = |url: &WrittenUrl| {
        url.leads_somewhere()
            && !is_same_registry(context, &url.url.host)
            && !is_left_to_others(url)
    };
    urls.iter()
        .map(|url| is_mirror(url).then(|| owner(context, url)))
        .collect()
}

impl Mirror<'_, '_> {
    /// The severity of letting this mirror resolve tags; `None` if it does not, or may.
    pub fn resolves(&self, context: &NamespaceView) -> Option<Severity> {
        let mut both = Capabilities::PULL;
        both.insert(Capabilities::RESOLVE);
        // containerd resolves tags only at endpoints with `pull`.
        if !self.url.entry.host.capabilities.has(both) || is_another_registry(context, self.url) {
            return None;
        }
        let severity = match self.owner {
            Owner::Public(_) => Severity::Warning,
            Owner::Unknown => Severity::Note,
            Owner::Likely | Owner::Private => return None,
        };
        Some(in_environment(context, severity))
    }

    /// Whether it is, or may be, someone else's.
    pub fn is_foreign(&self) -> bool {
        matches!(self.owner, Owner::Public(_) | Owner::Unknown)
    }

    /// The operator of a public mirror, if it is known.
    pub fn operator(&self) -> Option<&str> {
        match self.owner {
            Owner::Public(Some(operator)) if operator != "unknown" => {
                // "Tencent Cloud, for its customers" says who may use it, too.
                operator.split(',').next()
            }
            _ => None,
        }
    }

    /// The mirror and its operator in a sentence.
    pub fn described(&self) -> String {
        let name = &self.url.url.host;
        match self.operator() {
            Some(operator) => format!("`{name}` ({operator})"),
            None => format!("`{name}`"),
        }
    }
}

/// Whether a host is the namespace's registry, misspelled: misspelled-host reports that.
fn is_misspelled(context: &NamespaceView, host: &str) -> bool {
    let own = match context.meant_host() {
        "docker.io" => "registry-1.docker.io".into(),
        own => bare_name(own),
    };
    !context.is_default() && is_similar(&own, &bare_name(host))
}

/// An exposure in production is a note in development.
pub fn in_environment(context: &NamespaceView, severity: Severity) -> Severity {
    match context.environment() {
        Environment::Production => severity,
        Environment::Development => Severity::Note,
    }
}

/// Whether `server` is another public registry than the namespace: `server-of-another-registry` reports that, and its
/// capabilities are not a second mistake.
pub fn is_another_registry(context: &NamespaceView, url: &WrittenUrl) -> bool {
    url.is_server()
        && !context.is_default()
        // Most servers are the namespace's own: the list of registries is searched for the others only.
        && !is_same_registry(context, &url.url.host)
        && classify::is_public_registry(context.meant_host())
        && classify::is_public_registry(&url.url.host)
}

/// Whether the namespace is a public registry, or represents all registries.
pub fn is_public_namespace(context: &NamespaceView) -> bool {
    context.is_default() || classify::is_public_registry(context.meant_host())
}

/// Whether a host is the namespace's registry, on another port or under another of its names.
fn is_same_registry(context: &NamespaceView, host: &str) -> bool {
    const KUBERNETES: [&str; 2] = ["registry.k8s.io", "k8s.gcr.io"];
    if context.is_default() {
        return false;
    }
    let (own, name) = (bare_name(context.meant_host()), bare_name(host));
    context.is_own_registry(&name)
        || context.is_own_registry(host)
        || own == name
        || KUBERNETES.contains(&own.as_ref()) && KUBERNETES.contains(&name.as_ref())
}

fn owner(context: &NamespaceView, url: &WrittenUrl) -> Owner {
    let name = url.name();
    match context.classify(&name) {
        Classification::Private => Owner::Private,
        Classification::KnownPublic(operator) => Owner::Public(Some(operator)),
        Classification::DeclaredPublic => Owner::Public(None),
        Classification::Unclassified => match is_likely_own(context, url, &name) {
            true => Owner::Likely,
            false => Owner::Unknown,
        },
    }
}

/// Whether the author of the file most likely runs the host: it is in the registry's domain or in a cloud account, it is
/// reached with a CA or a client certificate or on a port of its own, it has a directory of its own in the tree, or it serves
/// a registry that is not public. Mirrors for everyone serve public registries, on port 443.
fn is_likely_own(context: &NamespaceView, url: &WrittenUrl, name: &str) -> bool {
    let has_directory = || {
        let mut namespaces = context.whole.namespaces.iter();
        namespaces.any(|namespace| namespace.name.split([':', '_']).next() == Some(name))
    };
    let has_port = !matches!(url.port(), "" | "80" | "443");
    shares_domain(&bare_name(context.meant_host()), name)
        || classify::is_account_registry(name)
        || ["ca", "client"]
            .iter()
            .any(|key| url.setting(key).is_some())
        || has_port
        || !is_public_namespace(context)
        || has_directory()
}

/// Whether two names are in the same domain, as far as that is known without a list of public suffixes: two equal
/// labels, or three if the second is as short as the `co` of `co.uk`.
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
