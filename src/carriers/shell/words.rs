//! Words of a shell script: quotes, escapes, expansions.

use std::collections::HashMap;
use std::ops::Range;

use crate::carriers::stand_ins::StandIns;
use crate::carriers::text::{Builder, Gap, Text, is_alone};

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// As it is.
    Literal(Range<usize>),
    /// A text that represents an escape.
    Escape(char, Range<usize>),
    /// An expansion of the shell; with the variable's name if it is only that.
    Expansion(Option<String>, Range<usize>),
}

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its parts, without the quotes.
    pub parts: Vec<Part>,
    /// Its place, with the quotes.
    pub span: Range<usize>,
    /// Any of it is quoted.
    pub is_quoted: bool,
}

/// The variables of a script that are set once, to a text that is known.
pub type Variables = HashMap<String, Text>;

impl Word {
    /// The word with the variables that are known.
    pub fn expand(
        &self,
        parent: &Text,
        variables: &Variables,
        stand_ins: &mut StandIns<'_>,
    ) -> Text {
        expand(&self.parts, parent, Some(variables), stand_ins)
    }

    /// The word with every variable left open.
    pub fn open(&self, parent: &Text, stand_ins: &mut StandIns<'_>) -> Text {
        expand(&self.parts, parent, None, stand_ins)
    }
}

/// Beyond this length variables are left open: a few bytes can expand to thousands.
const MAX_EXPANDED: usize = 64 * 1024;

/// Puts parts together.
pub fn expand(
    parts: &[Part],
    parent: &Text,
    variables: Option<&Variables>,
    stand_ins: &mut StandIns<'_>,
) -> Text {
    let mut out = Text::default();
    for part in parts {
        match part {
            Part::Expansion(Some(name), _)
                if out.as_str().len() < MAX_EXPANDED
                    && variables.is_some_and(|v| v.contains_key(name)) =>
            {
                if let Some(value) = variables.and_then(|v| v.get(name)) {
                    let mut builder = Builder::after(out, value);
                    builder.keep(0..value.as_str().len());
                    out = builder.finish();
                }
            }
            part => {
                let mut builder = Builder::after(out, parent);
                match part {
                    Part::Literal(range) => builder.keep(range.clone()),
                    Part::Escape(char, range) => {
                        builder.put(char.encode_utf8(&mut [0; 4]), range);
                    }
                    Part::Expansion(_, range) => {
                        put_expansion(&mut builder, parent, range, stand_ins)
                    }
                }
                out = builder.finish();
            }
        }
    }
    out
}

fn put_expansion(
    builder: &mut Builder<'_>,
    parent: &Text,
    range: &Range<usize>,
    stand_ins: &mut StandIns<'_>,
) {
    let written = &parent.as_str()[range.clone()];
    if is_alone(parent.as_str(), range) {
        return builder.put_unknown("", range, Gap::Lines);
    }
    let stand_in = stand_ins.of(written, builder.so_far());
    builder.put_unknown(&stand_in, range, Gap::Value);
}

/// Reads the word that begins at `from`; `None` where none does.
pub fn word(text: &str, from: usize) -> Option<Word> {
    let bytes = text.as_bytes();
    let mut reader = Reader::new(text, from);
    let mut is_quoted = false;
    while let Some(&byte) = bytes.get(reader.at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => break,
            b'\'' => {
                is_quoted = true;
                reader.single();
            }
            b'"' => {
                is_quoted = true;
                reader.double();
            }
            b'$' if bytes.get(reader.at + 1) == Some(&b'\'') => {
                is_quoted = true;
                reader.flush();
                reader.skip(1);
                reader.ansi();
            }
            b'\\' => match bytes.get(reader.at + 1) {
                Some(b'\n') => reader.leave_out(2),
                _ => reader.escape(),
            },
            b'$' | b'`' => reader.expansion(),
            _ => reader.at += 1,
        }
    }
    reader.flush();
    (reader.at > from).then_some(Word {
        parts: reader.parts,
        span: from..reader.at,
        is_quoted,
    })
}

