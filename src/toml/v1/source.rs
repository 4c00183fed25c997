//! The text as the characters that go-toml v1 sees.

use crate::toml::Span;
use memchr::memchr_iter;
use std::borrow::Cow;

/// The decoded text, which knows where in the bytes it is.
///
/// A position in it is a count of its own bytes, between two characters.
pub(super) struct Source<'t> {
    text: Cow<'t, str>,
    /// How many bytes of a byte order mark go before it.
    mark: usize,
    /// The places of bytes that are not UTF-8, each of them a replacement character in the text.
    replaced: Vec<usize>,
}

impl<'t> Source<'t> {
    /// Decodes bytes: a byte order mark is dropped, and each byte that is not
    /// part of valid UTF-8 becomes one replacement character (Go's `bytes.Runes`;
    /// `String::from_utf8_lossy` would make one of several).
    pub(super) fn new(text: &'t [u8]) -> Self {
        let mark = byte_order_mark(text);
        let mut rest = &text[mark..];
        let mut source = Source {
            text: Cow::Borrowed(""),
            mark,
            replaced: Vec::new(),
        };
        loop {
            let (valid, invalid) = match std::str::from_utf8(rest) {
                Ok(valid) => (valid, &[][..]),
                Err(error) => {
                    let (valid, invalid) = rest.split_at(error.valid_up_to());
                    (std::str::from_utf8(valid).unwrap_or_default(), invalid)
                }
            };
            source.text += valid;
            if invalid.is_empty() {
                return source;
            }
            source.replaced.push(source.text.len());
            source.text.to_mut().push(char::REPLACEMENT_CHARACTER);
            rest = &invalid[1..];
        }
    }

    /// The text itself.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The offset of a position in the bytes.
    fn byte(&self, position: usize) -> usize {
        let replaced = self.replaced.partition_point(|&at| at < position);
        let added = char::REPLACEMENT_CHARACTER.len_utf8() - 1;
        self.mark + position - replaced * added
    }

    /// The bytes between two positions.
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        self.byte(from)..self.byte(to)
    }
}

/// Which lines places are on, from 1.
pub(super) struct Lines<'t> {
    text: &'t [u8],
    /// The place that was asked for last, and its line.
    last: (usize, usize),
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Lines { text, last: (0, 1) }
    }

    /// The line of a place that comes after those asked for before.
    ///
    /// A lone carriage return ends lines too, but go-toml does not count it.
    pub(super) fn line(&mut self, at: usize) -> usize {
        let (last, line) = self.last;
        let between = self.text.get(last..at).unwrap_or_default();
        let newlines = memchr_iter(b'\n', between).count();
        self.last = (at, line + newlines);
        line + newlines
    }
}

/// How many bytes `LoadBytes` skips. It knows the marks of UTF-16 and UTF-32 too,
/// but decodes what follows as UTF-8 anyway.
fn byte_order_mark(text: &[u8]) -> usize {
    const MARKS: [&[u8]; 5] = [
        &[0x00, 0x00, 0xFE, 0xFF],
        &[0xFF, 0xFE, 0x00, 0x00],
        &[0xEF, 0xBB, 0xBF],
        &[0xFE, 0xFF],
        &[0xFF, 0xFE],
    ];
    MARKS
        .iter()
        .find(|mark| text.starts_with(mark))
        .map_or(0, |mark| mark.len())
}
