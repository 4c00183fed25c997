//! The place of a finding in the units of a format.

use crate::finding::Location;
use crate::toml::view::{LineIndex, Position};

/// Where a finding begins and ends; the end is exclusive. Without a text, or without
/// a place in it: the first character of the first line, empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionRange {
    /// The beginning.
    pub start: Position,
    /// The end.
    pub end: Position,
}

impl PositionRange {
    /// Columns in characters.
    pub fn characters(location: &Location) -> PositionRange {
        PositionRange::of(location, LineIndex::characters)
    }

    /// Columns in bytes.
    pub fn bytes(location: &Location) -> PositionRange {
        PositionRange::of(location, LineIndex::bytes)
    }

    fn of(
        location: &Location,
        position: impl Fn(&LineIndex, &str, usize) -> Position,
    ) -> PositionRange {
        match (&location.source, &location.span) {
            (Some(source), Some(span)) => PositionRange {
                start: position(source.lines(), &source.text, span.start),
                end: position(source.lines(), &source.text, span.end),
            },
            _ => {
                let first = Position { line: 1, column: 1 };
                PositionRange {
                    start: first,
                    end: first,
                }
            }
        }
    }
}

/// `path:line:column`, or the path alone where there is no text.
pub fn shown(location: &Location) -> String {
    let path = crate::printable::one_line(&location.path);
    if location.span.is_none() {
        return path.into_owned();
    }
    let start = PositionRange::characters(location).start;
    format!("{path}:{}:{}", start.line, start.column)
}
