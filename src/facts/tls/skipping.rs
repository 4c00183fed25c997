//! Entries that do not verify certificates.

use crate::containerd::loader::is_loopback;
use crate::containerd::{Releases, Role};
use crate::facts::context::{NamespaceContext, written_urls};
use crate::facts::lines;
use crate::facts::same_registry::{address, twins};
use crate::facts::urls::setting;
use crate::finding::{Finding, Safety};
use crate::toml::Span;
use crate::toml::view::Item;

/// An entry of hosts.toml with `skip_verify = true` and an HTTPS URL.
#[derive(Debug, Clone)]
pub struct SkippingEntry<'a> {
    /// The setting `skip_verify`.
    pub item: &'a Item,
    /// The endpoint in messages: its URL as written, or the registry.
    pub name: String,
    /// The host that is contacted.
    pub host: String,
    /// The span of a CA in the same entry.
    pub ca: Option<Span>,
    /// Whether the host is this machine.
    pub is_loopback: bool,
    /// Whether the root of the file leads to the same registry, without a CA of its own.
    pub root_needs_ca: bool,
    /// The releases to which it applies.
    pub releases: Releases,
    /// The setting in other entries for the same registry, with the same kind of CA.
    pub others: Vec<&'a Item>,
}

/// The entries of a namespace that do not verify certificates, those for one registry together.
pub fn skipping<'a>(context: &NamespaceContext<'a>) -> Vec<SkippingEntry<'a>> {
    let Some(document) = context.document else {
        return Vec::new();
    };
    let mut found: Vec<SkippingEntry> = Vec::new();
    for entry in context.entries() {
        let is_root = !matches!(entry.host.role, Role::Host(_));
        let is_upstream = is_root && entry.host.host.is_empty();
        if entry.host.skip_verify != Some(true) || !is_upstream && entry.host.scheme != "https" {
            continue;
        }
        // A URL that cannot work is reported as such.
        let leads_nowhere = written_urls(context)
            .iter()
            .any(|url| Some(&url.span) == entry.host.span.as_ref() && !url.leads_somewhere());
        if leads_nowhere {
            continue;
        }
        let table = match (&entry.table, is_root) {
            (Some(table), _) => table.table,
            (None, true) => &document.root,
            (None, false) => continue,
        };
        // If there are two spellings, either is reported.
        let Some(item) = setting(table, "skip_verify") else {
            continue;
        };
        let authorities = entry.host.ca.as_deref().unwrap_or_default();
        let ca = setting(table, "ca").filter(|_| !authorities.is_empty());
        let host = match is_upstream {
            true => context.host().to_owned(),
            false => entry.host.host.clone(),
        };
        let known = found.iter_mut().find(|known| {
            known.ca.is_some() == ca.is_some()
                && address("https", &known.host) == address("https", &host)
        });
        if let Some(known) = known {
            known.others.push(item);
            continue;
        }
        let written = entry.host.span.clone().filter(|_| !is_upstream);
        let written = written.and_then(|span| context.text().get(span));
        let name = written.map_or_else(
            || context.registry(),
            |text| text.trim_matches(['"', '\'']).to_owned(),
        );
        let twin = twins(context)
            .into_iter()
            .find(|twin| twin.host.host.span == entry.host.span);
        found.push(SkippingEntry {
            item,
            name,
            ca: ca.map(|ca| ca.span.clone()),
            is_loopback: is_loopback(&host),
            root_needs_ca: !is_root
                && twin.is_some_and(|twin| twin.root.ca.as_ref().is_none_or(Vec::is_empty)),
            host,
            releases: entry.releases.clone(),
            others: Vec::new(),
        });
    }
    found
}

impl SkippingEntry<'_> {
    /// Adds the fix that deletes the setting everywhere, and the other places. There is no fix where a comment speaks of
    /// the setting: it would be left behind.
    pub fn finish(&self, context: &NamespaceContext, finding: Finding) -> Finding {
        let items = || std::iter::once(&self.item).chain(&self.others);
        let lines: Option<Vec<Span>> = items()
            .map(|item| lines::of_undescribed_setting(context.text(), item, &WORDS))
            .collect();
        let others = self.others.iter();
        let finding = others.fold(finding, |finding, other| {
            finding.related(context.location(other.whole()), "also here")
        });
        match lines {
            Some(lines) => finding.fix_edits(
                Safety::Unsafe,
                "delete `skip_verify`",
                lines.into_iter().map(|line| (line, String::new())),
            ),
            None => finding,
        }
    }
}

/// Words of comments that are about the setting.
const WORDS: [&str; 9] = [
    "skip", "verif", "tls", "ssl", "cert", "insecure", "self", "trust", "https",
];
