//! The text as the characters that go-toml v1 sees.

use super::super::Span;

/// Decoded characters, and where each stands in the bytes.
pub(super) struct Source {
    chars: Vec<char>,
    /// The byte offset of each character, and that of the end.
    starts: Vec<usize>,
}

impl Source {
    /// Decodes bytes: a byte order mark is dropped, and each byte that is not
    /// part of valid UTF-8 becomes one replacement character (Go's `bytes.Runes`;
    /// `String::from_utf8_lossy` would make one of several).
    pub(super) fn new(text: &[u8]) -> Self {
        let mut offset = byte_order_mark(text);
        let mut rest = &text[offset..];
        let mut source = Source {
            chars: Vec::with_capacity(rest.len()),
            starts: Vec::with_capacity(rest.len() + 1),
        };
        loop {
            let (valid, invalid) = match std::str::from_utf8(rest) {
                Ok(valid) => (valid, &[][..]),
                Err(error) => {
                    let (valid, invalid) = rest.split_at(error.valid_up_to());
                    (std::str::from_utf8(valid).unwrap_or_default(), invalid)
                }
            };
            for (at, char) in valid.char_indices() {
                source.push(char, offset + at);
            }
            offset += valid.len();
            if invalid.is_empty() {
                break;
            }
            source.push(char::REPLACEMENT_CHARACTER, offset);
            offset += 1;
            rest = &invalid[1..];
        }
        source.starts.push(offset);
        source
    }

    fn push(&mut self, char: char, at: usize) {
        self.chars.push(char);
        self.starts.push(at);
    }

    /// The characters from a position on; empty past the end.
    pub(super) fn from(&self, position: usize) -> &[char] {
        self.chars.get(position..).unwrap_or_default()
    }

    /// The characters between two positions, and the byte offset of each.
    pub(super) fn between(&self, from: usize, to: usize) -> (&[char], &[usize]) {
        (&self.chars[from..to], &self.starts[from..to])
    }

    /// The byte offset of the character at a position, or of the end of the text.
    pub(super) fn byte(&self, position: usize) -> usize {
        self.starts[position.min(self.chars.len())]
    }

    /// The bytes between two positions.
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        self.byte(from)..self.byte(to)
    }
}

/// How many bytes `LoadBytes` skips. It knows the marks of UTF-16 and UTF-32 too,
/// but decodes what follows as UTF-8 all the same.
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
