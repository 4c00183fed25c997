//! Common mistakes in TOML, and what was meant.
//!
//! A parser reports where it stopped. The line at that place usually shows what to write instead: each kind of slip is
//! a function that recognises its own.

mod headers;
mod languages;
mod settings;
mod values;

use crate::toml::Span;

/// A mistake that people make, and what they meant.
#[derive(Debug)]
pub struct Slip {
    /// Where it is.
    pub span: Span,
    /// The message of the finding.
    pub message: String,
    /// The label of the place.
    pub label: String,
    /// The remedy.
    pub help: String,
    /// The edits that write it, if they are certain.
    pub edits: Vec<(Span, String)>,
}

impl Slip {
    fn new(span: Span, message: &str, label: &str, help: impl Into<String>) -> Slip {
        Slip {
            span,
            message: message.to_owned(),
            label: label.to_owned(),
            help: help.into(),
            edits: Vec::new(),
        }
    }

    /// A slip that another text at its place corrects.
    fn rewritten(span: Span, message: &str, label: &str, text: String) -> Slip {
        let help = format!("write `{text}`");
        Slip::new(span.clone(), message, label, help).replaced(span, text)
    }

    fn replaced(self, span: Span, replacement: impl Into<String>) -> Slip {
        self.edited(vec![(span, replacement.into())])
    }

    fn edited(mut self, edits: Vec<(Span, String)>) -> Slip {
        self.edits = edits;
        self
    }
}

/// The line at which a parser stopped.
struct Line<'a> {
    /// The whole text.
    text: &'a str,
    /// Where the parser stopped, in the text.
    offset: usize,
    /// Where the line begins.
    start: usize,
    /// The line, without its end.
    line: &'a str,
    /// The line without leading and trailing whitespace.
    body: &'a str,
    /// The place of the body.
    whole: Span,
}

impl<'a> Line<'a> {
    fn at(text: &'a str, offset: usize) -> Option<Line<'a>> {
        let offset = offset.min(text.len());
        let start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..].split('\n').next().unwrap_or_default();
        let line = line.trim_end_matches('\r');
        let body = line.trim();
        let body_start = start + line.len() - line.trim_start().len();
        Some(Line {
            text,
            offset,
            start,
            line,
            body,
            whole: body_start..body_start + body.len(),
        })
    }

    /// The whitespace before the key.
    fn indentation(&self) -> &'a str {
        &self.line[..self.whole.start - self.start]
    }
}

/// The kinds of slips, in the order in which they are tried: a template comes before a broken setting.
const KINDS: [fn(&Line) -> Option<Slip>; 20] = [
    languages::template,
    languages::separator,
    languages::yaml,
    languages::json,
    languages::code_fence,
    languages::markdown_escape,
    headers::setting_behind,
    settings::typographic_quotes,
    headers::key_outside,
    headers::unquoted_url,
    settings::assignment,
    settings::another_behind,
    settings::comma_behind,
    values::missing,
    values::capitals,
    values::bare_text,
    values::bare_words,
    values::open_quote,
    values::missing_comma,
    values::open_array_above,
];

/// The slip at which a parser stopped; `None` if none is recognised.
pub fn slip(text: &str, at: &Span) -> Option<Slip> {
    let line = Line::at(text, at.start)?;
    KINDS.iter().find_map(|kind| kind(&line))
}

/// Whether a text needs no quotes as a key, but needs them as a value.
fn is_word(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !text.is_empty() && text.chars().all(plain)
}
