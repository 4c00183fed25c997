use crate::document::{HostTable, Spelling};
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
    /// Recorded from containerd: `hand-struct-*` in `fixtures/conformance/hand.jsonl`.
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
    for host in document.hosts() {
        // `[host]` with a key of the root below it: what is meant is no host.
        if tables::is_key_as_host(&host) {
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
        if let Some((span, text)) = as_table(context, &host) {
            finding = finding.fix(Safety::Safe, format!("write {header}"), span, text);
        }
        out.push(finding);
    }
}

/// The host as a table with a header, where it stands as a line of its own below `[host]` and
/// nothing but such lines does.
fn as_table(
    context: &NamespaceContext,
    host: &HostTable<'_>,
) -> Option<(std::ops::Range<usize>, String)> {
    let document = context.document.as_ref()?;
    let around = document.root.get("host")?.table()?;
    let alike = |spelling| spelling == Spelling::Inline;
    if around.spelling != Spelling::Header
        || !around
            .items
            .iter()
            .all(|item| alike(item.spelling) || item.spelling == Spelling::Header)
        || !alike(host.spelling)
    {
        return None;
    }
    let text = context.text();
    let span = host.name.span.start..host.table.span.end;
    let mut written = header_for(&host.name.value);
    for item in &host.table.items {
        // A dotted key in braces stands for a table whose parts lie apart.
        if item.spelling == Spelling::Dotted {
            return None;
        }
        let value = text.get(item.key.span.start..item.span.end)?;
        written.push('\n');
        written += lines::indentation(text, span.start);
        written += value;
    }
    lines::is_first(text, span.start).then_some((span, written))
}
