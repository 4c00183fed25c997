use crate::facts::host_tables::header_for;
use crate::facts::{Check, NamespaceContext, lines};
use crate::finding::{Finding, Safety};
use crate::toml::view::Header;

crate::rule! {
    /// A host table that is indented as if it belonged to the one above it.
    ///
    /// ## What it does
    ///
    /// Reports a header `[host."…"]` that stands further to the right than that of the host table before it. Where all host tables
    /// are indented alike, nothing is said, nor of tables that do belong to a host, as
    /// `[host."…".header]` does.
    ///
    /// ## Why
    ///
    /// TOML takes no notice of indentation. The table is the next host, tried after the one before it, and has none of
    /// its settings: no CA, no client certificate, no header of the outer table applies to it. containerd's own documentation
    /// has an example that is indented so.
    ///
    /// ## Example
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
    /// When a formatter of yours indents so, and those who read the file know that it means nothing.
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
    let mut around: Vec<(&Header, usize)> = Vec::new();
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
                .label("a host of its own")
                .related(context.location(outer.span.clone()), "indented less")
                .effect(format!(
                    "indentation means nothing in TOML: containerd tries {url} as the next host, with no setting of {above}"
                ))
                .help(format!(
                    "write the header as far to the left as {}, and below it all that {url} needs",
                    header_for(above)
                ))
                .releases(context.decoding_releases())
                .fix_edits(
                    Safety::Safe,
                    "indent it like the host table before it",
                    unindent(context, host, outer, headers),
                );
            out.push(finding);
        }
        around.push((host, width));
    }
}

/// How far to the right an indentation leads; a tab counts as four.
fn columns(indentation: &str) -> usize {
    indentation
        .chars()
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum()
}

/// Moves the table's lines to the left by as much as its header stands too far to the right. Where a text over several
/// lines could be among them, only the header.
fn unindent(
    context: &NamespaceContext,
    host: &Header,
    outer: &Header,
    headers: &[Header],
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
