//! The hints that an editor draws after a line: the resulting endpoint, and its place in the order.

use super::endpoints::{Fate, Written, fates, markdown};
use crate::containerd::{Release, Role};
use crate::facts::NamespaceContext;
use crate::finding::words::{one_line, releases_in_words};

/// A text behind a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The offset that it is behind.
    pub at: usize,
    /// The label.
    pub label: String,
    /// The tooltip, in Markdown.
    pub tooltip: String,
}

/// The hints of a hosts.toml, in the order of the text; none where containerd does not use it.
pub fn hints(context: &NamespaceContext<'_>) -> Vec<Hint> {
    let mut hints = Vec::new();
    let tables = context.host_tables();
    let server = context.document.and_then(|document| document.server());
    for (index, table) in tables.iter().enumerate() {
        let fates = fates(context, Written::Table(&table.name.value, &table.name.span));
        let Some(mut label) = label(&fates, context) else {
            continue;
        };
        let is_last = index + 1 == tables.len();
        if let Some(upstream) = upstream(context).filter(|_| is_last && server.is_none()) {
            label.push_str(&upstream);
        }
        hints.push(Hint {
            at: table.table.span.end.max(table.name.span.end),
            label,
            tooltip: markdown(&fates, context),
        });
    }
    if let Some(server) = server {
        let fates = fates(context, Written::Server);
        if let Some(label) = label(&fates, context) {
            hints.push(Hint {
                at: server.whole().end,
                label,
                tooltip: markdown(&fates, context),
            });
        }
    }
    hints.sort_by_cached_key(|hint| hint.at);
    hints
}

/// The newest release's outcome comes first; others are named if they differ.
fn label(fates: &[Fate], context: &NamespaceContext<'_>) -> Option<String> {
    // Where a file is not used, its findings say so.
    let used = fates.iter().find_map(|fate| {
        let placed = fate.endpoint.as_ref().ok()?;
        Some((fate, placed))
    });
    let (_, placed) = used?;
    let url = placed.endpoint.url();
    let mut label = format!("{}. {}", placed.place, one_line(&url));
    if placed.endpoint.http_fallback {
        label.push_str(", then http");
    }
    // Endpoints that differ in other things than what is drawn are the same here.
    let is_alike = |fate: &&Fate| {
        fate.endpoint.as_ref().is_ok_and(|other| {
            other.place == placed.place
                && other.endpoint.url() == url
                && other.endpoint.http_fallback == placed.endpoint.http_fallback
        })
    };
    let alike = fates.iter().filter(is_alike);
    let mut alike: Vec<Release> = alike.flat_map(|fate| fate.releases.clone()).collect();
    alike.sort();
    let targeted = context.releases();
    if alike.len() < targeted.len() {
        let releases = releases_in_words(&alike, &targeted);
        label.push_str(&format!(" ({releases})"));
    }
    Some(label)
}

/// The endpoint that no line says: the registry itself, after all mirrors.
fn upstream(context: &NamespaceContext<'_>) -> Option<String> {
    let (_, outcome) = context.outcomes.last()?;
    let last = outcome.endpoints().last()?;
    let is_default = last.role == Role::Upstream;
    let url = match context.is_default() || !context.knows_registry() {
        true => "the registry itself".to_owned(),
        false => last.url(),
    };
    is_default.then(|| format!(", then {}. {}", outcome.endpoints().len(), one_line(&url)))
}
