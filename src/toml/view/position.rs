//! From byte offsets to lines and columns, in the units that each format wants.

use std::sync::OnceLock;

/// A place in a text, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in the unit that was asked for.
    pub column: usize,
}

/// In lines that are longer than this, columns are counted from marks that are so far from each other.
const STEP: usize = 4096;

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
    /// How wide the text is up to each mark. Only for texts with long lines, in which many places may be asked for.
    marks: OnceLock<Vec<Width>>,
}

/// The width of a part of a text.
#[derive(Debug, Clone, Copy, Default)]
struct Width {
    characters: usize,
    utf16: usize,
}

impl Width {
    fn of(bytes: &[u8]) -> Width {
        // A character begins with a byte that goes on none; beyond the first plane it has two units, and four bytes.
        let characters = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let pairs = bytes.iter().filter(|byte| **byte >= 0xf0).count();
        Width {
            characters,
            utf16: characters + pairs,
        }
    }

    fn and(self, other: Width) -> Width {
        Width {
            characters: self.characters + other.characters,
            utf16: self.utf16 + other.utf16,
        }
    }
}

impl LineIndex {
    /// Finds the lines of `text`; a line ends with a line feed.
    pub fn new(text: &str) -> LineIndex {
        let feeds = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        LineIndex {
            starts: std::iter::once(0)
                .chain(feeds.map(|(at, _)| at + 1))
                .collect(),
            marks: OnceLock::new(),
        }
    }

    /// The number of the line that contains `offset`, from 1.
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
        self.position(text, offset, |width| width.characters)
    }

    /// Columns in bytes: for rdjson.
    pub fn bytes(&self, text: &str, offset: usize) -> Position {
        let (line, start, offset) = self.place(text, offset);
        Position {
            line,
            column: offset - start + 1,
        }
    }

    /// Columns in UTF-16 units: for editors.
    pub fn utf16(&self, text: &str, offset: usize) -> Position {
        self.position(text, offset, |width| width.utf16)
    }

    /// The line of an offset, where it begins, and the offset itself, at the beginning of a character.
    fn place(&self, text: &str, offset: usize) -> (usize, usize, usize) {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset);
        (line, self.starts[line - 1], offset)
    }

    fn position(&self, text: &str, offset: usize, unit: impl Fn(Width) -> usize) -> Position {
        let (line, start, offset) = self.place(text, offset);
        let bytes = text.as_bytes();
        let width = match offset - start > 2 * STEP {
            true => unit(self.up_to(bytes, offset)) - unit(self.up_to(bytes, start)),
            false => unit(Width::of(&bytes[start..offset])),
        };
        Position {
            line,
            column: width + 1,
        }
    }

    /// The width of a text up to an offset.
    fn up_to(&self, bytes: &[u8], offset: usize) -> Width {
        let marks = self.marks.get_or_init(|| {
            let mut so_far = Width::default();
            let mut marks = vec![so_far];
            for step in bytes.chunks(STEP) {
                so_far = so_far.and(Width::of(step));
                marks.push(so_far);
            }
            marks
        });
        let mark = offset / STEP;
        marks[mark].and(Width::of(&bytes[mark * STEP..offset]))
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

    #[test]
    fn columns_of_long_lines_are_those_of_short_ones() {
        let text = "a\n".to_owned() + &"é😀x漢".repeat(3_000) + "\n" + &"é😀".repeat(9_000);
        let lines = LineIndex::new(&text);
        for (line, start) in [(2, 2), (3, 2 + 10 * 3_000 + 1)] {
            for (at, _) in text[start..].char_indices().step_by(997).take(11) {
                let before = &text[start..start + at];
                let column = |width| Position {
                    line,
                    column: width + 1,
                };
                if before.contains('\n') {
                    break;
                }
                let at = start + at;
                assert_eq!(lines.characters(&text, at), column(before.chars().count()));
                assert_eq!(
                    lines.utf16(&text, at),
                    column(before.encode_utf16().count())
                );
                assert_eq!(lines.bytes(&text, at), column(before.len()));
            }
        }
    }
}
