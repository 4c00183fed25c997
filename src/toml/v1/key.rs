//! Keys and table names, and how go-toml v1 splits them.

use super::source::Source;
use crate::toml::Spanned;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::ops::Range;

/// A part of a key, lent from the text where it is written as it is meant.
pub(super) type KeyPart<'s> = Spanned<Cow<'s, str>>;

/// The parts of a key. Few have more than two.
pub(super) type KeyParts<'s> = SmallVec<[KeyPart<'s>; 2]>;

/// The text of a key or string as the lexer collected it, which knows where each character is written.
///
/// For the left side of a setting, escapes are already resolved though the quotes are
/// still there; for a table's name it is the text as written. Splitting looks
/// at neither: hence `"a\"b" = 1` cannot be read, and `[host."caf\u00e9"]` names a host with
/// a backslash.
#[derive(Clone)]
pub(super) struct KeyText<'s> {
    source: &'s Source<'s>,
    text: Cow<'s, str>,
    /// Where it is written, from the first character to the last: positions in the source.
    written: Range<usize>,
    /// Once it is not just what is written there: where in the text a stretch begins that is unchanged from
    /// some position on.
    stretches: Vec<(usize, usize)>,
}

impl<'s> KeyText<'s> {
    /// No text yet.
    pub(super) fn new(source: &'s Source<'s>) -> Self {
        KeyText {
            source,
            text: Cow::Borrowed(""),
            written: 0..0,
            stretches: Vec::new(),
        }
    }

    /// Adds what is written there, as it is.
    pub(super) fn extend(&mut self, written: Range<usize>) {
        if written.is_empty() {
            return;
        }
        let text = self.source.text();
        if self.text.is_empty() {
            self.text = Cow::Borrowed(&text[written.clone()]);
            self.written = written;
        } else if matches!(self.text, Cow::Borrowed(_)) && self.written.end == written.start {
            self.written.end = written.end;
            self.text = Cow::Borrowed(&text[self.written.clone()]);
        } else {
            self.add(&text[written.clone()], written);
        }
    }

    /// Adds a character that is written otherwise.
    pub(super) fn push(&mut self, char: char, written: Range<usize>) {
        self.add(char.encode_utf8(&mut [0; 4]), written);
    }

    fn add(&mut self, text: &str, written: Range<usize>) {
        if self.text.is_empty() {
            self.written.start = written.start;
        } else if self.stretches.is_empty() {
            self.stretches.push((0, self.written.start));
        }
        self.stretches.push((self.text.len(), written.start));
        self.text.to_mut().push_str(text);
        self.written.end = written.end;
    }

    /// The text itself.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text itself.
    pub(super) fn into_text(self) -> Cow<'s, str> {
        self.text
    }

    /// Where a character of the text is written; past the end it is where the last one ends.
    fn place(&self, at: usize) -> usize {
        if at >= self.text.len() {
            return self.written.end;
        }
        let stretch = self.stretches.partition_point(|&(begin, _)| begin <= at);
        match stretch.checked_sub(1).map(|last| self.stretches[last]) {
            Some((begin, place)) => place + at - begin,
            None => self.written.start + at,
        }
    }

    fn part(&self, text: Range<usize>, written: Range<usize>) -> KeyPart<'s> {
        Spanned {
            value: match &self.text {
                Cow::Borrowed(all) => Cow::Borrowed(&all[text]),
                Cow::Owned(all) => Cow::Owned(all[text].to_owned()),
            },
            span: self
                .source
                .span(self.place(written.start), self.place(written.end)),
        }
    }

    /// Splits the text into its parts, at least one
    /// (`parseKey` in keysparsing.go). The error says why it cannot be split, in our words.
    ///
    /// A dot is needed only between bare parts: `"a""b"` has two, and a dot in
    /// front is ignored.
    pub(super) fn split(&self) -> Result<KeyParts<'s>, String> {
        let text = &*self.text;
        let mut parts = SmallVec::new();
        let mut at = 0;
        while let Some(char) = text[at..].chars().next() {
            match char {
                ' ' | '\t' => at += 1,
                '"' | '\'' => {
                    let length = text[at + 1..]
                        .find(char)
                        .ok_or_else(|| format!("a key whose {char} is not closed"))?;
                    let close = at + 1 + length;
                    parts.push(self.part(at + 1..close, at..close + 1));
                    at = close + 1;
                }
                '.' => {
                    at += 1;
                    match text[at..].chars().next() {
                        Some(' ' | '"' | '\'') => {}
                        Some(next) if is_bare(next) => {}
                        Some(_) => return Err("no key after the dot".to_owned()),
                        None => return Err("a key that ends in a dot".to_owned()),
                    }
                }
                _ if is_bare(char) => {
                    let rest = text[at..].bytes();
                    let end = at + rest.take_while(|&byte| is_bare(byte.into())).count();
                    parts.push(self.part(at..end, at..end));
                    at = end + blanks(&text[end..]);
                    match text[at..].chars().next() {
                        None | Some('.') => {}
                        Some(next) if at > end => {
                            return Err(format!("{next:?} after a bare key and a space"));
                        }
                        Some(next) => return Err(format!("{next:?} in a bare key")),
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
pub(super) fn dotted<'k, 's: 'k>(parts: impl IntoIterator<Item = &'k KeyPart<'s>>) -> String {
    let parts: Vec<&str> = parts.into_iter().map(|part| part.value.as_ref()).collect();
    parts.join(".")
}

/// Whether a bare key may hold this character.
pub(super) fn is_bare(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-')
}

/// The number of spaces and tabs at the beginning of a text.
pub(super) fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}
