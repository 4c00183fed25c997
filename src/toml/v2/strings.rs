//! Strings: the four spellings, escapes, and which bytes are allowed in them.

use std::borrow::Cow;

use super::error::SyntaxError;
use crate::toml::Span;

/// A string as it was read.
pub(super) struct Token<'a> {
    /// Its text, escapes resolved: a slice of the document unless there are any.
    pub value: Cow<'a, str>,
    /// Where it is, quotes included.
    pub span: Span,
    /// It has escapes, so that go-toml too keeps a copy rather than a slice of the document.
    pub escaped: bool,
}

/// A document, and how far it is UTF-8, which is found out once.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub bytes: &'a [u8],
    valid: &'a str,
}

impl<'a> Text<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let valid = std::str::from_utf8(bytes).or_else(|error| {
            let valid = &bytes[..error.valid_up_to()];
            std::str::from_utf8(valid)
        });
        Self {
            bytes,
            valid: valid.unwrap_or_default(),
        }
    }

    /// The text at a place. The error is how far it is not one.
    pub(super) fn get(self, span: Span) -> Result<&'a str, usize> {
        match self.valid.get(span.clone()) {
            Some(text) => Ok(text),
            // An invalid byte before it may have been skipped, in a date.
            None => std::str::from_utf8(&self.bytes[span]).map_err(|error| error.valid_up_to()),
        }
    }
}

/// The length of the character at the start of `bytes`, or `None` for a control character other than tab and line
/// breaks, for DEL, and for what is not UTF-8.
pub(super) fn character(bytes: &[u8]) -> Option<usize> {
    let length = match *bytes.first()? {
        b'\t' | b'\n' | b'\r' | 0x20..=0x7e => return Some(1),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    std::str::from_utf8(bytes.get(..length)?)
        .is_ok()
        .then_some(length)
}

/// How many bytes there are before one that may mean something to someone: what is not a printable ASCII character,
/// quotes and backslashes.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let is_plain =
        |byte: &&u8| matches!(byte, b' '..=b'!' | b'#'..=b'&' | b'('..=b'[' | b']'..=b'~');
    bytes.iter().take_while(is_plain).count()
}