/// The parts of a here-document in which the shell expands.
pub fn body(text: &str, range: Range<usize>) -> Vec<Part> {
    let mut reader = Reader::new(&text[..range.end], range.start);
    let bytes = text.as_bytes();
    while reader.at < range.end {
        match bytes[reader.at] {
            b'\\' => match bytes.get(reader.at + 1) {
                Some(b'$' | b'`' | b'\\') => reader.escape(),
                Some(b'\n') => reader.leave_out(2),
                _ => reader.at += 1,
            },
            b'$' | b'`' => reader.expansion(),
            _ => reader.at += 1,
        }
    }
    reader.flush();
    reader.parts
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Where the literal part that is being read begins.
    from: usize,
    parts: Vec<Part>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, from: usize) -> Reader<'a> {
        Reader {
            text,
            at: from,
            from,
            parts: Vec::new(),
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn flush(&mut self) {
        let at = self.at.min(self.text.len());
        if self.from < at {
            self.parts.push(Part::Literal(self.from..at));
        }
        self.from = at;
    }

    fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
        self.from = self.at;
    }

    fn leave_out(&mut self, bytes: usize) {
        self.flush();
        self.skip(bytes);
    }

    /// A backslash and the character that it escapes.
    fn escape(&mut self) {
        let start = self.at;
        self.flush();
        match self.text[start + 1..].chars().next() {
            Some(char) => {
                self.skip(1 + char.len_utf8());
                self.parts.push(Part::Escape(char, start..self.at));
            }
            None => self.skip(1),
        }
    }

    fn single(&mut self) {
        self.leave_out(1);
        let end = self.text[self.at..].find('\'');
        self.at = end.map_or(self.text.len(), |end| self.at + end);
        self.leave_out(1);
    }

    fn double(&mut self) {
        self.leave_out(1);
        while let Some(byte) = self.byte(0) {
            match byte {
                b'"' => break,
                b'\\' => match self.byte(1) {
                    Some(b'$' | b'`' | b'"' | b'\\') => self.escape(),
                    Some(b'\n') => self.leave_out(2),
                    _ => self.at += 1,
                },
                b'$' | b'`' => self.expansion(),
                _ => self.at += 1,
            }
        }
        self.leave_out(1);
    }

    /// `$'…'`.
    fn ansi(&mut self) {
        self.leave_out(1);
        while let Some(byte) = self.byte(0) {
            match byte {
                b'\'' => break,
                b'\\' => {
                    let start = self.at;
                    self.flush();
                    let char = self.text[start + 1..].chars().next();
                    self.skip(1 + char.map_or(0, char::len_utf8));
                    if let Some(char) = char {
                        self.parts
                            .push(Part::Escape(unescaped(char), start..self.at));
                    }
                }
                _ => self.at += 1,
            }
        }
        self.leave_out(1);
    }

    /// `$x`, `${x}`, `$(x)`, `` `x` ``.
    fn expansion(&mut self) {
        let start = self.at;
        let rest = &self.text[start..];
        let (length, name) = match (self.byte(0), self.byte(1)) {
            (Some(b'`'), _) => (rest[1..].find('`').map_or(rest.len(), |end| end + 2), None),
            (_, Some(b'{')) => {
                let length = rest.find('}').map_or(rest.len(), |end| end + 1);
                let name = rest.get(2..length - 1).filter(|name| is_name(name));
                (length, name.map(str::to_owned))
            }
            (_, Some(b'(')) => (substitution(rest), None),
            (_, Some(byte)) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let name: String = rest[1..]
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                (1 + name.len(), Some(name))
            }
            (_, Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-')) => (2, None),
            _ => {
                self.at += 1;
                return;
            }
        };
        self.flush();
        self.skip(length);
        self.parts.push(Part::Expansion(name, start..self.at));
    }
}

/// Whether a text is a variable's name.
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The length of `$(…)`.
fn substitution(text: &str) -> usize {
    let mut depth = 0;
    let mut quote = None;
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match (byte, quote) {
            (b'\\', Some(b'"') | None) => {
                bytes.next();
            }
            (b'\'' | b'"', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            (_, Some(_)) => {}
            (b'(', _) => depth += 1,
            (b')', _) => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// The meaning of an escape in `printf` and `$'…'`.
pub fn unescaped(char: char) -> char {
    match char {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes() {
        let text = r#"a'b c'"d\"e"\ f$'\t' g"#;
        let word = word(text, 0).unwrap();
        let parent = Text::of_carrier(text);
        let read = word.open(&parent, &mut StandIns::new(text));
        assert_eq!(read.as_str(), "ab cd\"e f\t");
        assert!(word.is_quoted);
        assert_eq!(word.span.end, text.len() - 2);
    }

    #[test]
    fn expansions_are_left_open() {
        let text = "\"https://${HOST}/$(echo \")\")/v2\"";
        let word = word(text, 0).unwrap();
        let parent = Text::of_carrier(text);
        let open = word.open(&parent, &mut StandIns::new(text));
        assert_eq!(open.unknown().len(), 2);
        assert_eq!(open.as_str().len(), text.len() - 2);
        let known = Text::of_carrier("a.example");
        let known = Variables::from([("HOST".to_owned(), known)]);
        let expanded = word.expand(&parent, &known, &mut StandIns::new(text));
        assert!(expanded.as_str().starts_with("https://a.example/"));
    }
}
