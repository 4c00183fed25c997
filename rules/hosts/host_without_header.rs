use std::ops::Range;

use crate::facts::host_tables::{self as tables, header_for};
use crate::facts::{Check, NamespaceContext, lines};
use crate::finding::{Finding, Safety};
use crate::toml::view::{Item, Spelling, Table, TableHeader};

crate::rule! {
    /// A host without a table header, which containerd 2.x does not use.
    ///
    /// ## What it does
    ///
    /// Reports hosts that are not written with a table header of their own: `host."…".ca = …`, `host = { "…" = { …
    /// } }`, or `"…" = { … }` below `[host]`.
    ///
    /// ## Why
    ///
    /// To find the order of the hosts, containerd 2.x reads only the table headers of the file that begin with
    /// `host` and name a URL. It decodes hosts in other TOML spellings and does not use them. containerd 1.x does
    /// use them, so an upgrade silently removes the mirror.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host]
    /// "https://mirror.internal" = { capabilities = ["pull", "resolve"] }
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
    /// ## When not to
    ///
    /// When only containerd 1.x reads the file. Set `containerd = "1.7"` in certsd-lint.toml.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-inline*` and `hand-struct-dotted` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "host-without-header",
    category: Hosts,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "2.0 and later",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    let headers = document.headers(context.text());
    for host in context.host_tables() {
        // A key of the root below `[host]` does not mean a host.
        if tables::is_key_as_host(host) {
            continue;
        }
        // A header without a URL, `[host.""]`, is url-without-host's.
        let named =
            |h: &TableHeader| h.part(0) == Some("host") && h.part(1) == Some(&host.name.value);
        if headers.iter().any(named) {
            continue;
        }
        let read = context.endpoint_releases(host);
        let mut releases = context.decoding_releases();
        releases.retain(|release| !read.contains(release));
        let url = &host.name.value;
        let header = header_for(url);
        let mut effect = "containerd 2.x ignores hosts without a table header".to_owned();
        if let Some(words) = context.endpoints_in_words() {
            effect += &format!(": {words}");
        }
        if !read.is_empty() {
            effect += ", while containerd 1.x uses this host";
        }
        let mut finding = context
            .finding(
                &RULE,
                host.name.span.clone(),
                format!("`{url}` has no table header"),
            )
            .label("not an endpoint")
            .effect(effect)
            .help(format!("write {header} with its keys on the lines below"))
            .releases(releases);
        if let Some(edits) = as_tables(context) {
            finding = finding.fix_edits(Safety::Safe, format!("write {header}"), edits);
        }
        out.push(finding);
    }
}

type Edits = Vec<(Range<usize>, String)>;

/// Writes all hosts without a header as tables with headers, unless a key that is not a host's would end up below one.
fn as_tables(context: &NamespaceContext) -> Option<Edits> {
    let document = context.document.as_ref()?;
    let item = document.root.get("host")?;
    let around = item.table()?;
    let by_header = |item: &&Item| matches!(item.spelling, Spelling::Header | Spelling::Implied);
    let edits = match item.spelling {
        // Keys below a header belong to it, so one host alone cannot be rewritten.
        Spelling::Header => {
            let lines = around.items.iter().filter(|item| !by_header(item));
            return lines.map(|item| in_line(context, item)).collect();
        }
        Spelling::Inline => vec![in_braces(context, item, around)?],
        Spelling::Dotted => with_dots(context, around)?,
        Spelling::Implied | Spelling::Plain => return None,
    };
    let first = edits.first()?.0.start;
    let mut others = document
        .root
        .items
        .iter()
        .filter(|other| other.key.value != "host");
    others
        .all(|other| by_header(&other) || other.whole().start < first)
        .then_some(edits)
}

/// A host on a line of its own, `"…" = { … }`.
fn in_line(context: &NamespaceContext, host: &Item) -> Option<(Range<usize>, String)> {
    let span = host.key.span.start..host.span.end;
    let written = as_table(
        context,
        host,
        lines::indentation(context.text(), span.start),
    )?;
    lines::is_first(context.text(), span.start).then_some((span, written))
}

/// All hosts on one line, `host = { "…" = { … } }`.
fn in_braces(
    context: &NamespaceContext,
    item: &Item,
    hosts: &Table,
) -> Option<(Range<usize>, String)> {
    let span = item.key.span.start..item.span.end;
    let indentation = lines::indentation(context.text(), span.start);
    let written: Option<Vec<String>> = hosts
        .items
        .iter()
        .map(|host| as_table(context, host, indentation))
        .collect();
    let written = written?.join(&format!("\n{indentation}"));
    lines::is_first(context.text(), span.start).then_some((span, written))
}

fn as_table(context: &NamespaceContext, host: &Item, indentation: &str) -> Option<String> {
    let table = host.table().filter(|_| host.spelling == Spelling::Inline)?;
    let mut written = header_for(&host.key.value);
    for item in &table.items {
        // A dotted key in braces is a table whose parts may be apart.
        if item.spelling == Spelling::Dotted {
            return None;
        }
        written.push('\n');
        written += indentation;
        written += context.text().get(item.key.span.start..item.span.end)?;
    }
    Some(written)
}

/// Hosts whose keys are written `host."…".key = …`, those of each together.
fn with_dots(context: &NamespaceContext, hosts: &Table) -> Option<Edits> {
    let text = context.text();
    let mut edits = Edits::new();
    for host in &hosts.items {
        let table = host.table().filter(|_| host.spelling == Spelling::Dotted)?;
        for (index, item) in table.items.iter().enumerate() {
            let key = item.key.span.start;
            let line = lines::start(text, key);
            let indentation = lines::indentation(text, key);
            let start = line + indentation.len();
            let is_after = edits.last().is_none_or(|(before, _)| before.end < start);
            let is_whole = text.get(start..key)?.starts_with("host");
            if !is_after || !is_whole || item.spelling == Spelling::Dotted {
                return None;
            }
            let header = match index {
                0 => format!("{}\n{indentation}", header_for(&host.key.value)),
                _ => String::new(),
            };
            edits.push((start..key, header));
        }
    }
    Some(edits)
}
