//! Entries that do not verify certificates.

use crate::containerd::loader::is_loopback;
use crate::containerd::{Releases, Role};
use crate::facts::urls::setting;
use crate::facts::view::NamespaceView;
use crate::toml::Span;

/// An entry of hosts.toml with `skip_verify = true` that is asked by HTTPS.
#[derive(Debug, Clone)]
pub struct SkippingEntry {
    /// Where `true` is written.
    pub value: Span,
    /// What to call the endpoint: its URL as written, or the registry.
    pub name: String,
    /// The host that is asked.
    pub host: String,
    /// Where a CA is named beside it.
    pub ca: Option<Span>,
    /// It is this machine.
    pub is_loopback: bool,
    /// The releases for which it is so.
    pub releases: Releases,
}

/// The entries of a namespace that do not verify certificates.
pub fn skipping(context: &NamespaceView) -> Vec<SkippingEntry> {
    let Some(document) = &context.document else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in context.entries() {
        let is_root = !matches!(entry.host.role, Role::Host(_));
        let is_upstream = is_root && entry.host.host.is_empty();
        if entry.host.skip_verify != Some(true) || !is_upstream && entry.host.scheme != "https" {
            continue;
        }
        let table = match (&entry.table, is_root) {
            (Some(table), _) => table.table,
            (None, true) => &document.root,
            (None, false) => continue,
        };
        // The last one wins in 2.x, which is of no matter here.
        let key = |name| setting(table, name);
        let Some(value) = key("skip_verify") else {
            continue;
        };
        let has_ca = entry
            .host
            .ca
            .as_ref()
            .is_some_and(|files| !files.is_empty());
        let host = if is_upstream {
            context.host().to_owned()
        } else {
            entry.host.host.clone()
        };
        let written = entry.host.span.clone().filter(|_| !is_upstream);
        let name = written
            .and_then(|span| context.text().get(span))
            .map_or_else(
                || context.registry(),
                |text| text.trim_matches(['"', '\'']).to_owned(),
            );
        found.push(SkippingEntry {
            value: value.span.clone(),
            name,
            ca: key("ca").filter(|_| has_ca).map(|ca| ca.span.clone()),
            is_loopback: is_loopback(&host),
            host,
            releases: entry.releases.clone(),
        });
    }
    found
}
