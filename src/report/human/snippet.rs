//! The lines of a text around the places of a finding, made fit to be shown.
//!
//! miette draws whatever it is given: it would send a file's escape sequences to the terminal, and
//! let a line of a thousand characters wrap through the drawing. So it is given a text of our
//! own: only the lines around the labels, controls replaced by their pictures, long lines cut
//! around the label; and the labels' places in that text.

use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use textwrap::core::display_width;

use crate::finding::Source;
use crate::printable::{ends_like_command, is_unprintable, picture};
use crate::toml::view::{Position, within};

/// Spans of more lines than this are shown by their first line.
const MAX_LINES: usize = 4;

/// So many bytes of a line are looked at before and behind a place for each column that is shown.
const BYTES: usize = 8;

/// Tab stops, as miette gets them.
pub const TAB_WIDTH: usize = 4;

/// A place to be shown, and its label.
#[derive(Debug, Clone)]
pub struct Label {
    /// Where, in the file's text.
    pub span: Range<usize>,
    /// The text; empty for nothing.
    pub text: String,
    /// The finding's own place.
    pub primary: bool,
}

/// A label that is written behind the place that it names.
#[derive(Debug, Clone)]
pub struct Beside {
    /// The number of its line.
    pub line: usize,
    /// Which label it is.
    pub index: usize,
    /// Its text.
    pub text: String,
}

/// A line of the file that is shown.
#[derive(Debug)]
struct Line {
    /// Its number in the file, from 1.
    number: usize,
    /// Its place in the text that is shown, line feed included.
    shown: Range<usize>,
}

/// The part of a file that is shown.
#[derive(Debug)]
pub struct Snippet {
    name: String,
    text: String,
    lines: Vec<Line>,
    labels: Vec<LabeledSpan>,
    /// The column in the file, from 1, of each label: where it begins in `text`, and the column.
    columns: Vec<(usize, usize)>,
    notes: Vec<(Position, String)>,
    beside: Vec<Beside>,
}

impl Snippet {
    /// The lines of the labels, which are sorted by place, in at most `width` columns. A line between two of them is shown, too.
    pub fn new(
        source: &Source,
        name: String,
        labels: &[Label],
        width: usize,
        unicode: bool,
    ) -> Snippet {
        let spans: Vec<Range<usize>> = labels.iter().map(|l| visible_span(source, l)).collect();
        let mut numbers: Vec<usize> = spans
            .iter()
            .flat_map(|span| source.lines().line(span.start)..=source.lines().line(span.end))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let between: Vec<usize> = numbers
            .windows(2)
            .filter(|pair| pair[0] + 2 == pair[1])
            .map(|pair| pair[0] + 1)
            .collect();
        numbers.extend(between);
        numbers.sort_unstable();
        let digits = numbers.last().map_or(1, |n| n.to_string().len());
        let gutter = digits + 4;
        let columns = width.saturating_sub(gutter).max(20);
        let mut snippet = Snippet {
            name,
            text: String::new(),
            lines: Vec::new(),
            labels: Vec::new(),
            columns: Vec::new(),
            notes: Vec::new(),
            beside: Vec::new(),
        };
        // Of labels that share a line, and of those of several lines, miette draws where they belong.
        let is_multiline =
            |span: &Range<usize>| source.lines().line(span.start) != source.lines().line(span.end);
        let are_single = !spans.iter().any(is_multiline);
        let alone = |number: usize| {
            let mut lines = spans.iter().map(|span| source.lines().line(span.start));
            are_single && lines.by_ref().filter(|line| *line == number).count() == 1
        };
        let alone: Vec<Option<usize>> = spans
            .iter()
            .map(|span| Some(source.lines().line(span.start)).filter(|number| alone(*number)))
            .collect();
        let mut places = vec![(0, 0); spans.len()];
        for number in numbers {
            let line = source.lines().line_span(number, &source.text);
            let is_labelled = |s: &&Range<usize>| s.start >= line.start && s.start <= line.end;
            // The empty line behind the last line feed is there only for a label at the very end.
            if line.is_empty() && !spans.iter().any(|s| s.start == line.start) {
                continue;
            }
            let content = without_end(&source.text, line.clone());
            let focus = spans.iter().find(is_labelled).cloned();
            let marks = if unicode { &UNICODE } else { &ASCII };
            let shown = ShownLine::new(source.starred(), content.clone(), focus, columns, marks);
            let start = snippet.text.len();
            for (span, place) in spans.iter().zip(&mut places) {
                if source.lines().line(span.start) == number {
                    place.0 = start + shown.position(span.start);
                }
                if source.lines().line(span.end) == number {
                    place.1 = start + shown.position(span.end);
                }
            }
            snippet.text.push_str(&shown.text);
            snippet.text.push('\n');
            snippet.lines.push(Line {
                number,
                shown: start..snippet.text.len(),
            });
        }
        snippet.columns = labels
            .iter()
            .zip(&places)
            .map(|(label, (start, _))| {
                let position = source.lines().characters(&source.text, label.span.start);
                (*start, position.column)
            })
            .collect();
        for (index, ((label, (start, end)), alone)) in
            labels.iter().zip(places).zip(alone).enumerate()
        {
            let mut text = None;
            // A place of no width is marked by one column.
            let behind = snippet.column(end).max(snippet.column(start) + 1);
            if label.text.is_empty() {
            } else if let Some(line) = alone
                && behind + 1 + display_width(&label.text) <= columns
            {
                let text = label.text.clone();
                snippet.beside.push(Beside { line, index, text });
            } else {
                // miette writes it behind the middle of the place, after an arrow of four columns.
                let middle = (snippet.column(start) + snippet.column(end)) / 2;
                let room = columns.saturating_sub(middle + 6);
                text = wrapped(&label.text, room);
                if text.is_none() {
                    let position = source.lines().characters(&source.text, label.span.start);
                    snippet.notes.push((position, label.text.clone()));
                }
            }
            let place = (start, end.saturating_sub(start));
            snippet.labels.push(if label.primary {
                LabeledSpan::new_primary_with_span(text, place)
            } else {
                LabeledSpan::new_with_span(text, place)
            });
        }
        snippet
    }

