use crate::containerd::Cause;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Severity};
use crate::go::duration::{self, DurationError};

crate::rule! {
    /// A `dial_timeout` that is not a positive duration.
    ///
    /// ## What it does
    ///
    /// Reports values that Go's `time.ParseDuration` rejects. A duration is one or more numbers, each with a unit
    /// out of `ns`, `us`, `ms`, `s`, `m`, `h`, without spaces: `3s`, `1m30s`, `.5s`. Zero and negative values are
    /// warnings.
    ///
    /// ## Why
    ///
    /// From containerd 2.0.7 on, an invalid value makes containerd ignore the whole file; earlier releases do not
    /// read the key. Zero disables the timeout, and with a negative value every connection fails at once.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   dial_timeout = "3 seconds"
    /// ```
    ///
    /// ## Use instead
    ///
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
                .finding(&RULE, span, format!("invalid duration `{text}`: {error}"))
                .label("not a Go duration")
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
            0 => {
                "zero disables the timeout: containerd waits for an unreachable endpoint until the operating system gives up"
            }
            ..0 => "every connection to this endpoint times out before it is tried",
            _ => continue,
        };
        out.push(
            context
                .finding(&RULE, item.span.clone(), match value {
                    0 => "`dial_timeout` is zero",
                    _ => "`dial_timeout` is negative",
                })
                .label("not a positive duration")
                .severity(Severity::Warning)
                .consequence(Consequence::Misread)
                .effect(effect)
                .help("write a positive duration such as `3s`, or delete the key for the default of 30s")
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
            format!("write `dial_timeout = \"{text}s\"` if seconds are meant")
        }
        (_, Some(short)) if !digits.is_empty() => {
            format!("write `dial_timeout = \"{digits}{short}\"`")
        }
        _ if unit == "d" || unit.starts_with("day") => {
            "write the duration in hours: `24h`".to_owned()
        }
        _ => "write numbers with units and no spaces, such as `3s`, `1m30s` or `500ms`".to_owned(),
    }
}