/// A string on one line that contains nothing but plain characters, as most do.
fn plain_string(text: Text<'_>, start: usize) -> Option<Token<'_>> {
    let end = start + 1 + plain(&text.bytes[start + 1..]);
    let value = text.get(start + 1..end).ok()?;
    (text.bytes.get(end) == text.bytes.get(start)).then(|| Token {
        value: Cow::Borrowed(value),
        span: start..end + 1,
        escaped: false,
    })
}

/// `'text'`, at `start`.
pub(super) fn literal(text: Text<'_>, start: usize) -> Result<Token<'_>, SyntaxError> {
    if let Some(token) = plain_string(text, start) {
        return Ok(token);
    }
    let mut at = start + 1;
    loop {
        at += plain(&text.bytes[at..]);
        match text.bytes.get(at) {
            None => {
                return Err(SyntaxError::new(
                    "this literal string is not closed",
                    start..at,
                ));
            }
            Some(b'\'') => return token(text, start..at + 1, 1, false),
            Some(b'\n' | b'\r') => {
                return Err(SyntaxError::new(
                    "a literal string ends on its line",
                    at..at + 1,
                ));
            }
            Some(_) => at += character_in(text.bytes, at, "a literal string")?,
        }
    }
}

/// `'''text'''`, at `start`.
pub(super) fn multiline_literal(text: Text<'_>, start: usize) -> Result<Token<'_>, SyntaxError> {
    let mut at = start + 3;
    loop {
        at += plain(&text.bytes[at..]);
        match text.bytes.get(at) {
            None => {
                return Err(SyntaxError::new(
                    "this multi-line literal string is not closed",
                    start..at,
                ));
            }
            Some(b'\'') if text.bytes[at..].starts_with(b"'''") => {
                return token(text, start..closing(text.bytes, at)?, 3, false);
            }
            Some(b'\r') => at += crlf(text.bytes, at)?,
            Some(_) => at += character_in(text.bytes, at, "a literal string")?,
        }
    }
}

/// `"text"`, at `start`.
pub(super) fn basic(text: Text<'_>, start: usize) -> Result<Token<'_>, SyntaxError> {
    if let Some(token) = plain_string(text, start) {
        return Ok(token);
    }
    let mut at = start + 1;
    let mut escaped = false;
    loop {
        at += plain(&text.bytes[at..]);
        match text.bytes.get(at) {
            None => return Err(SyntaxError::new("this string is not closed", start..at)),
            Some(b'"') => return token(text, start..at + 1, 1, escaped),
            Some(b'\n' | b'\r') => {
                return Err(SyntaxError::new("a string ends on its line", at..at + 1));
            }
            Some(b'\\') => {
                escaped = true;
                at += escape(text.bytes, at)?;
            }
            // Looked at when the end is known: go-toml reports a missing quote first.
            Some(_) => at += 1,
        }
    }
}

/// `"""text"""`, at `start`.
pub(super) fn multiline_basic(text: Text<'_>, start: usize) -> Result<Token<'_>, SyntaxError> {
    let mut at = start + 3;
    let mut escaped = false;
    loop {
        at += plain(&text.bytes[at..]);
        match text.bytes.get(at) {
            None => {
                return Err(SyntaxError::new(
                    "this multi-line string is not closed",
                    start..at,
                ));
            }
            Some(b'"') if text.bytes[at..].starts_with(b"\"\"\"") => {
                return token(text, start..closing(text.bytes, at)?, 3, escaped);
            }
            Some(b'\\') => {
                escaped = true;
                at += escape(text.bytes, at)?;
            }
            Some(b'\r') => at += crlf(text.bytes, at)?,
            Some(_) => at += 1,
        }
    }
}

/// A backslash and the character it escapes.
fn escape(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    if at + 1 < text.len() {
        Ok(2)
    } else {
        Err(SyntaxError::new(
            "a backslash needs a character after it",
            at..at + 1,
        ))
    }
}

/// A carriage return inside a multi-line string must have its line feed.
fn crlf(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    if text.get(at + 1) == Some(&b'\n') {
        Ok(2)
    } else {
        Err(SyntaxError::new(
            "a carriage return needs a line feed after it",
            at..at + 1,
        ))
    }
}

fn character_in(text: &[u8], at: usize, place: &str) -> Result<usize, SyntaxError> {
    character(&text[at..]).ok_or_else(|| invalid(text, at, place))
}

fn invalid(text: &[u8], at: usize, place: &str) -> SyntaxError {
    let message = match text[at] {
        byte if byte < 0x80 => {
            format!("the control character U+{byte:04X} is not allowed in {place}")
        }
        _ => format!("{place} contains bytes that are not UTF-8"),
    };
    SyntaxError::new(message, at..at + 1)
}

/// The end of a multi-line string whose closing quotes begin at `at`. Up to two more quotes belong to the text.
fn closing(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    let quotes = text[at..]
        .iter()
        .take(6)
        .take_while(|&&byte| byte == text[at])
        .count();
    if quotes == 6 {
        return Err(SyntaxError::new(
            "too many quotes at the end of a multi-line string",
            at..at + 6,
        ));
    }
    Ok(at + quotes)
}

/// The token at `span`, between quotes of `quote` characters.
fn token(
    text: Text<'_>,
    span: Span,
    quote: usize,
    escaped: bool,
) -> Result<Token<'_>, SyntaxError> {
    let mut body = span.start + quote..span.end - quote;
    let multiline = quote == 3;
    if multiline {
        // A line break right after the opening quotes is not part of the text. go-toml looks for it before it
        // looks where the text ends.
        let rest = &text.bytes[body.clone()];
        if rest.starts_with(b"\n") {
            body.start += 1;
        } else if rest.starts_with(b"\r\n") {
            body.start += 2;
        }
    }
    let value = if escaped {
        let bytes = unescape(text.bytes, body, multiline)?;
        Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
    } else {
        Cow::Borrowed(unescaped(text, body)?)
    };
    Ok(Token {
        value,
        span,
        escaped,
    })
}

/// The text as written there, of nothing but characters that go-toml takes.
fn unescaped(text: Text<'_>, body: Span) -> Result<&str, SyntaxError> {
    let found = text.get(body.clone());
    let valid = body.start..body.start + found.map_or_else(|at| at, str::len);
    let is_refused = |&at: &usize| {
        let byte = text.bytes[at];
        byte.is_ascii() && character(&[byte]).is_none()
    };
    match (valid.clone().find(is_refused), found) {
        (None, Ok(text)) => Ok(text),
        (refused, _) => {
            let at = refused.unwrap_or(valid.end);
            Err(invalid(text.bytes, at, "a string"))
        }
    }
}

/// Resolves escapes. `\e` is among them, in all versions; `\x` is not.
fn unescape(text: &[u8], body: Span, multiline: bool) -> Result<Vec<u8>, SyntaxError> {
    let mut value = Vec::with_capacity(body.len());
    let mut at = body.start;
    while at < body.end {
        if text[at] != b'\\' {
            let length = character_in(text, at, "a string")?;
            value.extend_from_slice(&text[at..at + length]);
            at += length;
            continue;
        }
        if multiline && let Some(next) = line_continuation(text, at, body.end) {
            at = next;
            continue;
        }
        at += 1;
        let digits = match text[at] {
            byte @ (b'"' | b'\\') => {
                value.push(byte);
                0
            }
            b'b' => push(&mut value, 0x08),
            b'f' => push(&mut value, 0x0c),
            b'n' => push(&mut value, b'\n'),
            b'r' => push(&mut value, b'\r'),
            b't' => push(&mut value, b'\t'),
            b'e' => push(&mut value, 0x1b),
            b'u' => 4,
            b'U' => 8,
            _ => {
                return Err(SyntaxError::new("there is no such escape", at - 1..at + 1));
            }
        };
        if digits > 0 {
            let scalar = code_point(text, at + 1, digits, body.end)?;
            value.extend_from_slice(scalar.encode_utf8(&mut [0; 4]).as_bytes());
        }
        at += 1 + digits;
    }
    Ok(value)
}

fn push(value: &mut Vec<u8>, byte: u8) -> usize {
    value.push(byte);
    0
}

/// A backslash that ends its line, but for white space, swallows all white space and line breaks up to the next
/// other character.
fn line_continuation(text: &[u8], backslash: usize, end: usize) -> Option<usize> {
    let mut at = backslash + 1;
    loop {
        match text[..end].get(at)? {
            b' ' | b'\t' => at += 1,
            b'\r' if text.get(at + 1) == Some(&b'\n') => at += 1,
            b'\n' => break,
            _ => return None,
        }
    }
    let rest = &text[at..end];
    let blank = rest
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    Some(at + blank.count())
}

/// `\uXXXX` or `\UXXXXXXXX`: surrogates and what is beyond Unicode are refused.
fn code_point(text: &[u8], at: usize, digits: usize, end: usize) -> Result<char, SyntaxError> {
    let escape = at - 2..(at + digits).min(end);
    let error = |message| SyntaxError::new(message, escape.clone());
    if at + digits > end {
        return Err(error("this escape needs more digits"));
    }
    let mut value = 0_u32;
    for &byte in &text[at..at + digits] {
        let digit = char::from(byte)
            .to_digit(16)
            .ok_or_else(|| error("this escape needs hexadecimal digits"))?;
        value = value << 4 | digit;
    }
    char::from_u32(value).ok_or_else(|| error("this escape is not a Unicode character"))
}
