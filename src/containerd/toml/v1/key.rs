//! Keys and table names, and how go-toml v1 splits them.

use super::super::{Span, Spanned};

/// The text of a key as the lexer collected it, each character with its place.
///
/// For the left side of a setting, escapes are already resolved though the quotes are
/// still there; for a table's name it is the text as written. Splitting looks
/// at neither: hence `"a\"b" = 1` cannot be read, and `[host."caf\u00e9"]` names a host with
/// a backslash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct KeyText {
    chars: Vec<char>,
    starts: Vec<usize>,
    end: usize,
}

impl KeyText {
    /// Adds a character that is written in these bytes.
    pub(super) fn push(&mut self, char: char, span: Span) {
        self.chars.push(char);
        self.starts.push(span.start);
        self.end = span.end;
    }

    /// Adds characters, each written as itself, that begin at these bytes and end at `end`.
    pub(super) fn extend(&mut self, (chars, starts): (&[char], &[usize]), end: usize) {
        if !chars.is_empty() {
            self.chars.extend_from_slice(chars);
            self.starts.extend_from_slice(starts);
            self.end = end;
        }
    }

    /// The text itself.
    pub(super) fn text(&self) -> String {
        self.chars.iter().collect()
    }

    fn part(&self, text: std::ops::Range<usize>, place: std::ops::Range<usize>) -> Spanned<String> {
        let start = self.starts.get(place.start).copied().unwrap_or(self.end);
        let end = self.starts.get(place.end).copied().unwrap_or(self.end);
        Spanned {
            value: self.chars[text].iter().collect(),
            span: start..end,
        }
    }

    /// Splits the text into its parts, of which there is at least one
    /// (`parseKey` in keysparsing.go). The error says why it cannot be split, in our words.
    ///
    /// A dot is needed only between bare parts: `"a""b"` has two, and a dot in
    /// front is ignored.
    pub(super) fn split(&self) -> Result<Vec<Spanned<String>>, String> {
        let chars = &self.chars;
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(&char) = chars.get(at) {
            match char {
                ' ' | '\t' => at += 1,
                '"' | '\'' => {
                    let length = chars[at + 1..]
                        .iter()
                        .position(|&other| other == char)
                        .ok_or_else(|| format!("a key whose {char} is not closed"))?;
                    let close = at + 1 + length;
                    parts.push(self.part(at + 1..close, at..close + 1));
                    at = close + 1;
                }
                '.' => {
                    at += 1;
                    match chars.get(at) {
                        Some(' ' | '"' | '\'') => {}
                        Some(&next) if is_bare(next) => {}
                        Some(_) => return Err("no key after the dot".to_owned()),
                        None => return Err("a key that ends in a dot".to_owned()),
                    }
                }
                _ if is_bare(char) => {
                    let length = chars[at..].iter().take_while(|&&c| is_bare(c)).count();
                    let end = at + length;
                    parts.push(self.part(at..end, at..end));
                    at = end + blanks(&chars[end..]);
                    match chars.get(at) {
                        None | Some('.') => {}
                        Some(&next) if at > end => {
                            return Err(format!("{next:?} after a bare key and a blank"));
                        }
                        Some(&next) => return Err(format!("{next:?} in a bare key")),
                    }
                }
                _ => return Err(format!("{char:?} in a key")),
            }
        }
        if parts.is_empty() {
            return Err("an empty key".to_owned());
        }
        Ok(parts)
    }
}

/// Joins the parts of a key for a message.
pub(super) fn dotted<'a>(parts: impl IntoIterator<Item = &'a Spanned<String>>) -> String {
    let parts: Vec<&str> = parts.into_iter().map(|part| part.value.as_str()).collect();
    parts.join(".")
}

/// Whether a bare key may hold this character.
pub(super) fn is_bare(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-')
}

/// How many blanks the characters begin with.
pub(super) fn blanks(chars: &[char]) -> usize {
    chars
        .iter()
        .take_while(|char| matches!(char, ' ' | '\t'))
        .count()
}
