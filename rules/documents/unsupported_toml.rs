use crate::containerd::release::add_releases;
use crate::containerd::{Cause, Releases};
use crate::facts::keys::HOST_KEYS;
use crate::facts::{Check, NamespaceContext};
use crate::finding::words::releases_in_words;
use crate::finding::{Finding, Safety};
use crate::toml::view::{Item, Node, as_toml_1_0};
use crate::toml::{ProblemKind, Span};

crate::rule! {
    /// TOML that a targeted release of containerd does not take.
    ///
    /// ## What it does
    ///
    /// Reports text that is valid TOML and that the parser of a targeted release refuses: what came with TOML
    /// 1.1 (a line break or a comma at the end of an inline table, the escape `\x`) on all releases;
    /// brackets in the key of a table, as in every IPv6 address, on 1.x; a date at the end of a
    /// line on 1.6 and 1.7; and whatever else they refuse.
    ///
    /// ## Why
    ///
    /// Other tools read the file without complaint. containerd drops it, and uses no mirror for this
    /// registry.
    ///
    /// ## Example
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
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   header = { X-Team = "platform" }
    /// ```
    ///
    /// ## When not to
    ///
    /// When the release that refuses it is none of yours: name yours with `containerd` in the settings.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-ipv6*`, `hand-struct-*` and `random.jsonl` in
    /// `fixtures/conformance`; containerd#10055.
    name: "unsupported-toml",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

/// What kind of text a release refuses.
#[derive(Debug, Clone, PartialEq)]
enum Refused {
    BracketInKey,
    Date,
    InlineTable,
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
            Refused::Other(_) => format!("{message} (containerd: {who})"),
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

/// What to write instead. For an address in brackets there is no other spelling.
fn fix(
    context: &NamespaceContext,
    refused: &Refused,
    at: &Span,
) -> Option<(&'static str, Vec<(Span, String)>)> {
    let text = context.text();
    match refused {
        Refused::BracketInKey => None,
        Refused::InlineTable | Refused::Other(_) => Some((
            "write it without what came with TOML 1.1",
            as_toml_1_0(text)?,
        )),
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
            Some(("write it as text", quoted))
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
    } else if inside_braces(&text[..span.start.min(text.len())]) {
        Refused::InlineTable
    } else {
        Refused::Other(why.to_owned())
    }
}

/// Whether an inline table is open at the end of `before`; strings count roughly.
fn inside_braces(before: &str) -> bool {
    let line_of_key = before.rfind("{").unwrap_or(0);
    before[line_of_key..].contains('{') && !before[line_of_key..].contains('}')
}

fn words(refused: &Refused) -> (String, &'static str, String) {
    match refused {
        Refused::BracketInKey => (
            "containerd 1.x refuses brackets in the key of a table".to_owned(),
            "a bracket inside the quotes",
            "give the IPv6 address a name in DNS or /etc/hosts and write that name here, or move to containerd 2.x; as `server` an address in brackets works on all releases".to_owned(),
        ),
        Refused::Date => (
            "containerd 1.6 and 1.7 refuse a date or time that is followed by a line break, comma or bracket".to_owned(),
            "a date",
            "write the date as text, in quotes, or delete the line: containerd reads no date".to_owned(),
        ),
        Refused::InlineTable => (
            "an inline table ends on its line and has no comma at its end, for containerd's parsers".to_owned(),
            "TOML 1.1",
            "write the table on one line without a comma before `}`, or as a table of its own: `[host.\"…\".header]`".to_owned(),
        ),
        Refused::Other(why) => (
            format!("a parser of containerd refuses this: {why}"),
            "refused here",
            "write it in plainer TOML: one `key = value` or `[table]` on a line, basic strings, no dates".to_owned(),
        ),
    }
}
