//! Numbers and texts one behind the other, and read back.

use std::ops::Range;

use crate::toml::Span;

/// Writes a number in groups of seven bits, the lowest first.
pub fn put_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Writes a text behind its length.
pub fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

/// Writes a range, which may be none.
pub fn put_span(bytes: &mut Vec<u8>, span: Option<&Span>) {
    match span {
        None => put_number(bytes, 0),
        Some(span) => {
            put_number(bytes, span.start + 1);
            put_number(bytes, span.end);
        }
    }
}

/// Reads what was written, in the same order.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Begins at a place.
    pub fn new(bytes: &'a [u8], at: usize) -> Cursor<'a> {
        Cursor { bytes, at }
    }

    /// The next number.
    pub fn number(&mut self) -> usize {
        let mut number = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.bytes.get(self.at).copied().unwrap_or_default();
            self.at += 1;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }

    /// The bytes of the next text.
    pub fn raw_text(&mut self) -> &'a [u8] {
        let length = self.number();
        let text = self.bytes.get(self.at..self.at + length);
        self.at += length;
        text.unwrap_or_default()
    }

    /// The next text.
    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(self.raw_text()).into_owned()
    }

    /// The next range.
    pub fn span(&mut self) -> Option<Range<usize>> {
        let start = self.number().checked_sub(1)?;
        Some(start..self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut bytes = Vec::new();
        let numbers = [0, 1, 127, 128, 16_383, 16_384, usize::MAX];
        for number in numbers {
            put_number(&mut bytes, number);
            put_text(&mut bytes, &"é".repeat(number.min(100)));
            put_span(&mut bytes, Some(&(0..number)));
            put_span(&mut bytes, None);
        }
        let mut cursor = Cursor::new(&bytes, 0);
        for number in numbers {
            assert_eq!(cursor.number(), number);
            assert_eq!(cursor.text(), "é".repeat(number.min(100)));
            assert_eq!(cursor.span(), Some(0..number));
            assert_eq!(cursor.span(), None);
        }
    }
}
