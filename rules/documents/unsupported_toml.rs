use crate::containerd::release::add_releases;
use crate::containerd::{Cause, Releases};
use crate::facts::dates::date_of_known_key;
use crate::facts::keys::HOST_KEYS;
use crate::facts::{Check, NamespaceContext};
use crate::finding::words::releases_in_words;
use crate::finding::{Finding, Safety};
use crate::toml::view::{Item, Node, as_toml_1_0};
use crate::toml::{ProblemKind, Span};

crate::rule! {
    /// Valid TOML that a targeted release of containerd rejects.
    ///
    /// ## What it does
    ///
    /// Reports valid TOML that the parser of a targeted release rejects: TOML 1.1 syntax (a line break or a
    /// trailing comma in an inline table, the escape `\x`) on all releases; brackets in the key of a table, as in
    /// every IPv6 address, on 1.x; a date at the end of a line on 1.6 and 1.7; and whatever else the parsers
    /// reject.
    ///
    /// ## Why
    ///
    /// Other tools read the file without complaint. containerd ignores it and uses no mirror for this registry.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   header = {
    ///     X-Team = "platform",
    ///   }
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   header = { X-Team = "platform" }
    /// ```
    ///
    /// ## When not to
    ///
    /// When no node runs a release that rejects it. Name your releases with `containerd` in certsd-lint.toml.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-ipv6*`, `hand-struct-*` and `random.jsonl` in `fixtures/conformance`;
    /// containerd#10055.
    name: "unsupported-toml",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

/// The kind of text that a release rejects.
#[derive(Debug, Clone, PartialEq)]
enum Refused {
    BracketInKey,
    Date,
    InlineTable,
    Escape(String),
    Other(String),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    if context.document.is_none() {
        return;
    }
    let text = context.text();
    let mut groups: Vec<(Refused, Span, Releases)> = Vec::new();
    for found in context.problems() {
        let (Cause::Toml(ProblemKind::Syntax(why)), Some(span)) =
            (&found.problem.cause, found.problem.span.clone())
        else {
            continue;
        };
        // byte-order-mark's.
        if text.starts_with('\u{feff}') && span.start < 3 {
            continue;
        }
        // A known key takes no date, however it is written: wrong-type's.
        if date_of_known_key(context, &span).is_some() && context.runs("wrong-type") {
            continue;
        }
        let refused = classify(text, &span, why);
        match groups.iter_mut().find(|(known, ..)| *known == refused) {
            Some((_, _, releases)) => add_releases(releases, &found.releases),
            None => groups.push((refused, span, found.releases.clone())),
        }
    }
    for (refused, span, releases) in groups {
        let (message, label, help) = words(&refused);
        let who = releases_in_words(&releases, &context.releases());
        let message = match &refused {
            Refused::Other(_) => format!("{message} ({who})"),
            _ => message,
        };
        let mut finding = context
            .finding(&RULE, span.clone(), message)
            .label(label)
            .help(help)
            .releases(releases);
        if let Some((description, edits)) = fix(context, &refused, &span) {
            finding = finding.fix_edits(Safety::Safe, description, edits);
        }
        out.push(finding);
    }
}

/// The remedy. For an address in brackets there is no other spelling.
fn fix(
    context: &NamespaceContext,
    refused: &Refused,
    at: &Span,
) -> Option<(&'static str, Vec<(Span, String)>)> {
    let text = context.text();
    match refused {
        Refused::BracketInKey => None,
        Refused::InlineTable | Refused::Escape(_) | Refused::Other(_) => {
            Some(("write it as TOML 1.0", as_toml_1_0(text)?))
        }
        // A known key takes no date, and no such text either.
        Refused::Date => {
            let root = &context.document.as_ref()?.root;
            let is_it = |item: &&Item| {
                matches!(item.node, Node::Datetime)
                    && item.span.start <= at.end
                    && at.start <= item.span.end
                    && !HOST_KEYS.contains(&item.key.value.as_str())
            };
            let items = root.walk();
            let date = items.iter().map(|(_, item)| *item).find(is_it)?;
            let written = text.get(date.span.clone())?;
            let quoted = vec![(date.span.clone(), format!("\"{written}\""))];
            Some(("put the date in quotes", quoted))
        }
    }
}

fn classify(text: &str, span: &Span, why: &str) -> Refused {
    let start = text
        .get(..span.start)
        .and_then(|t| t.rfind('\n'))
        .map_or(0, |i| i + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    if why.contains("table name") && line.trim_start().starts_with('[') {
        Refused::BracketInKey
    } else if why.contains("date") {
        Refused::Date
    } else if let Some(escape) = escape_at(text, span.start) {
        Refused::Escape(escape)
    } else if inside_braces(&text[..span.start.min(text.len())]) {
        Refused::InlineTable
    } else {
        Refused::Other(why.to_owned())
    }
}

/// The escape of TOML 1.1 at this place: `\\x21`, `\\e`.
fn escape_at(text: &str, at: usize) -> Option<String> {
    let rest = text.get(at..)?;
    // Parsers point at the backslash or behind it.
    let rest = match rest.strip_prefix('\\') {
        Some(rest) => rest,
        None if text[..at].ends_with('\\') => rest,
        None => return None,
    };
    let length = match rest.chars().next()? {
        'x' => rest.len().min(3),
        'e' => 1,
        _ => return None,
    };
    rest.get(..length).map(|escape| format!("\\{escape}"))
}

/// Whether an inline table is open at the end of `before`; strings count roughly.
fn inside_braces(before: &str) -> bool {
    let line_of_key = before.rfind("{").unwrap_or(0);
    before[line_of_key..].contains('{') && !before[line_of_key..].contains('}')
}

fn words(refused: &Refused) -> (String, &'static str, String) {
    match refused {
        Refused::BracketInKey => (
            "containerd 1.x rejects brackets in the key of a table".to_owned(),
            "bracket inside the key",
            "write a host name that resolves to the IPv6 address, or upgrade to containerd 2.x".to_owned(),
        ),
        Refused::Date => (
            "containerd 1.6 and 1.7 reject a date or time at the end of a value".to_owned(),
            "unquoted date",
            "put the date in quotes, or delete the line".to_owned(),
        ),
        Refused::InlineTable => (
            "line break or trailing comma in an inline table (TOML 1.1)".to_owned(),
            "not TOML 1.0",
            "write the table on one line without a comma before `}`, or as a table with its own header".to_owned(),
        ),
        Refused::Escape(escape) => (
            format!("the escape `{escape}` is TOML 1.1, which containerd does not support"),
            "not TOML 1.0",
            "write the character itself, or `\\u` and four hexadecimal digits".to_owned(),
        ),
        Refused::Other(why) => (
            format!("containerd's TOML parser rejects this: {why}"),
            "parsing stops here",
            "write one `key = value` or `[table]` per line, with text in basic strings".to_owned(),
        ),
    }
}
