use std::borrow::Cow;

use crate::containerd::Role;
use crate::facts::same_registry::{address, twins};
use crate::facts::{Check, Entry, NamespaceContext};
use crate::finding::{Consequence, Finding, Severity};
use crate::go::path;

crate::rule! {
    /// Two entries of one file that lead to the same endpoint.
    ///
    /// ## What it does
    ///
    /// Reports host tables that lead where one before them does, in another spelling: `https://m`, `https://M/`, `m:443/v2`. It is
    /// a note when `server` repeats a host table, which is the way to use mirrors and nothing else.
    ///
    /// ## Why
    ///
    /// containerd does not notice. It asks the endpoint twice, and when that is down, waits for it twice at each request. Two tables also tend to differ
    /// in time, and then it is the second one's error that is shown.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    ///
    /// [host."https://mirror.internal:443/v2"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When a second try at the same place is what you want.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-server-plain` and `hand-struct-two-spellings` in `fixtures/conformance/hand.jsonl`; containerd#13206.
    name: "duplicate-endpoint",
    category: Hosts,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let entries = context.entries();
    // One that is listed twice by the headers of one table is `split-host-table`'s.
    let mut seen = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.host.host.is_empty()) {
        let (Some(span), Some(key)) = (&entry.host.span, place(entry)) else {
            continue;
        };
        let Some((first, _)) = seen.iter().find(|(_, earlier)| *earlier == key) else {
            seen.push((entry, key));
            continue;
        };
        let releases: Vec<_> = entry
            .releases
            .iter()
            .filter(|release| first.releases.contains(release))
            .copied()
            .collect();
        let (Some(first_table), Some(first_span)) = (first.table, &first.host.span) else {
            continue;
        };
        let url = &first_table.name.value;
        let related = context.location(first_span.clone());
        if let Some(table) = entry.table {
            if table.name.value == *url {
                continue;
            }
            out.push(
                context
                    .finding(
                        &RULE,
                        span.clone(),
                        format!("`{}` is `{url}` once more", table.name.value),
                    )
                    .label("the same endpoint")
                    .related(related, "listed here")
                    .effect(format!(
                        "containerd asks {} twice, and waits for it twice when it is down",
                        shown(entry)
                    ))
                    .help("keep one of the two tables, with the settings of both")
                    .releases(releases),
            );
        } else if entry.host.role == Role::Server && !differs_in_tls(context, first) {
            out.push(
                context
                    .finding(
                        &RULE,
                        span.clone(),
                        format!("`server` repeats the host table of `{url}`"),
                    )
                    .severity(Severity::Note)
                    .consequence(Consequence::Advice)
                    .label("the same endpoint")
                    .related(related, "listed here")
                    .effect(format!(
                        "containerd asks {} twice before it gives up",
                        shown(entry)
                    ))
                    .help(
                        "write its settings at the root of the file and take the host table out; a file without any host table needs containerd 1.7.32",
                    )
                    .releases(releases),
            );
        }
    }
}

/// Of a server and a host that differ in their TLS settings, two other rules speak.
fn differs_in_tls(context: &NamespaceContext, host: &Entry) -> bool {
    twins(context)
        .iter()
        .filter(|twin| twin.host.host.span == host.host.span)
        .any(|twin| twin.root_lacks_tls() || !twin.not_inherited().is_empty())
}

/// Where requests go: scheme, name, port and path. `None` where they go nowhere.
fn place<'a>(entry: &'a Entry) -> Option<(&'a str, Cow<'a, str>, &'a str, Cow<'a, str>)> {
    let host = &entry.host;
    if !matches!(host.scheme.as_ref(), "http" | "https") || host.host.is_empty() {
        return None;
    }
    let (name, port) = address(&host.scheme, &host.host);
    let path = match host.path.starts_with('/') {
        true => path::cleaned(&host.path),
        false => Cow::Owned(path::join("/", &host.path)),
    };
    Some((host.scheme.as_ref(), name, port, path))
}

fn shown(entry: &Entry) -> String {
    let host = &entry.host;
    format!("{}://{}", host.scheme, host.host)
}
