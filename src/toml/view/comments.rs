//! The comments of a text, found by the TOML lexer: a `#` inside a string is not one.

use std::ops::Range;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, without it.
    pub span: Range<usize>,
    /// Only whitespace precedes it on its line.
    pub alone: bool,
}

/// All comments of `text`, in order; the text need not be valid TOML.
pub fn comments(text: &str) -> Vec<Comment> {
    Source::new(text)
        .lex()
        .filter(|token| token.kind() == TokenKind::Comment)
        .map(|token| {
            let span = token.span().start()..token.span().end();
            let line = text[..span.start].rfind('\n').map_or(0, |i| i + 1);
            let alone = text[line..span.start]
                .trim_start_matches('\u{feff}')
                .trim()
                .is_empty();
            Comment { span, alone }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_comments_and_is_not_fooled_by_strings() {
        let text = "# head\na = \"# no\" # yes\nb = '''\n# no\n'''\n  # alone\n";
        let found: Vec<(&str, bool)> = comments(text)
            .iter()
            .map(|c| (&text[c.span.clone()], c.alone))
            .collect();
        assert_eq!(
            found,
            [("# head", true), ("# yes", false), ("# alone", true)]
        );
    }
}
