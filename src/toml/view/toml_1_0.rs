//! Syntax of TOML 1.1, rewritten as TOML 1.0. containerd's parsers know no other.

use std::ops::Range;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// The edits that take from a text of TOML 1.1 what TOML 1.0 has not: line breaks and a last comma in inline tables, and
/// the escapes `\e` and `\xHH`. `None` where a comment is in an inline table: it has no place there any more.
pub fn as_toml_1_0(text: &str) -> Option<Vec<(Range<usize>, String)>> {
    let mut edits = Vec::new();
    let mut open = Vec::new();
    // Whitespace and line breaks since the last token that is neither, and whether there is a break among them.
    let mut gap: Option<(Range<usize>, bool)> = None;
    let mut comma = None;
    for token in Source::new(text).lex() {
        let span = token.span().start()..token.span().end();
        let in_braces = open.last() == Some(&TokenKind::LeftCurlyBracket);
        let kind = token.kind();
        if in_braces {
            match kind {
                TokenKind::Comment => return None,
                TokenKind::Whitespace | TokenKind::Newline => {
                    let (from, broken) = gap.take().unwrap_or((span.start..span.start, false));
                    gap = Some((from.start..span.end, broken || kind == TokenKind::Newline));
                    continue;
                }
                _ => {}
            }
            if let (TokenKind::RightCurlyBracket, Some(comma)) = (kind, comma.take()) {
                edits.push((comma, String::new()));
            }
            if let Some((blanks, true)) = gap.take() {
                edits.push((blanks, " ".to_owned()));
            }
            comma = (kind == TokenKind::Comma).then(|| span.clone());
        }
        gap = None;
        match kind {
            TokenKind::LeftCurlyBracket | TokenKind::LeftSquareBracket => open.push(kind),
            TokenKind::RightCurlyBracket | TokenKind::RightSquareBracket => {
                open.pop();
            }
            TokenKind::BasicString | TokenKind::MlBasicString => {
                edits.extend(escapes(&text[span.clone()], span.start));
            }
            _ => {}
        }
    }
    Some(edits)
}

/// The escapes of a string at `at` that TOML 1.0 has not.
fn escapes(string: &str, at: usize) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut rest = string.char_indices();
    while let Some((start, char)) = rest.next() {
        if char != '\\' {
            continue;
        }
        match rest.next() {
            Some((_, 'e')) => {
                found.push((at + start..at + start + 2, "\\u001b".to_owned()));
            }
            Some((_, 'x')) => {
                found.push((at + start..at + start + 2, "\\u00".to_owned()));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<String> {
        let mut out = text.to_owned();
        for (span, replacement) in as_toml_1_0(text)?.into_iter().rev() {
            out.replace_range(span, &replacement);
        }
        Some(out)
    }

    #[test]
    fn inline_tables_end_on_their_line_without_a_comma() {
        for (text, want) in [
            ("h = {\n  A = 1,\r\n\tB = 2,\n}\n", "h = { A = 1, B = 2 }\n"),
            ("h = { A = 1 , }", "h = { A = 1  }"),
            (
                "h = {A = [\n  1, # one\n], B = {\n}}",
                "h = {A = [\n  1, # one\n], B = { }}",
            ),
            ("a = [\n 1,\n]\n[h]\nb = 1\n", "a = [\n 1,\n]\n[h]\nb = 1\n"),
            ("h = { A = '\\x41', }", "h = { A = '\\x41' }"),
        ] {
            assert_eq!(written(text).as_deref(), Some(want), "{text}");
        }
        assert_eq!(written("h = {\n  A = 1, # one\n}"), None);
    }

    #[test]
    fn escapes_are_those_of_1_0() {
        let text = r#"a = "\\x41 \x41 \e \n \\\e" # \x41"#;
        let want = r#"a = "\\x41 \u0041 \u001b \n \\\u001b" # \x41"#;
        assert_eq!(written(text).as_deref(), Some(want));
    }
}
