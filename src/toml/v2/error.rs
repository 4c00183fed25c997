//! Why the parser does not take a text.

use crate::toml::Span;

/// The parser does not take the text.
#[derive(Debug)]
pub(super) struct SyntaxError {
    /// Why, in our words.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl SyntaxError {
    pub(super) fn new(message: impl Into<String>, span: Span) -> Self {
        Self {
            message: message.into(),
            span,
        }
    }
}
