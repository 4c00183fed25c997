//! From text to expressions: what go-toml v2 takes for TOML.
//!
//! Values are only lexed here. Whether a number is in range or a date exists is found out when the value is
//! decoded, which it is not under an unknown key: `x = 1979-99-99` and even `x = ...` pass there.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::error::SyntaxError;
use super::strings::{self, Text, Token};
use crate::toml::Span;

/// How deep values and keys may nest. go-toml knows no limit, but it has a larger stack.
const MAX_DEPTH: usize = 100;

/// One part of a dotted key.
#[derive(Debug, Clone)]
pub(super) struct KeyPart<'a> {
    /// Its name, escapes resolved.
    pub name: Cow<'a, str>,
    /// Where it is, quotes included.
    pub span: Span,
    /// It is quoted and has escapes.
    pub escaped: bool,
}

/// The parts of a key. Most keys are one.
pub(super) type Key<'a> = SmallVec<[KeyPart<'a>; 1]>;

/// A key, dotted or not, and its value.
#[derive(Debug)]
pub(super) struct KeyValue<'a> {
    /// The parts of the key; never empty.
    pub key: Key<'a>,
    /// The value.
    pub value: Node<'a>,
}

/// A value with its place.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub kind: NodeKind<'a>,
    pub span: Span,
}

/// The kind of a value. Numbers and dates stay text.
#[derive(Debug)]
pub(super) enum NodeKind<'a> {
    String(Cow<'a, str>),
    Boolean(bool),
    Integer,
    Float,
    Date(DateKind),
    Array(Vec<Node<'a>>),
    Table(Vec<KeyValue<'a>>),
}

impl NodeKind<'_> {
    /// The word for it, with its article; the same as [`crate::toml::Kind::describe`].
    pub(super) fn describe(&self) -> &'static str {
        match self {
            NodeKind::String(_) => "a string",
            NodeKind::Boolean(_) => "a boolean",
            NodeKind::Integer => "an integer",
            NodeKind::Float => "a float",
            NodeKind::Date(_) => "a date or time",
            NodeKind::Array(_) => "an array",
            NodeKind::Table(_) => "a table",
        }
    }
}

/// Which of the four dates and times the characters look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateKind {
    Offset,
    LocalDateTime,
    LocalDate,
    LocalTime,
}

