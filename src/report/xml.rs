//! The little XML that the reports need.

use std::borrow::Cow;

use crate::printable::{lines, one_line};

/// The value of an attribute, quotes included. What XML cannot carry at all is spelled out.
pub fn attribute(text: &str) -> String {
    format!("\"{}\"", escaped(one_line(text)))
}

/// Text between tags; line feeds stay.
pub fn content(text: &str) -> String {
    escaped(lines(text))
}

fn escaped(text: Cow<'_, str>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Neither is a control character, and XML 1.0 allows neither.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
