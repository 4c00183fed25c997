use crate::facts::host_tables::header_for;
use crate::facts::same_registry::in_words;
use crate::facts::{Check, NamespaceContext, lines};
use crate::finding::{Classification, Consequence, Finding, Safety, Severity};
use crate::toml::view::TableHeader;

crate::rule! {
    /// A host table that is indented as if it belonged to the one above it.
    ///
    /// ## What it does
    ///
    /// Reports a header `[host."…"]` that is indented more than the header of the host table before it. Host tables
    /// that are all indented alike are not reported, nor are tables that do belong to a host, such as
    /// `[host."…".header]`.
    ///
    /// It is a warning if the outer table has settings that the indented one lacks and may need, and a note otherwise.
    ///
    /// ## Why
    ///
    /// TOML ignores indentation. The table is the next host and has none of the settings of the one before it: no
    /// CA, client certificate or header of the outer table applies to it. An example in containerd's own
    /// documentation is indented this way.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror-a.internal"]
    ///   ca = "ca.pem"
    ///
    ///   [host."https://mirror-b.internal"]
    ///     capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror-a.internal"]
    ///   ca = "ca.pem"
    ///
    /// [host."https://mirror-b.internal"]
    ///   capabilities = ["pull", "resolve"]
    ///   ca = "ca.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// When your formatter indents tables this way.
    ///
    /// ## Source
    ///
    /// TOML 1.0, "Table": indentation is ignored. The example is in `docs/hosts.md` of containerd.
    name: "indented-host-table",
    category: Hosts,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    let text = context.text();
    let headers = document.headers(text);
    // The host tables above whose tables this one could be taken for, outermost first.
    let mut around: Vec<(&TableHeader, usize)> = Vec::new();
    // Tables inside host tables are there for their own sake; what is nested is `nested-host-table`'s.
    let hosts = headers
        .iter()
        .filter(|h| h.parts.len() == 2 && h.part(0) == Some("host"))
        .filter(|h| lines::is_first(text, h.span.start));
    for host in hosts {
        let width = columns(lines::indentation(text, host.span.start));
        around.retain(|(_, outer)| *outer < width);
        if let (Some((outer, _)), Some(url)) = (around.last(), host.part(1)) {
            let above = outer.part(1).unwrap_or_default();
            let finding = context
                .finding(
                    &RULE,
                    host.span.clone(),
                    format!("`{url}` is indented as if it belonged to `{above}`"),
                )
                .label("separate host")
                .related(context.location(outer.span.clone()), "indented less")
                .releases(context.decoding_releases());
            let missing = missing(context, above, url);
            out.push(match missing.as_slice() {
                [] => finding
                    .severity(Severity::Note)
                    .consequence(Consequence::Advice)
                    .effect("TOML ignores indentation: containerd tries it as the next host")
                    .help(format!("indent the header like {}", header_for(above)))
                    .fix_edits(
                        Safety::Safe,
                        "indent it like the host table before it",
                        unindent(context, host, outer, headers),
                    ),
                // Whether it is to have them, a person knows.
                keys => finding
                    .effect(format!(
                        "TOML ignores indentation: containerd tries {url} as the next host, without {} of {above}",
                        in_words(keys)
                    ))
                    .help(format!(
                        "indent the header like {}, and repeat {} below it if {url} needs it",
                        header_for(above),
                        in_words(keys)
                    )),
            });
        }
        around.push((host, width));
    }
}

/// The settings of the outer host that the inner one lacks.
fn missing(context: &NamespaceContext, outer: &str, inner: &str) -> Vec<&'static str> {
    let table = |url: &str| {
        let tables = context.host_tables();
        tables.iter().find(|host| host.name.value == url)
    };
    // A public registry needs no CA and no header of a mirror.
    if is_known_public(context, inner) {
        return Vec::new();
    }
    let (Some(outer), Some(inner)) = (table(outer), table(inner)) else {
        return Vec::new();
    };
    ["ca", "client", "skip_verify", "header"]
        .into_iter()
        .filter(|key| {
            outer
                .table
                .get(key)
                .is_some_and(|item| item.boolean() != Some(false))
        })
        .filter(|key| inner.table.get(key).is_none())
        .collect()
}

/// Whether the host of a URL is a known public registry or mirror.
fn is_known_public(context: &NamespaceContext, url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    matches!(context.classify(host), Classification::KnownPublic(_))
}

/// The width of an indentation; a tab counts as four.
fn columns(indentation: &str) -> usize {
    indentation
        .chars()
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum()
}

/// Removes the extra indentation of the header from the lines of the table, or from the header alone if the table may
/// contain a multi-line string.
fn unindent(
    context: &NamespaceContext,
    host: &TableHeader,
    outer: &TableHeader,
    headers: &[TableHeader],
) -> Vec<(std::ops::Range<usize>, String)> {
    let text = context.text();
    let too_much = lines::indentation(text, host.span.start)
        .strip_prefix(lines::indentation(text, outer.span.start))
        .unwrap_or_default();
    if too_much.is_empty() {
        return Vec::new();
    }
    let end = headers
        .iter()
        .find(|next| next.span.start > host.span.start && !next.shares(host, 2))
        .map_or(text.len(), |next| {
            lines::above_comments(text, next.span.start)
        });
    // The comments right above are about this table.
    let start = lines::above_comments(text, host.span.start);
    let block = text.get(start..end).unwrap_or_default();
    let block = match block.contains("\"\"\"") || block.contains("'''") {
        true => &text[start..lines::next(text, host.span.start)],
        false => block,
    };
    let mut at = start;
    let mut edits = Vec::new();
    for line in block.split_inclusive('\n') {
        if line.starts_with(too_much) {
            edits.push((at..at + too_much.len(), String::new()));
        }
        at += line.len();
    }
    edits
}
