//! A text that was taken out of another one, with the table that leads back.
//!
//! Each layer (a block scalar, a here-document inside it, a quoted word) cuts, unescapes or fills in. The table of the result
//! always leads to the outermost file, through any number of layers, so that a position needs one look-up.

use std::ops::Range;

/// A part of a text and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Where it begins in the text.
    at: usize,
    /// Its length in the text.
    length: usize,
    /// The bytes of the carrier that it represents.
    from: Range<usize>,
    /// It is these bytes, one for one. Otherwise it represents all of them together.
    exact: bool,
}

impl Piece {
    fn end(&self) -> usize {
        self.at + self.length
    }
}

/// The parts that are not known before the carrier is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// A value inside a line.
    Value,
    /// Any number of lines, or whether the lines around it are there.
    Lines,
}

/// A part of a text that is filled in later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Where its stand-in is; empty where nothing represents it.
    pub span: Range<usize>,
    /// The expression as the carrier spells it.
    pub written: String,
    /// Its possible values.
    pub gap: Gap,
}

/// A text, the way back to the carrier, and what of it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    text: String,
    pieces: Vec<Piece>,
    unknown: Vec<Unknown>,
}

impl Text {
    /// The carrier itself.
    pub fn of_carrier(text: &str) -> Text {
        Text {
            text: text.to_owned(),
            pieces: vec![Piece {
                at: 0,
                length: text.len(),
                from: 0..text.len(),
                exact: true,
            }],
            unknown: Vec::new(),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its unknown parts, in order.
    pub fn unknown(&self) -> &[Unknown] {
        &self.unknown
    }

    /// Whether lines may be missing or too many.
    pub fn has_unknown_lines(&self) -> bool {
        self.unknown.iter().any(|u| u.gap == Gap::Lines)
    }

    /// The unknown parts of a range.
    fn unknown_in(&self, range: &Range<usize>) -> impl Iterator<Item = &Unknown> {
        let first = self.unknown.partition_point(|u| u.span.end <= range.start);
        let end = range.end.max(range.start + 1);
        let rest = self.unknown[first..].iter();
        rest.take_while(move |u| u.span.start < end)
            .filter(|u| !u.span.is_empty())
    }

    /// Whether a range of it overlaps with what is not known.
    pub fn touches_unknown(&self, range: &Range<usize>) -> bool {
        self.unknown_in(range).next().is_some()
    }

    /// A range of it as the carrier spells it.
    fn written(&self, range: &Range<usize>) -> String {
        let mut out = String::new();
        let mut at = range.start;
        for unknown in self.unknown_in(range) {
            out.push_str(self.text.get(at..unknown.span.start).unwrap_or_default());
            out.push_str(&unknown.written);
            at = unknown.span.end;
        }
        out.push_str(self.text.get(at..range.end).unwrap_or_default());
        out
    }

    /// Whether nothing is known of it but that it is there.
    pub fn is_unknown(&self) -> bool {
        let mut known = 0;
        for (at, byte) in self.text.bytes().enumerate() {
            let is_known = !self.touches_unknown(&(at..at + 1)) && !byte.is_ascii_whitespace();
            known += usize::from(is_known);
            if known > 0 {
                return false;
            }
        }
        !self.unknown.is_empty()
    }

    /// A part of it.
    pub fn slice(&self, range: Range<usize>) -> Text {
        let mut builder = Builder::new(self);
        builder.keep(range);
        builder.finish()
    }

    /// The bytes of the carrier that a range represents.
    pub fn in_carrier(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.start(range.start);
        let end = match range.is_empty() {
            true => start,
            false => self.end(range.end).max(start),
        };
        start..end
    }

    /// Where in the carrier the character at an offset begins.
    fn start(&self, offset: usize) -> usize {
        let next = self.pieces.partition_point(|piece| piece.end() <= offset);
        match (self.pieces.get(next), self.pieces.last()) {
            (Some(piece), _) if piece.exact => piece.from.start + offset.saturating_sub(piece.at),
            (Some(piece), _) => piece.from.start,
            (None, Some(last)) => last.from.end,
            (None, None) => 0,
        }
    }

    /// Where in the carrier the character before an offset ends.
    fn end(&self, offset: usize) -> usize {
        let next = self.pieces.partition_point(|piece| piece.end() < offset);
        match (self.pieces.get(next), self.pieces.last()) {
            (Some(piece), _) if piece.exact => piece.from.start + offset.saturating_sub(piece.at),
            (Some(piece), _) => piece.from.end,
            (None, Some(last)) => last.from.end,
            (None, None) => 0,
        }
    }

    /// The edit of the carrier that does what replacing `range` of this text by `replacement` does; `None` where that cannot
    /// be said: in escaped, encoded or generated text.
    ///
    /// A range that begins at the beginning of a line takes the line with what was cut off before it, and each line that is brought
    /// gets what the line at the place has before it.
    pub fn edit(
        &self,
        carrier: &str,
        range: &Range<usize>,
        replacement: &str,
    ) -> Option<(Range<usize>, String)> {
        if self.touches_unknown(range) || !self.is_exact(range) {
            return None;
        }
        let prefix = self.prefix(carrier, range.start)?;
        let is_whole_lines = self.is_line_start(range.start)
            && self.is_line_start(range.end)
            && (replacement.is_empty() || replacement.ends_with('\n'));
        let start = self.insertion(range)?;
        let end = match range.is_empty() {
            true => start,
            false => self.end(range.end).max(start),
        };
        if !is_whole_lines {
            return Some((start..end, with_prefix(replacement, prefix, false)));
        }
        let start = line_start(carrier, start);
        let end = match range.is_empty() {
            true => start,
            // The line break before is the last byte that is replaced.
            false => end.max(start),
        };
        Some((start..end, with_prefix(replacement, prefix, true)))
    }

    fn is_line_start(&self, offset: usize) -> bool {
        offset == 0 || self.text.as_bytes().get(offset - 1) == Some(&b'\n')
    }

    /// Whether every byte of a range, and what is beside an empty one, is a byte of the carrier.
    fn is_exact(&self, range: &Range<usize>) -> bool {
        let overlaps = |piece: &&Piece| match range.is_empty() {
            true => piece.at <= range.start && range.start <= piece.end(),
            false => piece.at < range.end && range.start < piece.end(),
        };
        let mut touched = self.pieces.iter().filter(overlaps).peekable();
        touched.peek().is_some() && touched.all(|piece| piece.exact)
    }

    /// Where in the carrier a replacement begins: an insertion goes behind what is before it, unless it begins a line.
    fn insertion(&self, range: &Range<usize>) -> Option<usize> {
        let offset = range.start;
        if !range.is_empty() || self.is_line_start(offset) {
            return Some(self.start(offset));
        }
        let before = self
            .pieces
            .iter()
            .find(|p| p.at < offset && offset <= p.end())?;
        before
            .exact
            .then(|| before.from.start + (offset - before.at))
    }

    /// The indentation removed before the line that contains an offset, or before the last one that is not empty.
    fn prefix<'c>(&self, carrier: &'c str, offset: usize) -> Option<&'c str> {
        let is_empty = |line: usize| {
            let rest = self.text.get(line..).unwrap_or_default();
            rest.lines().next().is_none_or(|l| l.trim().is_empty())
        };
        let mut line = line_start(&self.text, offset);
        while line > 0 && is_empty(line) {
            line = line_start(&self.text, line - 1);
        }
        let at = self.start(line);
        let prefix = carrier.get(line_start(carrier, at)..at)?;
        let is_blank = prefix.bytes().all(|b| matches!(b, b' ' | b'\t'));
        is_blank.then_some(prefix)
    }

