use std::collections::BTreeMap;

use crate::containerd::release::add_releases;
use crate::containerd::{Cause, Releases};
use crate::facts::{Check, NamespaceContext, lines};
use crate::finding::Finding;
use crate::toml::{ProblemKind, Span};

crate::rule! {
    /// A key or table that is defined twice.
    ///
    /// ## What it does
    ///
    /// Reports keys and tables that are defined a second time, and shows both places. A table header counts too:
    /// `[host."https://mirror.internal"]` may appear once, and so may its sub-table `header`.
    ///
    /// ## Why
    ///
    /// TOML forbids it, and containerd ignores the whole file (k3s#9693, rke2#5577). It happens when two tools
    /// write to the same file, or when a block is copied.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    ///
    /// [host."https://mirror.internal"]
    ///   skip_verify = false
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    ///   skip_verify = false
    /// ```
    ///
    /// ## When not to
    ///
    /// containerd 1.x accepts some repetitions that TOML forbids, such as two spellings of one table header. The
    /// finding names the releases that ignore the file.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-*` in `fixtures/conformance/hand.jsonl`.
    name: "duplicate-key",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let text = context.text();
    let twice = context
        .syntax_error
        .as_ref()
        .filter(|error| error.message.contains("duplicate key"));
    // Releases point at slightly different places of one repetition: one finding for each line.
    let mut by_line: BTreeMap<usize, (Span, Option<Span>, Releases)> = BTreeMap::new();
    for found in context.problems() {
        let (span, first) = match (&found.problem.cause, found.problem.span.clone(), twice) {
            (Cause::Toml(ProblemKind::Redefined { first, .. }), Some(span), _) => {
                (span, first.clone())
            }
            (Cause::Toml(ProblemKind::Syntax(_)), _, Some(error)) => (error.span.clone(), None),
            _ => continue,
        };
        let line = context
            .source
            .as_ref()
            .map_or(0, |source| source.lines().line(span.start));
        let entry = by_line
            .entry(line)
            .or_insert_with(|| (span, None, Releases::new()));
        entry.1 = entry.1.take().or(first);
        add_releases(&mut entry.2, &found.releases);
    }
    for (span, first, releases) in by_line.into_values() {
        let key = text.get(span.clone()).unwrap_or_default().trim();
        let first = first.or_else(|| earlier(text, key, span.start));
        let mut finding = context
            .finding(&RULE, span.clone(), format!("`{key}` is defined twice"))
            .label("defined again")
            .releases(releases)
            .help(help(text, &span, first.as_ref()));
        if let Some(first) = first {
            finding = finding.related(context.location(first), "first defined here");
        }
        out.push(finding);
    }
}

/// The remedy. A line that repeats another one can go.
fn help(text: &str, span: &Span, first: Option<&Span>) -> String {
    let line = |at: usize| {
        let start = lines::start(text, at);
        text.get(start..lines::next(text, at))
            .unwrap_or_default()
            .trim()
    };
    let written = line(span.start);
    match first {
        Some(first) if written.contains('=') && line(first.start) == written => {
            "delete this line, which repeats an earlier one".to_owned()
        }
        Some(first) if written.starts_with('[') && line(first.start).starts_with('[') => {
            "move the keys of this table below its first header, and delete this header".to_owned()
        }
        _ if written.starts_with('[') => "merge the two definitions into one table".to_owned(),
        _ => "keep one of the two definitions".to_owned(),
    }
}

/// The first place before `end` at which the key begins a line or ends a header, where the parser
/// did not keep it.
fn earlier(text: &str, key: &str, end: usize) -> Option<Span> {
    if key.is_empty() {
        return None;
    }
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
    text.get(..end)?
        .match_indices(key)
        .map(|(i, _)| i..i + key.len())
        .find(|span| {
            let comment = text[..span.start]
                .rsplit('\n')
                .next()
                .is_some_and(|l| l.contains('#'));
            !comment
                && boundary(text[..span.start].chars().next_back())
                && boundary(text[span.end..].chars().next())
        })
}