/// An item at the top level of a document.
#[derive(Debug)]
pub(super) enum Expression<'a> {
    KeyValue(KeyValue<'a>),
    Table(Key<'a>),
    ArrayTable(Key<'a>),
}

/// go-toml's `unstable.Parser`.
pub(super) struct Parser<'a> {
    text: Text<'a>,
    at: usize,
    /// No expression was read yet, so that none has to be ended by a line break.
    first: bool,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text: Text::new(text),
            at: 0,
            first: true,
            depth: 0,
        }
    }

    /// The next expression; `None` at the end. Not to be called again after an error.
    ///
    /// The line break that must follow an expression is asked for only when the next one is read, hence
    /// after the expression was handed out: in `[host."x"] oops` the header counts before `oops` is an error.
    pub(super) fn next(&mut self) -> Result<Option<Expression<'a>>, SyntaxError> {
        loop {
            if !self.is_at_end() && !self.first {
                self.newline()?;
            }
            if self.is_at_end() {
                return Ok(None);
            }
            let expression = self.expression()?;
            self.first = false;
            if expression.is_some() {
                return Ok(expression);
            }
        }
    }

    fn expression(&mut self) -> Result<Option<Expression<'a>>, SyntaxError> {
        self.whitespace();
        let expression = match self.peek() {
            None | Some(b'\n' | b'\r') => return Ok(None),
            Some(b'#') => {
                self.comment()?;
                return Ok(None);
            }
            Some(b'[') => self.header()?,
            Some(_) => Expression::KeyValue(self.key_value()?),
        };
        self.whitespace();
        if self.peek() == Some(b'#') {
            self.comment()?;
        }
        Ok(Some(expression))
    }

    fn header(&mut self) -> Result<Expression<'a>, SyntaxError> {
        let is_array = self.rest().starts_with(b"[[");
        self.at += if is_array { 2 } else { 1 };
        self.whitespace();
        let key = self.key()?;
        self.expect(b']')?;
        if !is_array {
            return Ok(Expression::Table(key));
        }
        self.expect(b']')?;
        Ok(Expression::ArrayTable(key))
    }

    fn key_value(&mut self) -> Result<KeyValue<'a>, SyntaxError> {
        let key = self.key()?;
        if self.is_at_end() {
            let span = self.here();
            return Err(SyntaxError::new(
                "a key needs `=` and a value after it",
                span,
            ));
        }
        self.expect(b'=')?;
        self.whitespace();
        let value = self.nested(key.len(), Self::value)?;
        Ok(KeyValue { key, value })
    }

    /// A dotted key, and the white space after it.
    fn key(&mut self) -> Result<Key<'a>, SyntaxError> {
        let mut parts = Key::new();
        parts.push(self.simple_key()?);
        loop {
            self.whitespace();
            if self.peek() != Some(b'.') {
                return Ok(parts);
            }
            self.at += 1;
            self.whitespace();
            parts.push(self.simple_key()?);
            if parts.len() > MAX_DEPTH {
                return Err(self.too_deep());
            }
        }
    }

    /// A bare or quoted key. Bare keys are ASCII; multi-line strings are not keys: `'''x'''` is the empty key
    /// followed by something unexpected.
    fn simple_key(&mut self) -> Result<KeyPart<'a>, SyntaxError> {
        let start = self.at;
        let token = match self.peek() {
            None => return Err(SyntaxError::new("a key is missing here", self.here())),
            Some(b'\'') => strings::literal(self.text, start)?,
            Some(b'"') => strings::basic(self.text, start)?,
            Some(_) => {
                let is_bare =
                    |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                let length = self.rest().iter().take_while(is_bare).count();
                if length == 0 {
                    return Err(SyntaxError::new(
                        format!("a key cannot begin with {}", self.describe_here()),
                        self.here(),
                    ));
                }
                let span = start..start + length;
                let value = self.text.get(span.clone()).unwrap_or_default();
                Token {
                    value: Cow::Borrowed(value),
                    span,
                    escaped: false,
                }
            }
        };
        self.at = token.span.end;
        Ok(KeyPart {
            name: token.value,
            span: token.span,
            escaped: token.escaped,
        })
    }

    fn value(&mut self) -> Result<Node<'a>, SyntaxError> {
        let start = self.at;
        let rest = self.rest();
        let kind = match rest.first() {
            None => return Err(SyntaxError::new("a value is missing here", self.here())),
            Some(quote @ (b'"' | b'\'')) => {
                let multiline = rest.starts_with(&[*quote; 3]);
                let token = match (quote, multiline) {
                    (b'"', true) => strings::multiline_basic(self.text, start)?,
                    (b'"', false) => strings::basic(self.text, start)?,
                    (_, true) => strings::multiline_literal(self.text, start)?,
                    (_, false) => strings::literal(self.text, start)?,
                };
                self.at = token.span.end;
                NodeKind::String(token.value)
            }
            Some(b't') => self.word("true", NodeKind::Boolean(true))?,
            Some(b'f') => self.word("false", NodeKind::Boolean(false))?,
            Some(b'[') => NodeKind::Array(self.nested(1, Self::array)?),
            Some(b'{') => NodeKind::Table(self.nested(1, Self::inline_table)?),
            Some(b'i') => self.word("inf", NodeKind::Float)?,
            Some(b'n') => self.word("nan", NodeKind::Float)?,
            Some(_) if looks_like_date(rest) => self.date(),
            Some(_) => self.number()?,
        };
        Ok(Node {
            kind,
            span: start..self.at,
        })
    }

    /// A word that begins like `word` has to be it. What follows is the caller's affair.
    fn word(&mut self, word: &str, kind: NodeKind<'a>) -> Result<NodeKind<'a>, SyntaxError> {
        if self.rest().starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(kind);
        }
        Err(SyntaxError::new(
            format!("invalid value; only `{word}` begins like this"),
            self.here(),
        ))
    }

    /// Commas between elements, one more at the end if wanted, comments and line breaks anywhere.
    fn array(&mut self) -> Result<Vec<Node<'a>>, SyntaxError> {
        let start = self.at;
        let mut elements = Vec::new();
        self.at += 1;
        while !self.is_at_end() {
            self.blank()?;
            match self.peek() {
                None => {
                    return Err(SyntaxError::new(
                        "this array is not closed",
                        start..start + 1,
                    ));
                }
                Some(b']') => break,
                Some(b',') if elements.is_empty() => {
                    return Err(SyntaxError::new(
                        "an array cannot begin with a comma",
                        self.here(),
                    ));
                }
                Some(b',') => {
                    self.at += 1;
                    self.blank()?;
                }
                Some(_) if elements.is_empty() => {}
                Some(_) => {
                    return Err(SyntaxError::new(
                        "a comma is missing between array elements",
                        self.here(),
                    ));
                }
            }
            if self.peek() == Some(b']') {
                break;
            }
            elements.push(self.value()?);
            self.blank()?;
        }
        self.expect(b']')?;
        Ok(elements)
    }

    /// On one line, without a comma at the end: TOML 1.1 is not read.
    fn inline_table(&mut self) -> Result<Vec<KeyValue<'a>>, SyntaxError> {
        let start = self.at;
        let mut entries = Vec::new();
        self.at += 1;
        while !self.is_at_end() {
            self.whitespace();
            match self.peek() {
                None => {
                    return Err(SyntaxError::new(
                        "this inline table is not closed",
                        start..start + 1,
                    ));
                }
                Some(b'}') => break,
                Some(_) => {}
            }
            if !entries.is_empty() {
                self.expect(b',')?;
                self.whitespace();
            }
            entries.push(self.key_value()?);
        }
        self.expect(b'}')?;
        Ok(entries)
    }

    /// The characters of a date or time, in any order, and one space before a digit. After that space two characters
    /// pass unseen, the second of them whatever it is, be it a line break.
    fn date(&mut self) -> NodeKind<'a> {
        let rest = self.rest();
        let (mut date, mut time, mut zone, mut space) = (false, false, false, false);
        let mut at = 0;
        while let Some(&byte) = rest.get(at) {
            match byte {
                b'0'..=b'9' => {}
                b'-' => {
                    date = true;
                    zone |= at >= 8;
                }
                b'T' | b't' | b':' | b'.' => time = true,
                b'+' | b'Z' | b'z' => zone = true,
                b' ' if !space && rest.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                    at = (at + 2).min(rest.len() - 1);
                    space = true;
                    time = true;
                }
                _ => break,
            }
            at += 1;
        }
        self.at += at;
        NodeKind::Date(match (time, date, zone) {
            (true, true, true) => DateKind::Offset,
            (true, true, false) => DateKind::LocalDateTime,
            (true, false, _) => DateKind::LocalTime,
            (false, _, _) => DateKind::LocalDate,
        })
    }

    /// The characters of a number, in any order.
    fn number(&mut self) -> Result<NodeKind<'a>, SyntaxError> {
        let rest = self.rest();
        if rest.len() > 2 && rest[0] == b'0' && !matches!(rest[1], b'.' | b'e' | b'E') {
            let is_digit: fn(&u8) -> bool = match rest[1] {
                b'x' => |byte| byte.is_ascii_hexdigit() || *byte == b'_',
                b'o' => |byte| matches!(byte, b'0'..=b'7' | b'_'),
                b'b' => |byte| matches!(byte, b'0' | b'1' | b'_'),
                // A zero alone: `01` is a zero and something unexpected.
                _ => {
                    self.at += 1;
                    return Ok(NodeKind::Integer);
                }
            };
            self.at += 2 + rest[2..].iter().take_while(|byte| is_digit(byte)).count();
            return Ok(NodeKind::Integer);
        }
        let mut kind = NodeKind::Integer;
        let mut length = 0;
        for &byte in rest {
            match byte {
                b'0'..=b'9' | b'+' | b'-' | b'_' => {}
                b'.' | b'e' | b'E' => kind = NodeKind::Float,
                b'i' | b'n' => {
                    self.at += length;
                    return self.word(if byte == b'i' { "inf" } else { "nan" }, NodeKind::Float);
                }
                _ => break,
            }
            length += 1;
        }
        if length == 0 {
            let found = self.describe_here();
            return Err(SyntaxError::new(
                format!("no value begins with {found}"),
                self.here(),
            ));
        }
        self.at += length;
        Ok(kind)
    }

    /// White space, comments and line breaks.
    fn blank(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.whitespace();
            if self.peek() == Some(b'#') {
                self.comment()?;
            }
            match self.peek() {
                Some(b'\n' | b'\r') => self.newline()?,
                _ => return Ok(()),
            }
        }
    }

    fn whitespace(&mut self) {
        let blanks = self
            .rest()
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'));
        self.at += blanks.count();
    }

    fn newline(&mut self) -> Result<(), SyntaxError> {
        let message = match self.rest() {
            [b'\n', ..] => {
                self.at += 1;
                return Ok(());
            }
            [b'\r', b'\n', ..] => {
                self.at += 2;
                return Ok(());
            }
            [b'\r', ..] => "a carriage return needs a line feed after it".to_owned(),
            _ => format!(
                "expected the end of the line before {}",
                self.describe_here()
            ),
        };
        Err(SyntaxError::new(message, self.here()))
    }

    /// Up to the line feed, which stays. Control characters and invalid UTF-8 are not allowed in comments either.
    fn comment(&mut self) -> Result<(), SyntaxError> {
        self.at += 1;
        loop {
            self.at += strings::plain(self.rest());
            match self.rest() {
                [] | [b'\n', ..] => return Ok(()),
                [b'\r', b'\n', ..] => {
                    self.at += 1;
                    return Ok(());
                }
                rest => match strings::character(rest) {
                    Some(length) if rest[0] != b'\r' => self.at += length,
                    _ => {
                        let found = self.describe_here();
                        let message = format!("{found} is not allowed in a comment");
                        return Err(SyntaxError::new(message, self.here()));
                    }
                },
            }
        }
    }

    fn expect(&mut self, wanted: u8) -> Result<(), SyntaxError> {
        let wanted_char = char::from(wanted);
        let message = match self.peek() {
            Some(byte) if byte == wanted => {
                self.at += 1;
                return Ok(());
            }
            Some(_) => format!("expected `{wanted_char}`, found {}", self.describe_here()),
            None => format!("`{wanted_char}` is missing at the end of the file"),
        };
        Err(SyntaxError::new(message, self.here()))
    }

    fn nested<T>(
        &mut self,
        levels: usize,
        parse: fn(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        self.depth += levels;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let result = parse(self);
        self.depth -= levels;
        result
    }

    fn too_deep(&self) -> SyntaxError {
        SyntaxError::new("this is nested too deeply to be checked", self.here())
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.bytes[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.bytes.get(self.at).copied()
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.text.bytes.len()
    }

    /// The character here, or nothing at the end of the text.
    fn here(&self) -> Span {
        let length = match self.rest() {
            [] => 0,
            rest => strings::character(rest).unwrap_or(1),
        };
        self.at..self.at + length
    }

    fn describe_here(&self) -> String {
        match self.rest() {
            [] => "the end of the file".to_owned(),
            [b'\n' | b'\r', ..] => "a line break".to_owned(),
            rest => match strings::character(rest).map(|n| String::from_utf8_lossy(&rest[..n])) {
                Some(text) if text == "\u{feff}" => "a byte order mark".to_owned(),
                Some(text) => format!("`{text}`"),
                None if rest[0] < 0x80 => format!("the control character U+{:04X}", rest[0]),
                None => "bytes that are not UTF-8".to_owned(),
            },
        }
    }
}

/// Two digits and a colon, or four and a hyphen.
fn looks_like_date(rest: &[u8]) -> bool {
    let digits = rest
        .iter()
        .take(5)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    rest.len() >= 3
        && matches!(
            (digits, rest.get(digits)),
            (2, Some(b':')) | (4, Some(b'-'))
        )
}
