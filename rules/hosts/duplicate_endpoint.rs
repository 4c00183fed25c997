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
    /// Reports host tables that lead to the same place as an earlier one in another spelling: `https://m`,
    /// `https://M/`, `m:443/v2`. It also reports a `server` that repeats a host table, as a note. Entries with
    /// different capabilities or TLS settings are not reported.
    ///
    /// ## Why
    ///
    /// containerd does not notice the repetition. It tries the endpoint twice, so an outage costs two timeouts for
    /// each request.
    ///
    /// The rule is off by default, because a repeated endpoint is harmless while it answers, and many generators
    /// write `server` and a host table for the same registry. Select it with `--extend-select duplicate-endpoint`.
    ///
    /// ## Example
    ///
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
    /// ```toml
    /// # certsd-lint.toml
    /// extend-select = ["duplicate-endpoint"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// extend-select = ["duplicate-endpoint"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When a second attempt at the same endpoint is intended.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-server-plain` and `hand-struct-two-spellings` in
    /// `fixtures/conformance/hand.jsonl`; containerd#13206.
    name: "duplicate-endpoint",
    category: Hosts,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    on: false,
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
        // Entries that may do different things are two, and merging them would lose something.
        if entry.host.capabilities != first.host.capabilities {
            continue;
        }
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
                        format!("`{}` duplicates `{url}`", table.name.value),
                    )
                    .label("same endpoint")
                    .related(related, "first listed here")
                    .effect(format!(
                        "containerd tries {} twice, so an outage costs two timeouts",
                        shown(entry)
                    ))
                    .help("merge the two tables into one")
                    .releases(releases),
            );
        } else if entry.host.role == Role::Server && !differs_in_tls(context, first) {
            out.push(
                context
                    .finding(
                        &RULE,
                        span.clone(),
                        format!("`server` duplicates the host table of `{url}`"),
                    )
                    .severity(Severity::Note)
                    .consequence(Consequence::Advice)
                    .label("same endpoint")
                    .related(related, "first listed here")
                    .effect(format!(
                        "containerd tries {} twice, so an outage costs two timeouts",
                        shown(entry)
                    ))
                    .help(
                        "move the settings of the host table to the root of the file, and leave an empty `[host]` for containerd before 1.7.32",
                    )
                    .releases(releases),
            );
        }
    }
}

/// Whether they differ in TLS settings, which two other rules report.
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
