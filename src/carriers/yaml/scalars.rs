//! The text of a scalar, character by character.

use std::ops::Range;

use crate::carriers::text::{Builder, Text, line_start};
use crate::yaml::{Style, Value, YamlNode};

/// The text of a scalar with the way back; where a reader of YAML makes something else of it than could be followed, all
/// of it represents the whole scalar.
pub fn text(parent: &Text, node: &YamlNode) -> Option<Text> {
    let Value::Scalar { text, style } = &node.value else {
        return None;
    };
    let read = match style {
        Style::Literal(indent) => Some(literal(parent, node, *indent)),
        Style::Plain => Some(parent.slice(node.span.clone())),
        Style::Single => Some(single(parent, node)),
        Style::Double => double(parent, node),
        Style::Folded => None,
    };
    let is_literal = matches!(style, Style::Literal(_));
    let is_same = |read: &Text| match is_literal {
        // The break at the end is kept: it is in the carrier, and TOML and shells do not mind.
        true => read.as_str().trim_end() == text.trim_end(),
        false => read.as_str() == text,
    };
    Some(match read {
        Some(read) if is_same(&read) => read,
        _ => whole(parent, node, text),
    })
}

/// The place of a scalar; of a block with the sign that begins it.
pub fn place(parent: &Text, node: &YamlNode) -> Range<usize> {
    let all = parent.as_str();
    let Value::Scalar {
        style: Style::Literal(_) | Style::Folded,
        ..
    } = &node.value
    else {
        return node.span.clone();
    };
    let before = all[..line_start(all, node.span.start)].trim_end();
    let line = &before[line_start(before, before.len())..];
    let sign = line.rfind(" |").or_else(|| line.rfind(" >"));
    let start = sign.map(|at| before.len() - line.len() + at + 1);
    start.unwrap_or(node.span.start)..node.span.end
}

fn whole(parent: &Text, node: &YamlNode, text: &str) -> Text {
    let mut builder = Builder::new(parent);
    builder.put(text, &node.span);
    builder.finish()
}

/// A block: each line without its indentation.
fn literal(parent: &Text, node: &YamlNode, indent: usize) -> Text {
    let all = parent.as_str();
    let mut at = line_start(all, node.span.start);
    let end = node.span.end.min(all.len());
    let mut builder = Builder::new(parent);
    for line in all.get(at..end).unwrap_or_default().split_inclusive('\n') {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let cut = blanks.min(indent);
        builder.keep(at + cut..at + line.len());
        at += line.len();
    }
    builder.finish()
}

fn single(parent: &Text, node: &YamlNode) -> Text {
    let all = parent.as_str();
    let inner = inside(node);
    let mut builder = Builder::new(parent);
    let mut at = inner.start;
    while let Some(found) = all.get(at..inner.end).and_then(|rest| rest.find("''")) {
        builder.keep(at..at + found);
        builder.put("'", &(at + found..at + found + 2));
        at += found + 2;
    }
    builder.keep(at..inner.end);
    builder.finish()
}

fn inside(node: &YamlNode) -> Range<usize> {
    let start = node.span.start + 1;
    start..node.span.end.saturating_sub(1).max(start)
}

fn double(parent: &Text, node: &YamlNode) -> Option<Text> {
    let all = parent.as_str();
    let inner = inside(node);
    let mut builder = Builder::new(parent);
    let mut at = inner.start;
    while at < inner.end {
        let rest = all.get(at..inner.end)?;
        let found = rest.find(['\\', '\n']).unwrap_or(rest.len());
        let next = at + found;
        match rest.as_bytes().get(found) {
            None => {
                builder.keep(at..next);
                at = next;
            }
            Some(b'\n') => {
                // A break and the whitespace around it become one space; further breaks stay breaks.
                let kept = rest[..found].trim_end_matches([' ', '\t']).len();
                builder.keep(at..at + kept);
                let blank = &rest[found..];
                let length = blank.len() - blank.trim_start().len();
                let breaks = blank[..length].matches('\n').count();
                let range = at + kept..next + length;
                match breaks {
                    1 => builder.put(" ", &range),
                    more => builder.put(&"\n".repeat(more - 1), &range),
                }
                at = next + length;
            }
            Some(_) => {
                builder.keep(at..next);
                at = escape(&mut builder, all, next, inner.end)?;
            }
        }
    }
    Some(builder.finish())
}

/// An escape of a double-quoted scalar; where it ends.
fn escape(builder: &mut Builder<'_>, all: &str, at: usize, end: usize) -> Option<usize> {
    let rest = all.get(at + 1..end)?;
    let char = rest.chars().next()?;
    let digits = match char {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        let code = u32::from_str_radix(rest.get(1..1 + digits)?, 16).ok()?;
        let range = at..at + 2 + digits;
        builder.put(char::from_u32(code)?.encode_utf8(&mut [0; 4]), &range);
        return Some(range.end);
    }
    let range = at..at + 1 + char.len_utf8();
    let read = match char {
        'n' => "\n",
        't' | '\t' => "\t",
        'r' => "\r",
        '0' => "\0",
        'e' => "\u{1b}",
        '"' | '\\' | '/' | ' ' => {
            builder.put(&rest[..1], &range);
            return Some(range.end);
        }
        '\n' => {
            let blank = &rest[1..];
            let length = blank.len() - blank.trim_start_matches([' ', '\t']).len();
            return Some(range.end + length);
        }
        _ => return None,
    };
    builder.put(read, &range);
    Some(range.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::documents;

    fn read(carrier: &str) -> (Text, String) {
        let (nodes, error) = documents(carrier);
        assert_eq!(error, None, "{carrier}");
        let node = nodes[0].get("k").unwrap();
        let text = text(&Text::of_carrier(carrier), node).unwrap();
        (text, node.text().unwrap().to_owned())
    }

    #[test]
    fn scalars_of_all_styles() {
        for carrier in [
            "k: |\n  a\n    b\n\n  c\n",
            "k: |\n\n  \n  a\n  b\nz: 1\n",
            "k: |2\n   a\n  b\n",
            "k: |-\n  é\n  b",
            "k: 'it''s'\n",
            "k: \"a\\tb\\u00e9\\\"\\\\\\nc\"\n",
            "k: \"a  \n   b\n\n   c\\\n   d\"\n",
            "k: plain text # comment\n",
        ] {
            let (text, value) = read(carrier);
            assert_eq!(text.as_str().trim_end(), value.trim_end(), "{carrier:?}");
            // Every character is at its place, unless it represents an escape.
            for (at, char) in text.as_str().char_indices() {
                let found = text.in_carrier(&(at..at + char.len_utf8()));
                let written = &carrier[found];
                assert!(
                    written.contains(char)
                        || written.starts_with('\\')
                        || char == '\n'
                        || char == ' ',
                    "{carrier:?} {char:?} {written:?}"
                );
                assert!(
                    written.len() <= 6 || char == ' ' || char == '\n',
                    "{carrier:?} {written:?}"
                );
            }
        }
    }

    #[test]
    fn a_folded_scalar_is_one_place() {
        let (text, value) = read("k: >-\n  a\n  b\nz: 1\n");
        assert_eq!(text.as_str(), value);
        assert_eq!(text.in_carrier(&(0..1)).start, 8);
    }
}