    /// A message with the expressions of the carrier in the place of their stand-ins.
    pub fn with_written(&self, message: &str) -> String {
        let mut out = message.to_owned();
        for unknown in &self.unknown {
            let stand_in = self.text.get(unknown.span.clone()).unwrap_or_default();
            if is_telling(stand_in) && stand_in != unknown.written {
                out = out.replace(stand_in, &unknown.written);
            }
        }
        out
    }

    /// Whether a message speaks of something that is not known.
    pub fn is_mentioned(&self, message: &str) -> bool {
        self.unknown.iter().any(|unknown| {
            let stand_in = self.text.get(unknown.span.clone()).unwrap_or_default();
            is_telling(stand_in) && message.contains(stand_in)
        })
    }
}

/// Whether a stand-in can be distinguished from other words: a literal, which may as well be written elsewhere, cannot.
fn is_telling(stand_in: &str) -> bool {
    stand_in.len() >= 2
        && stand_in.bytes().all(|b| b.is_ascii_lowercase())
        && !matches!(stand_in, "true" | "false")
}

/// Puts a prefix before each line that a replacement begins.
fn with_prefix(replacement: &str, prefix: &str, from_the_first: bool) -> String {
    let mut out = String::with_capacity(replacement.len() + prefix.len());
    for (index, line) in replacement.split_inclusive('\n').enumerate() {
        let is_blank = line.trim_end_matches(['\r', '\n']).is_empty();
        if (index > 0 || from_the_first) && !is_blank {
            out.push_str(prefix);
        }
        out.push_str(line);
    }
    // A line break at the end also begins a line, whose rest is already in the carrier.
    if !from_the_first && replacement.ends_with('\n') {
        out.push_str(prefix);
    }
    out
}

