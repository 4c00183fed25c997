//! Slips in the header of a table.

use super::{Line, Slip};
use crate::toml::view::Document;

/// `[host."https://mirror.internal"] capabilities = ["pull"]`.
pub(crate) fn setting_behind(line: &Line) -> Option<Slip> {
    let body = line.body;
    if !body.starts_with('[') || body.starts_with("[[") {
        return None;
    }
    let end = body.find("\"]")? + 2;
    let (header, rest) = body.split_at(end);
    if !rest.contains('=') {
        return None;
    }
    let (span, rest) = (line.whole.start + end..line.whole.end, rest.trim());
    let slip = |help: String| {
        Slip::new(
            span.clone(),
            "a table header is followed by a setting on its line",
            "needs its own line",
            help,
        )
    };
    // Several settings on one line are not TOML either.
    if Document::parse(rest).is_err() {
        return Some(slip(format!(
            "write `{header}` and, below it, each setting on its own line"
        )));
    }
    let slip = slip(format!("write `{header}` and, on the next line, `{rest}`"));
    Some(slip.replaced(span, format!("\n  {rest}")))
}

/// `[host]."https://mirror.internal"`.
pub(crate) fn key_outside(line: &Line) -> Option<Slip> {
    let rest = line.body.strip_prefix("[host].")?;
    let header = format!("[host.{}]", rest.trim_end_matches(']'));
    Some(Slip::rewritten(
        line.whole.clone(),
        "the URL of a host table belongs inside the brackets",
        "outside the brackets",
        header,
    ))
}

/// `[host.https://mirror.internal]`.
pub(crate) fn unquoted_url(line: &Line) -> Option<Slip> {
    let rest = line.body.strip_prefix("[host.")?;
    if !rest.contains("//") || rest.contains(['"', '\'']) {
        return None;
    }
    let header = format!("[host.\"{}\"]", rest.trim_end_matches(']'));
    Some(Slip::rewritten(
        line.whole.clone(),
        "the URL in a host table header needs quotes",
        "unquoted URL",
        header,
    ))
}