    /// The labels, in the text that is shown.
    pub fn labels(&self) -> &[LabeledSpan] {
        &self.labels
    }

    /// A label without room beside its place, and the place.
    pub fn notes(&self) -> &[(Position, String)] {
        &self.notes
    }

    /// The text after the underlined place of a line: the labels that are alone on theirs, with room behind them.
    pub fn beside(&self) -> &[Beside] {
        &self.beside
    }

    /// The column of a place, from 0.
    fn column(&self, offset: usize) -> usize {
        let line = self.text[..offset].rfind('\n').map_or(0, |i| i + 1);
        display_width(&self.text[line..offset])
    }

    fn line_at(&self, offset: usize) -> usize {
        let behind = self.lines.partition_point(|l| l.shown.start <= offset);
        behind.saturating_sub(1)
    }

    /// Whether the line after this one in the snippet is the next of the file.
    fn goes_on(&self, index: usize) -> bool {
        match (self.lines.get(index), self.lines.get(index + 1)) {
            (Some(line), Some(next)) => line.number + 1 == next.number,
            _ => false,
        }
    }
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        if self.lines.is_empty() || end > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let mut first = self.line_at(span.offset());
        let mut last = self.line_at(end.saturating_sub(1).max(span.offset()));
        for _ in 0..before {
            if first > 0 && self.goes_on(first - 1) {
                first -= 1;
            }
        }
        for _ in 0..after {
            if self.goes_on(last) {
                last += 1;
            }
        }
        let shown = self.lines[first].shown.start..self.lines[last].shown.end;
        // Without context it is a label's own place that is asked for, to be written above the lines.
        let column = if before == 0 && after == 0 {
            let label = self.columns.iter().find(|(at, _)| *at == span.offset());
            label.map_or(0, |(_, column)| column - 1)
        } else {
            0
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text[shown.clone()].as_bytes(),
            (shown.start, shown.len()).into(),
            self.lines[first].number - 1,
            column,
            last - first + 1,
        )))
    }
}

/// A label's span as it is shown: without the line end at its end, and not too many lines.
fn visible_span(source: &Source, label: &Label) -> Range<usize> {
    let text = &source.text;
    let Range { start, end } = within(text, label.span.clone());
    let first = source.lines().line(start);
    let content = without_end(text, source.lines().line_span(first, text));
    // A place inside the line's end (`\r\n`) is behind its last character.
    let start = start.min(content.end.max(content.start));
    let trimmed = start
        + text[start..end.max(start)]
            .trim_end_matches(['\n', '\r'])
            .len();
    let end = if source.lines().line(trimmed) - first >= MAX_LINES {
        content.end
    } else {
        trimmed
    };
    start..end
}

