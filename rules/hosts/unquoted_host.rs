use crate::facts::host_tables::{UnquotedHost, header_for, is_key_as_host, unquoted_hosts};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety};
use crate::toml::view::TableHeader;

crate::rule! {
    /// A host without quotes, whose dots TOML reads as levels of tables.
    ///
    /// ## What it does
    ///
    /// Reports headers such as `[host.mirror.example.com]`, and headers with a key in place of the URL, such as
    /// `[host.header]`.
    ///
    /// ## Why
    ///
    /// In TOML a dot outside quotes separates the levels of a table. `[host.mirror.example.com]` is a host called
    /// `mirror` with a table `example` inside, which containerd does not read: requests go to `https://mirror`,
    /// without any of the settings. Likewise `[host.header]` is a host called `header`.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host.mirror.corp.internal]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.corp.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// A name without dots needs no quotes and is not reported.
    ///
    /// ## Source
    ///
    /// TOML 1.0, "Table": dotted keys in headers. Recorded from containerd: `hand-struct-unquoted-dns` and
    /// `hand-struct-host-header` in `fixtures/conformance/hand.jsonl`.
    name: "unquoted-host",
    category: Hosts,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: Unsafe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    let headers = document.headers(context.text());
    for host in unquoted_hosts(headers, context.text()) {
        out.push(dotted(context, &host));
    }
    for host in context.host_tables() {
        let header = headers
            .iter()
            .find(|h| h.part(0) == Some("host") && h.part(1) == Some(&host.name.value));
        if let (true, Some(header)) = (is_key_as_host(host), header) {
            out.push(key_as_host(context, header, headers));
        }
    }
}

/// The URL that requests go to for the host that containerd sees.
fn asked(context: &NamespaceContext, seen: &str) -> String {
    context
        .entries()
        .iter()
        .find(|entry| entry.table.is_some_and(|table| table.name.value == seen))
        .map_or_else(
            || format!("https://{seen}"),
            |entry| {
                format!(
                    "{}://{}{}",
                    entry.host.scheme, entry.host.host, entry.host.path
                )
            },
        )
}

fn dotted(context: &NamespaceContext, host: &UnquotedHost<'_>) -> Finding {
    let url = format!("https://{}", host.name);
    let header = header_for(&url);
    let mut finding = context
        .finding(
            &RULE,
            host.span.clone(),
            format!(
                "`{}` without quotes is a host called `{}`",
                host.name, host.seen
            ),
        )
        .label("needs quotes")
        .effect(format!(
            "containerd sends requests to {} and ignores the keys of this table",
            asked(context, &host.seen)
        ))
        .help(format!("write {header}"))
        .releases(context.decoding_releases());
    for (header, _) in host.headers.iter().skip(1) {
        finding = finding.related(context.location(header.span.clone()), "also without quotes");
    }
    let edits = host.headers.iter().map(|(header, length)| {
        let span = header.parts[1].span.start..header.parts[*length].span.end;
        (span, format!("\"{url}\""))
    });
    finding.fix_edits(Safety::Unsafe, format!("write {header}"), edits)
}

fn key_as_host(
    context: &NamespaceContext,
    header: &TableHeader,
    headers: &[TableHeader],
) -> Finding {
    let key = header.part(1).unwrap_or_default();
    // The host that it most likely belongs to is the one above.
    let above = headers
        .iter()
        .rev()
        .filter(|other| other.span.start < header.span.start)
        .find(|other| other.part(0) == Some("host") && other.parts.len() == 2)
        .and_then(|other| other.part(1));
    let (url, whose) = match above {
        Some(url) => (url, String::new()),
        None => ("https://…", " with the URL of the host".to_owned()),
    };
    let host = header_for(url);
    let host = host.trim_end_matches(']');
    context
        .finding(
            &RULE,
            header.parts[1].span.clone(),
            format!("`[host.{key}]` is a host called `{key}`"),
        )
        .label("not a URL")
        .effect(format!(
            "containerd sends requests to {}, and this `{key}` applies to no host",
            asked(context, key)
        ))
        .help(format!("write {host}.{key}]{whose}"))
        .releases(context.decoding_releases())
}
