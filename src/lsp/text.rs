//! The text of an open file: changed piece by piece, with places in the units of the client.

use gen_lsp_types::{Position, PositionEncodingKind, Range, TextDocumentContentChangeEvent};

/// The unit in which a client counts columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16: what every client can.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The one to use with a client that offers these, in its order. Bytes cost nothing here, so they come first.
    pub fn choose(offered: &[PositionEncodingKind]) -> Encoding {
        if offered.contains(&PositionEncodingKind::UTF8) {
            return Encoding::Utf8;
        }
        let known = offered.iter().find_map(|kind| match kind {
            PositionEncodingKind::UTF16 => Some(Encoding::Utf16),
            PositionEncodingKind::UTF32 => Some(Encoding::Utf32),
            _ => None,
        });
        known.unwrap_or_default()
    }

    /// The word of the protocol for it.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        }
    }
}

/// A text and where its lines begin. Unlike TOML, the protocol ends lines with a lone carriage return, too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    text: String,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl Text {
    /// A text, whose places are reported in `encoding`.
    pub fn new(text: String, encoding: Encoding) -> Text {
        let starts = starts(&text);
        Text {
            text,
            starts,
            encoding,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The unit in which places are reported.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Applies a client's changes, one after the other.
    pub fn apply(&mut self, changes: Vec<TextDocumentContentChangeEvent>) {
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                    let range = self.span(change.range);
                    self.text.replace_range(range, &change.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
                    self.text = change.text;
                }
            }
            self.starts = starts(&self.text);
        }
    }

    /// The offset of a place: at the end of its line, or of the text, where it is beyond it.
    pub fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        let Some(&start) = self.starts.get(line) else {
            return self.text.len();
        };
        let end = self.starts.get(line + 1).copied();
        let line = self.text[start..end.unwrap_or(self.text.len())].trim_end_matches(['\r', '\n']);
        let mut units = position.character as usize;
        for (at, c) in line.char_indices() {
            let width = self.encoding.width(c);
            // Within a character is at its beginning.
            if units < width {
                return start + at;
            }
            units -= width;
        }
        start + line.len()
    }

    /// The bytes of a range. One that ends before it begins is the empty one at its beginning.
    pub fn span(&self, range: Range) -> std::ops::Range<usize> {
        let start = self.offset(range.start);
        start..self.offset(range.end).max(start)
    }

    /// The place of an offset.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = self.text[self.starts[line]..offset].chars();
        // Between a carriage return and its line feed there is no place.
        let before = before.filter(|c| !matches!(c, '\r' | '\n'));
        let column: usize = before.map(|c| self.encoding.width(c)).sum();
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Position::new(number(line), number(column))
    }

    /// The range of some bytes.
    pub fn range(&self, span: &std::ops::Range<usize>) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }

    /// The offset where the line of an offset begins.
    pub fn line_start(&self, offset: usize) -> usize {
        let line = self.starts.partition_point(|start| *start <= offset);
        self.starts[line.saturating_sub(1)]
    }

    /// The offset where the line of an offset ends, before what ends it.
    pub fn line_end(&self, offset: usize) -> usize {
        let start = self.line_start(offset);
        let rest = &self.text[start..];
        start + rest.find(['\r', '\n']).unwrap_or(rest.len())
    }
}

fn starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    std::iter::once(0)
        .chain(ends.map(|(at, _)| at + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a = 1\r\né😀x\rlast";

    fn text(encoding: Encoding) -> Text {
        Text::new(TEXT.to_owned(), encoding)
    }

    #[test]
    fn places_are_counted_in_the_units_of_the_client() {
        let x = TEXT.find('x').unwrap();
        for (encoding, column) in [
            (Encoding::Utf8, 6),
            (Encoding::Utf16, 3),
            (Encoding::Utf32, 2),
        ] {
            let text = text(encoding);
            assert_eq!(text.position(x), Position::new(1, column));
            assert_eq!(text.offset(Position::new(1, column)), x);
        }
    }

    #[test]
    fn every_character_has_a_place_of_its_own() {
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let text = text(encoding);
            for (at, c) in TEXT.char_indices() {
                let expected = if c == '\n' { at - 1 } else { at };
                assert_eq!(text.offset(text.position(at)), expected, "{at}");
            }
        }
    }

    #[test]
    fn places_that_are_not_there_are_the_nearest_before() {
        let text = text(Encoding::Utf16);
        for (line, column, offset) in [
            (0, 99, 5),
            (99, 0, TEXT.len()),
            (2, 4, TEXT.len()),
            (1, 2, 9),
        ] {
            assert_eq!(
                text.offset(Position::new(line, column)),
                offset,
                "{line}:{column}"
            );
        }
        let reversed = Range::new(Position::new(2, 0), Position::new(0, 0));
        assert_eq!(text.span(reversed), 15..15);
    }

    #[test]
    fn changes_come_one_after_the_other() {
        let partial = |line, from, to, new: &str| {
            let range = Range::new(Position::new(line, from), Position::new(line, to));
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(
                gen_lsp_types::TextDocumentContentChangePartial::new(range, None, new.to_owned()),
            )
        };
        let mut text = Text::new("b\n".to_owned(), Encoding::Utf16);
        text.apply(vec![
            partial(0, 0, 0, "a\n"),
            partial(1, 0, 1, "c😀"),
            partial(1, 3, 3, "!"),
        ]);
        assert_eq!(text.as_str(), "a\nc😀!\n");
    }

    #[test]
    fn bytes_are_preferred() {
        let both = [PositionEncodingKind::UTF16, PositionEncodingKind::UTF8];
        assert_eq!(Encoding::choose(&both), Encoding::Utf8);
        assert_eq!(Encoding::choose(&[]), Encoding::Utf16);
        assert_eq!(
            Encoding::choose(&[PositionEncodingKind::UTF32]),
            Encoding::Utf32
        );
    }
}