/// Whether nothing else is on the lines of a range.
pub fn is_alone(text: &str, range: &Range<usize>) -> bool {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
    let bytes = text.as_bytes();
    let before = bytes[..range.start].iter().rev().find(|b| !is_blank(b));
    let behind = bytes[range.end..].iter().find(|b| !is_blank(b));
    matches!(before, None | Some(b'\n')) && matches!(behind, None | Some(b'\n'))
}

/// Where the line that contains an offset begins.
pub fn line_start(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1)
}

/// Builds a text out of another one.
pub struct Builder<'a> {
    parent: &'a Text,
    out: Text,
}

impl<'a> Builder<'a> {
    /// Begins with nothing.
    pub fn new(parent: &'a Text) -> Builder<'a> {
        Builder {
            parent,
            out: Text::default(),
        }
    }

    /// Goes on behind another text.
    pub fn after(before: Text, parent: &'a Text) -> Builder<'a> {
        Builder {
            parent,
            out: before,
        }
    }

    /// The text so far.
    pub fn so_far(&self) -> &str {
        &self.out.text
    }

    /// Takes a range of the parent as it is.
    pub fn keep(&mut self, range: Range<usize>) {
        let Some(text) = self.parent.text.get(range.clone()) else {
            return;
        };
        let shift = self.out.text.len();
        self.out.text.push_str(text);
        let pieces = &self.parent.pieces;
        let first = pieces.partition_point(|piece| piece.end() <= range.start);
        for piece in pieces[first..].iter().take_while(|p| p.at < range.end) {
            let from = piece.at.max(range.start);
            let to = piece.end().min(range.end);
            if from >= to {
                continue;
            }
            let carrier = match piece.exact {
                true => piece.from.start + (from - piece.at)..piece.from.start + (to - piece.at),
                false => piece.from.clone(),
            };
            self.push(Piece {
                at: shift + from - range.start,
                length: to - from,
                from: carrier,
                exact: piece.exact,
            });
        }
        let unknown = &self.parent.unknown;
        let first = unknown.partition_point(|u| u.span.end < range.start);
        for unknown in unknown[first..]
            .iter()
            .take_while(|u| u.span.start <= range.end)
        {
            let from = unknown.span.start.max(range.start);
            let to = unknown.span.end.min(range.end);
            if from < to || unknown.span.is_empty() && from == to {
                self.out.unknown.push(Unknown {
                    span: shift + from - range.start..shift + to - range.start,
                    ..unknown.clone()
                });
            }
        }
    }

    /// Maps `text` to a range of the parent.
    pub fn put(&mut self, text: &str, range: &Range<usize>) {
        let at = self.out.text.len();
        self.put_for(text, self.parent.in_carrier(range));
        // A text that is made of an unknown part is unknown, too.
        if self.parent.touches_unknown(range) {
            self.out.unknown.push(Unknown {
                span: at..at + text.len(),
                written: self.parent.written(range),
                gap: Gap::Value,
            });
        }
    }

    /// Maps `text` to a range of the carrier.
    pub fn put_for(&mut self, text: &str, carrier: Range<usize>) {
        let at = self.out.text.len();
        self.out.text.push_str(text);
        self.push(Piece {
            at,
            length: text.len(),
            from: carrier,
            exact: false,
        });
    }

    /// Lets a stand-in take the place of an expression of the parent.
    pub fn put_unknown(&mut self, stand_in: &str, range: &Range<usize>, gap: Gap) {
        let written = self.parent.written(range);
        let at = self.out.text.len();
        self.put_for(stand_in, self.parent.in_carrier(range));
        self.out.unknown.push(Unknown {
            span: at..at + stand_in.len(),
            written,
            gap,
        });
    }

    fn push(&mut self, piece: Piece) {
        if piece.length == 0 {
            return;
        }
        if let Some(last) = self.out.pieces.last_mut()
            && last.exact
            && piece.exact
            && last.from.end == piece.from.start
            && last.end() == piece.at
        {
            last.length += piece.length;
            last.from.end = piece.from.end;
            return;
        }
        self.out.pieces.push(piece);
    }

    /// The text.
    pub fn finish(self) -> Text {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text without the first bytes of each line.
    fn cut(parent: &Text, bytes: usize) -> Text {
        let mut builder = Builder::new(parent);
        let mut at = 0;
        for line in parent.as_str().split_inclusive('\n') {
            builder.keep(at + bytes.min(line.len() - 1)..at + line.len());
            at += line.len();
        }
        builder.finish()
    }

    #[test]
    fn layers_compose() {
        let carrier = "x: |\n    a = 1\n      b = 2\n    c\n";
        let whole = Text::of_carrier(carrier);
        let block = whole.slice(5..carrier.len());
        let once = cut(&block, 2);
        let twice = cut(&once, 2);
        assert_eq!(twice.as_str(), "a = 1\n  b = 2\nc\n");
        let b = twice.as_str().find('b').unwrap();
        let found = twice.in_carrier(&(b..b + 5));
        assert_eq!(&carrier[found], "b = 2");
    }

    #[test]
    fn an_escape_is_placed_at_its_own() {
        let carrier = "a\\\"b";
        let whole = Text::of_carrier(carrier);
        let mut builder = Builder::new(&whole);
        builder.keep(0..1);
        builder.put("\"", &(1..3));
        builder.keep(3..4);
        let text = builder.finish();
        assert_eq!(text.as_str(), "a\"b");
        assert_eq!(text.in_carrier(&(1..2)), 1..3);
        assert_eq!(text.in_carrier(&(2..3)), 3..4);
        assert_eq!(text.in_carrier(&(3..3)), 4..4);
        assert_eq!(text.edit(carrier, &(1..2), "'"), None);
        let edit = text.edit(carrier, &(2..3), "c");
        assert_eq!(edit, Some((3..4, "c".to_owned())));
    }

    #[test]
    fn edits_keep_the_indentation_of_the_carrier() {
        let carrier = "k: |\n  a = 1\n  b = 2\nz: 1\n";
        let whole = Text::of_carrier(carrier);
        let inner = cut(&whole.slice(5..21), 2);
        assert_eq!(inner.as_str(), "a = 1\nb = 2\n");
        let apply = |range: Range<usize>, replacement: &str| {
            let (span, text) = inner.edit(carrier, &range, replacement).unwrap();
            format!("{}{text}{}", &carrier[..span.start], &carrier[span.end..])
        };
        assert_eq!(apply(0..6, ""), "k: |\n  b = 2\nz: 1\n");
        assert_eq!(
            apply(6..6, "x = 0\ny = 0\n"),
            "k: |\n  a = 1\n  x = 0\n  y = 0\n  b = 2\nz: 1\n"
        );
        let at_the_end = "k: |\n  a = 1\n  b = 2\n  c = 3\nz: 1\n";
        assert_eq!(apply(12..12, "c = 3\n"), at_the_end);
        let between = "k: |\n  a = 1\n  x = 0\n  b = 2\nz: 1\n";
        assert_eq!(apply(5..5, "\nx = 0"), between);
        assert_eq!(apply(4..5, "7"), "k: |\n  a = 7\n  b = 2\nz: 1\n");
    }

    #[test]
    fn what_is_unknown_is_shown_as_it_is_written() {
        let carrier = "https://{{ host }}/v2";
        let whole = Text::of_carrier(carrier);
        let mut builder = Builder::new(&whole);
        builder.keep(0..8);
        builder.put_unknown("vqbvvvvvvv", &(8..18), Gap::Value);
        builder.keep(18..21);
        let text = builder.finish();
        assert!(text.touches_unknown(&(4..9)) && !text.touches_unknown(&(0..8)));
        assert!(text.is_mentioned("`vqbvvvvvvv` is unknown"));
        assert_eq!(text.with_written("to vqbvvvvvvv/v2"), "to {{ host }}/v2");
        assert!(!text.is_unknown() && text.slice(8..18).is_unknown());
    }
}
