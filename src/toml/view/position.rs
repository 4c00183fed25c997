//! From byte offsets to lines and columns, in the units that each format wants.

/// A place in a text, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in the unit that was asked for.
    pub column: usize,
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Finds the lines of `text`; a line ends with a line feed.
    pub fn new(text: &str) -> LineIndex {
        let feeds = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        LineIndex {
            starts: std::iter::once(0)
                .chain(feeds.map(|(at, _)| at + 1))
                .collect(),
        }
    }

    /// The number of the line that holds `offset`, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// The byte range of a line (from 1), its end included.
    pub fn line_span(&self, line: usize, text: &str) -> std::ops::Range<usize> {
        let start = self
            .starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(text.len());
        let end = self.starts.get(line).copied().unwrap_or(text.len());
        start..end
    }

    /// Columns in characters: for people, JSON, SARIF and GitHub.
    pub fn characters(&self, text: &str, offset: usize) -> Position {
        self.position(text, offset, |before| before.chars().count())
    }

    /// Columns in bytes: for rdjson.
    pub fn bytes(&self, text: &str, offset: usize) -> Position {
        self.position(text, offset, str::len)
    }

    /// Columns in UTF-16 units: for editors.
    pub fn utf16(&self, text: &str, offset: usize) -> Position {
        self.position(text, offset, |before| before.encode_utf16().count())
    }

    fn position(&self, text: &str, offset: usize, width: impl Fn(&str) -> usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset);
        let start = self.starts[line - 1];
        Position {
            line,
            column: width(&text[start..offset]) + 1,
        }
    }
}

/// A range of a text that can be cut out of it: within it, and widened to whole characters.
pub fn within(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let mut end = range.end.min(text.len());
    let mut start = range.start.min(end);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_each_unit() {
        let text = "a = 1\nb = \"é😀x\"\n";
        let lines = LineIndex::new(text);
        let x = text.find('x').unwrap();
        assert_eq!(lines.characters(text, x), Position { line: 2, column: 8 });
        assert_eq!(lines.utf16(text, x), Position { line: 2, column: 9 });
        assert_eq!(
            lines.bytes(text, x),
            Position {
                line: 2,
                column: 12
            }
        );
        assert_eq!(
            lines.characters(text, text.len()),
            Position { line: 3, column: 1 }
        );
        assert_eq!(lines.line_span(2, text), 6..text.len());
    }

    #[test]
    fn a_range_is_widened_to_characters() {
        assert_eq!(within("aéb", 2..2), 1..3);
        assert_eq!(within("aéb", 3..9), 3..4);
        let reversed = std::ops::Range { start: 7, end: 2 };
        assert_eq!(within("a", reversed), 1..1);
    }

    #[test]
    fn an_offset_inside_a_character_is_its_beginning() {
        let text = "é";
        assert_eq!(LineIndex::new(text).bytes(text, 1).column, 1);
    }
}