/// A line's place without its end.
fn without_end(text: &str, line: Range<usize>) -> Range<usize> {
    let content = &text[line.clone()];
    let content = content.strip_suffix('\n').unwrap_or(content);
    let content = content.strip_suffix('\r').unwrap_or(content);
    line.start..line.start + content.len()
}

/// The text that replaces characters that cannot be shown.
struct Marks {
    /// The rest of a long line.
    cut: char,
    /// A bracket that would begin a command for a CI runner.
    bracket: char,
    /// A character that cannot be printed.
    picture: fn(char) -> char,
}

const UNICODE: Marks = Marks {
    cut: '…',
    bracket: '⟦',
    picture,
};

const ASCII: Marks = Marks {
    cut: '~',
    bracket: '(',
    picture: |_| '?',
};

/// A line as it is shown, and where its characters went.
struct ShownLine {
    text: String,
    /// For each character that is shown: where it is in the file, and where in `text`.
    map: Vec<(usize, usize)>,
    /// The shown text ends here in the file.
    end: usize,
    /// The place of `end` in `text`.
    shown_end: usize,
}

impl ShownLine {
    /// `content` is cut to `columns`, around `focus` when that is not at its beginning.
    fn new(
        text: &str,
        content: Range<usize>,
        focus: Option<Range<usize>>,
        columns: usize,
        marks: &Marks,
    ) -> Self {
        // Of a line without end only what is around the focus is looked at: others may have a focus in it too.
        let middle = focus.as_ref().map_or(content.start, |focus| focus.start);
        let reach = columns * BYTES;
        let from = content.start.max(middle.saturating_sub(reach));
        let to = content.end.min(middle + reach).max(from);
        let near = within(text, from..to);
        let (is_cut_before, is_cut_behind) = (near.start > content.start, near.end < content.end);
        let content = near;
        let mut column = 0;
        // Where each character is, and in which columns.
        let characters: Vec<(usize, char, Range<usize>)> = text[content.clone()]
            .char_indices()
            .map(|(index, c)| {
                let width = match c {
                    '\t' => TAB_WIDTH - column % TAB_WIDTH,
                    c if is_unprintable(c) => 1,
                    c => display_width(c.encode_utf8(&mut [0; 4])),
                };
                let start = column;
                column += width;
                (content.start + index, c, start..column)
            })
            .collect();
        let column_of = |offset: usize| {
            let index = characters.partition_point(|(at, ..)| *at < offset);
            characters
                .get(index)
                .map_or(column, |(_, _, columns)| columns.start)
        };
        let window = if column <= columns {
            0..column
        } else {
            let (start, end) = match &focus {
                Some(focus) => (column_of(focus.start), column_of(focus.end)),
                None => (0, 0),
            };
            let begin = if end < columns && !is_cut_before {
                0
            } else {
                start.saturating_sub(columns / 4)
            };
            begin..begin + columns - 2
        };
        let mut shown = String::new();
        let mut map = Vec::new();
        let mut end = content.start;
        if window.start > 0 || is_cut_before {
            shown.push(marks.cut);
        }
        for (at, c, place) in &characters {
            if place.start < window.start || place.end > window.end {
                continue;
            }
            map.push((*at, shown.len()));
            match *c {
                '\t' => shown.extend(std::iter::repeat_n(' ', place.len())),
                c if is_unprintable(c) => shown.push((marks.picture)(c)),
                // No command for a runner that reads along.
                '[' if ends_like_command(&shown) => shown.push(marks.bracket),
                c => shown.push(c),
            }
            end = at + c.len_utf8();
        }
        let shown_end = shown.len();
        if window.end < column || is_cut_behind {
            shown.push(marks.cut);
        }
        ShownLine {
            text: shown,
            map,
            end,
            shown_end,
        }
    }

    /// Where a place of the file is in the text that is shown; the nearest end of it for
    /// one that was cut away.
    fn position(&self, offset: usize) -> usize {
        if offset >= self.end {
            return self.shown_end;
        }
        let index = self.map.partition_point(|(at, _)| *at < offset);
        self.map
            .get(index)
            .map_or(self.shown_end, |(_, shown)| *shown)
    }
}

/// A label in lines of at most `room` columns; `None` when that would be a column of words.
fn wrapped(text: &str, room: usize) -> Option<String> {
    let lines = textwrap::wrap(text, crate::report::wrap::wrapping(room.max(1)));
    let fits = lines.iter().all(|line| display_width(line) <= room);
    (fits && lines.len() <= 3).then(|| lines.join("\n"))
}
