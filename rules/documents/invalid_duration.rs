use crate::containerd::Cause;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Severity};
use crate::go::duration::{self, DurationError};

crate::rule! {
    /// A `dial_timeout` that is no duration, or none that can be meant.
    ///
    /// ## What it does
    ///
    /// Reports values outside Go's grammar: one or more numbers, each with a unit out of `ns`, `us`, `ms`,
    /// `s`, `m`, `h`, without blanks: `3s`, `1m30s`, `.5s`. Zero and negative values are warned about.
    ///
    /// ## Why
    ///
    /// From containerd 2.0.7 a value outside the grammar makes it drop the whole file; before, the key is
    /// not read. Zero means no timeout at all, and a negative one that every connection
    /// fails at once.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   dial_timeout = "3 seconds"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   dial_timeout = "3s"
    /// ```
    ///
    /// ## When not to
    ///
    /// When every node runs a release before 2.0.7, which does not read the key.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-dial-*` in `fixtures/conformance/hand.jsonl`.
    name: "invalid-duration",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "2.0.7 and later",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for found in context.problems() {
        let Cause::Duration { text, error } = &found.problem.cause else {
            continue;
        };
        let Some(span) = found.problem.span.clone() else {
            continue;
        };
        out.push(
            context
                .finding(&RULE, span, format!("`{text}` is no duration: {error}"))
                .label("takes `3s`, `1m30s`, `500ms`")
                .releases(found.releases.clone())
                .help(help(text, error)),
        );
    }
    for entry in context.entries() {
        let Some(item) = entry.table.and_then(|t| t.table.get("dial_timeout")) else {
            continue;
        };
        let Some(value) = item.string().and_then(|text| duration::parse(text).ok()) else {
            continue;
        };
        let releases: Vec<_> = entry
            .releases
            .iter()
            .copied()
            .filter(|r| r.dial_timeout())
            .collect();
        let effect = match value {
            0 => "zero means no timeout: containerd waits as long as the system does, minutes",
            ..0 => "every connection to this endpoint is given up before it is tried",
            _ => continue,
        };
        out.push(
            context
                .finding(&RULE, item.span.clone(), format!("a dial timeout of `{}`", item.string().unwrap_or_default()))
                .label("not above zero")
                .severity(Severity::Warning)
                .consequence(Consequence::Misread)
                .effect(effect)
                .help("write how long one connection may take, `3s`, or delete the key: the default is 30s")
                .releases(releases),
        );
    }
}

fn help(text: &str, error: &DurationError) -> String {
    let joined: String = text.split_whitespace().collect();
    let digits: String = joined.chars().take_while(char::is_ascii_digit).collect();
    let unit = joined[digits.len()..].to_ascii_lowercase();
    let short = match unit.as_str() {
        "sec" | "secs" | "second" | "seconds" | "s" => Some("s"),
        "min" | "mins" | "minute" | "minutes" | "m" => Some("m"),
        "hour" | "hours" | "h" => Some("h"),
        "millisecond" | "milliseconds" | "msec" | "ms" => Some("ms"),
        _ => None,
    };
    match (error, short) {
        (DurationError::MissingUnit, _) => {
            format!("write `dial_timeout = \"{text}s\"` for seconds")
        }
        (_, Some(short)) if !digits.is_empty() => {
            format!("write `dial_timeout = \"{digits}{short}\"`")
        }
        _ if unit == "d" || unit.starts_with("day") => {
            "days are no unit: write hours, `24h`".to_owned()
        }
        _ => "write a number with its unit and no blanks: `3s`, `1m30s`, `500ms`".to_owned(),
    }
}
