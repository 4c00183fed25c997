use crate::document::{Header, Item, Spelling};
use crate::lint::tables::{self, header_for};
use crate::lint::{Check, Finding, NamespaceContext, Safety, lines};

crate::rule! {
    /// A host in braces or with dots, which containerd 2.x does not list.
    ///
    /// ## What it does
    ///
    /// Reports hosts that are not written with a table header of their own: `host."…".ca = …`, `host = { "…" = { … } }`, or
    /// `"…" = { … }` below `[host]`.
    ///
    /// ## Why
    ///
    /// To find the order of the hosts, containerd 2.x goes through the table headers of the file, and only those that
    /// begin with `host` and name a URL. What TOML allows besides is decoded and then not used. containerd 1.x reads it,
    /// so the mirror is lost with the upgrade, and nothing says so.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [host]
    /// "https://mirror.internal" = { capabilities = ["pull", "resolve"] }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When only containerd 1.x will ever read the file: say so with `containerd = "1.7"`.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-inline*` and `hand-struct-dotted` in `fixtures/conformance/hand.jsonl`.
    name: "host-without-header",
    category: Hosts,
    severity: Error,
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
    for host in document.hosts() {
        // A key of the root below `[host]`: what is meant is no host.
        if tables::is_key_as_host(&host) {
            continue;
        }
        // A header without a URL, `[host.""]`, is url-without-host's.
        let named = |h: &Header| h.part(0) == Some("host") && h.part(1) == Some(&host.name.value);
        if headers.iter().any(named) {
            continue;
        }
        let read = context.endpoint_releases(&host);
        let mut releases = context.decoding_releases();
        releases.retain(|release| !read.contains(release));
        let url = &host.name.value;
        let header = header_for(url);
        let mut effect =
            "containerd 2.x looks for hosts in the table headers alone, and makes no endpoint of this one"
                .to_owned();
        if let Some(words) = context.endpoints_in_words() {
            effect += &format!("; {words}");
        }
        if !read.is_empty() {
            effect += "; containerd 1.x does ask it, so the mirror is lost with the upgrade";
        }
        let mut finding = context
            .finding(
                &RULE,
                host.name.span.clone(),
                format!("`{url}` has no table header"),
            )
            .label("no endpoint")
            .effect(effect)
            .help(format!(
                "write {header}, and its keys on lines of their own below"
            ))
            .releases(releases);
        if host.spelling == Spelling::Inline
            && let Some(edits) = as_tables(context)
        {
            finding = finding.fix_edits(Safety::Safe, format!("write {header}"), edits);
        }
        out.push(finding);
    }
}

/// All hosts below `[host]` as tables with headers, where each stands as a line of its own and nothing but such lines
/// does. What stands below a header belongs to it, so that one alone cannot be turned.
fn as_tables(context: &NamespaceContext) -> Option<Vec<(std::ops::Range<usize>, String)>> {
    let document = context.document.as_ref()?;
    let around = document.root.get("host")?.table()?;
    if around.spelling != Spelling::Header {
        return None;
    }
    let by_header = |item: &Item| matches!(item.spelling, Spelling::Header | Spelling::Implied);
    let lines = around.items.iter().filter(|item| !by_header(item));
    lines.map(|item| as_table(context, item)).collect()
}

fn as_table(context: &NamespaceContext, host: &Item) -> Option<(std::ops::Range<usize>, String)> {
    let table = host.table().filter(|_| host.spelling == Spelling::Inline)?;
    let text = context.text();
    let span = host.key.span.start..host.span.end;
    let mut written = header_for(&host.key.value);
    for item in &table.items {
        // A dotted key in braces stands for a table whose parts lie apart.
        if item.spelling == Spelling::Dotted {
            return None;
        }
        written.push('\n');
        written += lines::indentation(text, span.start);
        written += text.get(item.key.span.start..item.span.end)?;
    }
    lines::is_first(text, span.start).then_some((span, written))
}
