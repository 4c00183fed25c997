use std::ops::Range;

use crate::facts::host_tables::{header_for, nested_hosts, unquoted_hosts};
use crate::facts::{Check, NamespaceContext, lines};
use crate::finding::{Finding, Promise, Safety};
use crate::toml::view::{Spelling, Table, TableHeader};

crate::rule! {
    /// A host whose tables are separated by another host, which containerd 2.x tries twice.
    ///
    /// ## What it does
    ///
    /// Reports a header that returns to a host after another one began, as in `[host.a]`, `[host.b]`,
    /// `[host.a.header]`.
    ///
    /// ## Why
    ///
    /// containerd 2.x builds its list of hosts from the table headers and skips a header only if it names the same
    /// host as the one just before. The host is then listed twice: containerd tries it again after the other one,
    /// which costs another timeout for each layer when it is down.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror-a.internal"]
    /// capabilities = ["pull", "resolve"]
    ///
    /// [host."https://mirror-b.internal"]
    /// capabilities = ["pull", "resolve"]
    ///
    /// [host."https://mirror-a.internal".header]
    /// X-Cluster = "prod-1"
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror-a.internal"]
    /// capabilities = ["pull", "resolve"]
    ///
    /// [host."https://mirror-a.internal".header]
    /// X-Cluster = "prod-1"
    ///
    /// [host."https://mirror-b.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When only containerd 1.x reads the file. Set `containerd = "1.7"` in certsd-lint.toml.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-split*` in `fixtures/conformance/hand.jsonl`.
    name: "split-host-table",
    category: Hosts,
    severity: Warning,
    consequence: Misread,
    releases: "2.0 and later",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    let text = context.text();
    let headers = document.headers(text);
    let names_host = |h: &&TableHeader| h.part(0) == Some("host") && h.parts.len() >= 2;
    if headers.iter().filter(names_host).nth(1).is_none() {
        return;
    }
    // Headers that belong to no host are reported there.
    let nested = nested_hosts(document, headers);
    let unquoted = unquoted_hosts(headers, text);
    let elsewhere = |header: &TableHeader| {
        let in_nested = nested.iter().flat_map(|host| &host.headers);
        let in_unquoted = unquoted.iter().flat_map(|host| &host.headers);
        in_nested
            .chain(in_unquoted)
            .any(|(other, _)| *other == header)
    };
    let hosts: Vec<&TableHeader> = headers.iter().filter(names_host).collect();
    for (index, header) in hosts.iter().enumerate().skip(1) {
        let url = header.part(1).unwrap_or_default();
        let earlier: Vec<&&TableHeader> = hosts[..index]
            .iter()
            .filter(|h| h.shares(header, 2))
            .collect();
        let (Some(first), false) = (earlier.first(), hosts[index - 1].shares(header, 2)) else {
            continue;
        };
        if elsewhere(header) || earlier.iter().any(|h| elsewhere(h)) {
            continue;
        }
        let between = hosts[index - 1].part(1).unwrap_or_default();
        // Whether it is listed twice is the model's to say.
        let key = &header.parts[1].span;
        let releases = context.releases_where(|_, outcome| {
            outcome
                .entries
                .iter()
                .any(|host| host.span.as_ref() == Some(key))
                && outcome
                    .entries
                    .iter()
                    .any(|host| host.span.as_ref() == Some(&first.parts[1].span))
        });
        let mut finding = context
            .finding(
                &RULE,
                header.span.clone(),
                format!("the tables of `{url}` are separated by that of `{between}`"),
            )
            .label("listed again")
            .related(context.location(first.span.clone()), "first listed here")
            .effect(format!(
                "containerd 2.x tries {url} before {between} and again after it"
            ))
            .help(format!("move this table below {}", header_for(url)))
            .releases(releases);
        if let Some(edits) = moved(context, header, earlier.last()) {
            finding = finding
                .fix_edits(Safety::Safe, "move the table up", edits)
                .promise(Promise::ListsOnce);
        }
        out.push(finding);
    }
}

/// Takes the table out and puts it behind the last one of its host.
fn moved(
    context: &NamespaceContext,
    header: &TableHeader,
    behind: Option<&&&TableHeader>,
) -> Option<[(Range<usize>, String); 2]> {
    let text = context.text();
    let mut block = lines_of(context, header)?;
    block.start = lines::above_comments(text, block.start);
    let target = lines_of(context, behind?)?.end;
    let mut moved = text.get(block.clone())?.to_owned();
    if !moved.ends_with('\n') {
        moved.push('\n');
    }
    // The blank line before it would be superfluous.
    let blank = text[..block.start].ends_with("\n\n");
    let taken = block.start - usize::from(blank)..block.end;
    let gap = if blank { "\n" } else { "" };
    Some([
        (target..target, format!("{gap}{moved}")),
        (taken, String::new()),
    ])
}

/// The lines of a table: its header and the keys below.
fn lines_of(context: &NamespaceContext, header: &TableHeader) -> Option<Range<usize>> {
    let text = context.text();
    let table = find(&context.document.as_ref()?.root, &header.span)?;
    let end = table
        .items
        .iter()
        .filter(|item| item.table().is_none_or(|t| !is_by_header(t)))
        .map(|item| item.span.end.max(inner_end(item.table())))
        .max()
        .unwrap_or(header.span.end)
        .max(header.span.end);
    let lines = lines::around(text, &(header.span.start..end));
    (lines::is_first(text, header.span.start) && text[..lines.end].ends_with('\n')
        || lines.end == text.len())
    .then_some(lines)
}

fn is_by_header(table: &Table) -> bool {
    matches!(table.spelling, Spelling::Header | Spelling::Implied)
}

/// Where the last value of a table without header ends.
fn inner_end(table: Option<&Table>) -> usize {
    table.map_or(0, |table| {
        table
            .walk()
            .iter()
            .map(|(_, item)| item.span.end)
            .max()
            .unwrap_or(0)
    })
}

/// The table with this header.
fn find<'a>(table: &'a Table, header: &Range<usize>) -> Option<&'a Table> {
    table
        .items
        .iter()
        .filter_map(|item| item.table())
        .find_map(|inner| match inner.span == *header && is_by_header(inner) {
            true => Some(inner),
            false => find(inner, header),
        })
}
