//! From characters to tokens, as go-toml v1's lexer.go goes.
//!
//! The lexer knows two situations, before a statement and where a value may
//! occur, and changes between them by itself, without the parser. That is where
//! most of the dialect's leniency comes from.

use super::key::{KeyText, blanks, is_bare};
use super::source::Source;
use super::token::{Token, TokenKind};
use super::{Step, Version, datetime};
use crate::toml::{Problem, ProblemKind};

/// Turns a text into tokens. The last one is `End` or `Error`.
pub(super) fn lex<'s>(source: &'s Source<'s>, version: Version) -> Vec<Token<'s>> {
    let mut lexer = Lexer {
        source,
        text: source.text(),
        version,
        start: 0,
        position: 0,
        brackets: Vec::new(),
        tokens: Vec::with_capacity(32),
    };
    let mut state = State::Statement;
    loop {
        let step = match state {
            State::Statement => lexer.statement(),
            State::Value => lexer.value(),
        };
        match step {
            Ok(Some(next)) => state = next,
            Ok(None) => break,
            Err(problem) => {
                lexer.fail(problem);
                break;
            }
        }
    }
    lexer.tokens
}

/// The situation of the lexer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// A key or a table's name.
    Statement,
    /// A value, or what may surround one.
    Value,
}

/// An array or inline table that is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Array,
    InlineTable,
}

pub(super) struct Lexer<'s> {
    source: &'s Source<'s>,
    text: &'s str,
    version: Version,
    /// Where the token begins that is being read.
    start: usize,
    /// How far the text has been read.
    position: usize,
    brackets: Vec<Bracket>,
    tokens: Vec<Token<'s>>,
}

/// Moving over the text.
impl<'s> Lexer<'s> {
    pub(super) fn rest(&self) -> &'s str {
        &self.text[self.position..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn follows(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// Takes one character into the token.
    pub(super) fn take(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.position += char.len_utf8();
        Some(char)
    }

    /// Takes so many bytes, which are whole characters.
    pub(super) fn take_many(&mut self, count: usize) {
        self.position += count;
    }

    /// Takes what comes next into a text, as long as `is_plain` says that it represents itself. Most of a file
    /// does, and is taken in one look. What is not ASCII has to be plain with all its bytes, or with none.
    fn take_plain(&mut self, into: &mut KeyText<'s>, is_plain: impl Fn(u8) -> bool) {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !is_plain(byte));
        self.take_as_is(into, end.unwrap_or(rest.len()));
    }

    /// Takes so many bytes into a text, as they are.
    fn take_as_is(&mut self, into: &mut KeyText<'s>, count: usize) {
        into.extend(self.position..self.position + count);
        self.take_many(count);
    }

    /// Begins a token here, forgetting what was taken since the last.
    pub(super) fn begin(&mut self) {
        self.start = self.position;
    }

    /// Leaves out what comes next, as long as it is one of these.
    fn skip(&mut self, blanks: &[u8]) {
        let rest = self.rest().bytes();
        self.position += rest.take_while(|byte| blanks.contains(byte)).count();
        self.begin();
    }

    /// The text since the token began.
    pub(super) fn taken(&self) -> &'s str {
        &self.text[self.start..self.position]
    }

    pub(super) fn emit(&mut self, kind: TokenKind<'s>) {
        self.tokens.push(Token {
            kind,
            span: self.source.span(self.start, self.position),
        });
        self.begin();
    }

    /// Takes some characters as a token and says what is expected after it.
    fn symbol(&mut self, length: usize, kind: TokenKind<'s>, next: State) -> Step<Option<State>> {
        self.take_many(length);
        self.emit(kind);
        Ok(Some(next))
    }

    /// A problem with the character that comes next.
    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        self.problem_from(self.position, message)
    }

    /// A problem with what is between a position and the character that comes next.
    fn problem_from(&self, from: usize, message: impl Into<String>) -> Problem {
        let length = self.peek().map_or(0, char::len_utf8);
        Problem {
            kind: ProblemKind::Syntax(message.into()),
            span: self.source.span(from, self.position + length),
        }
    }

    /// A string or name that is not closed: the problem is where it opens, not the
    /// end of the file where the lexer notices.
    fn unclosed(&self, from: usize, what: &str) -> Problem {
        let rest = &self.text[from..];
        let length = rest.find('\n').unwrap_or(rest.len());
        Problem {
            kind: ProblemKind::Syntax(format!("{what} is not closed")),
            span: self.source.span(from, from + length),
        }
    }

    fn fail(&mut self, problem: Problem) {
        self.tokens.push(Token {
            kind: TokenKind::Error(problem.kind),
            span: problem.span,
        });
    }
}

/// The two situations.
impl<'s> Lexer<'s> {
    fn statement(&mut self) -> Step<Option<State>> {
        loop {
            let Some(char) = self.peek() else {
                self.emit(TokenKind::End);
                return Ok(None);
            };
            match char {
                ' ' | '\t' | '\r' | '\n' => self.skip(b" \t\r\n"),
                '#' => self.comment(),
                '=' => return self.symbol(1, TokenKind::Equal, State::Value),
                // An inline table that is empty, or whose last line has ended.
                '}' => return self.right_brace(),
                '[' if self.follows("[[") => return self.tables_name(),
                '[' => return self.table_name(),
                // Anything else is taken for a key, whatever it is.
                _ => return self.key(),
            }
        }
    }

    fn value(&mut self) -> Step<Option<State>> {
        loop {
            let Some(char) = self.peek() else {
                self.emit(TokenKind::End);
                return Ok(None);
            };
            match char {
                ' ' | '\t' => self.skip(b" \t"),
                '\r' | '\n' => {
                    self.skip(b"\r\n");
                    if self.brackets.last() != Some(&Bracket::Array) {
                        return Ok(Some(State::Statement));
                    }
                }
                '#' => self.comment(),
                '=' => return self.symbol(1, TokenKind::Equal, State::Value),
                '[' => {
                    self.brackets.push(Bracket::Array);
                    return self.symbol(1, TokenKind::LeftBracket, State::Value);
                }
                ']' => {
                    self.symbol(1, TokenKind::RightBracket, State::Value)?;
                    self.close(Bracket::Array, "`]` without `[`")?;
                    return Ok(Some(State::Value));
                }
                '{' => {
                    self.brackets.push(Bracket::InlineTable);
                    return self.symbol(1, TokenKind::LeftBrace, State::Statement);
                }
                '}' => return self.right_brace(),
                ',' => {
                    let next = match self.brackets.last() {
                        Some(Bracket::InlineTable) => State::Statement,
                        _ => State::Value,
                    };
                    return self.symbol(1, TokenKind::Comma, next);
                }
                '"' => return self.string('"'),
                '\'' => return self.string('\''),
                _ => {
                    self.scalar(char)?;
                    return Ok(Some(State::Value));
                }
            }
        }
    }

    /// A value that is not in quotes. The words need no end: `trueinf` is two tokens.
    fn scalar(&mut self, first: char) -> Step<()> {
        for (word, kind) in [
            ("true", TokenKind::Boolean(true)),
            ("false", TokenKind::Boolean(false)),
            ("inf", TokenKind::SpecialFloat),
            ("nan", TokenKind::SpecialFloat),
        ] {
            if self.follows(word) {
                self.take_many(word.len());
                self.emit(kind);
                return Ok(());
            }
        }
        match self.version {
            Version::V1_8 => {
                if let Some(found) = datetime::prefix_v1_8(self.rest()) {
                    self.take_many(found.length);
                    let text = self.taken();
                    self.emit(match found.offset {
                        true => TokenKind::OffsetDatetime(text),
                        false => TokenKind::LocalDatetime(text),
                    });
                    return Ok(());
                }
            }
            Version::V1_9_3 | Version::V1_9_5 => {
                if let Some(found) = datetime::look_ahead_v1_9(self.rest()) {
                    return self.datetime_v1_9(found);
                }
            }
        }
        if matches!(first, '+' | '-' | '0'..='9') {
            return self.number();
        }
        Err(self.problem(format!("no value begins with {first:?}")))
    }

    /// The end of an inline table. The token is there even where the brace is an
    /// error, and the parser sees it first.
    fn right_brace(&mut self) -> Step<Option<State>> {
        self.symbol(1, TokenKind::RightBrace, State::Value)?;
        self.close(Bracket::InlineTable, "`}` without `{`")?;
        Ok(Some(State::Value))
    }

    fn close(&mut self, bracket: Bracket, message: &str) -> Step<()> {
        if self.brackets.last() != Some(&bracket) {
            return Err(Problem {
                kind: ProblemKind::Syntax(message.to_owned()),
                span: self.source.span(self.position - 1, self.position),
            });
        }
        self.brackets.pop();
        Ok(())
    }

    /// A comment ends where a newline begins; a lone carriage return is part of it.
    fn comment(&mut self) {
        let rest = self.rest();
        let newline = rest.find('\n');
        let end = newline.unwrap_or(rest.len());
        let is_crlf = newline.is_some() && rest[..end].ends_with('\r');
        self.position += end - usize::from(is_crlf);
        self.begin();
    }
}

/// Keys and names.
impl<'s> Lexer<'s> {
    fn key(&mut self) -> Step<Option<State>> {
        let mut key = KeyText::new(self.source);
        while let Some(char) = self.peek() {
            match char {
                '=' => break,
                '"' | '\'' => {
                    let open = self.position;
                    self.take_as_is(&mut key, 1);
                    if char == '"' {
                        // Newlines are allowed here, though not in a string value.
                        self.basic_string(open, "\"", true, &mut key)?;
                    } else {
                        self.literal_string(open, "'", &mut key)?;
                    }
                    self.take_as_is(&mut key, 1);
                }
                ' ' | '\t' => {
                    // Whitespace ends the key unless a dot follows them.
                    let count = blanks(self.rest());
                    let Some(after_dot) = self.rest()[count..].strip_prefix('.') else {
                        self.take_many(count);
                        break;
                    };
                    // The first is kept as a space, even if it is a tab.
                    key.push(' ', self.position..self.position + 1);
                    self.take();
                    self.take_as_is(&mut key, count + blanks(after_dot));
                }
                _ if char == '.' || is_bare(char) => {
                    self.take_plain(&mut key, |byte| byte == b'.' || is_bare(byte.into()));
                }
                '\n' => return Err(self.problem("a key without `=` and a value")),
                _ => return Err(self.problem(format!("{char:?} in a key"))),
            }
        }
        self.emit(TokenKind::Key(key));
        Ok(Some(State::Statement))
    }

    /// `[name]`. The name ends at the first `]`, in quotes or not, and escapes in it
    /// are not resolved.
    fn table_name(&mut self) -> Step<Option<State>> {
        let open = self.position;
        self.symbol(1, TokenKind::LeftBracket, State::Statement)?;
        let mut name = KeyText::new(self.source);
        self.name_until_bracket(open, &mut name)?;
        if self.position > self.start {
            self.emit(TokenKind::TableName(name));
        }
        self.symbol(1, TokenKind::RightBracket, State::Statement)
    }

    /// `[[name]]`.
    fn tables_name(&mut self) -> Step<Option<State>> {
        let open = self.position;
        self.symbol(2, TokenKind::LeftBrackets, State::Statement)?;
        let mut name = KeyText::new(self.source);
        loop {
            self.name_until_bracket(open, &mut name)?;
            if self.position > self.start {
                let name = std::mem::replace(&mut name, KeyText::new(self.source));
                self.emit(TokenKind::TablesName(name));
            }
            if self.follows("]]") {
                return self.symbol(2, TokenKind::RightBrackets, State::Statement);
            }
            // After a lone `]` the lexer goes on looking, as if it began another name.
            self.take_as_is(&mut name, 1);
        }
    }

    fn name_until_bracket(&mut self, open: usize, name: &mut KeyText<'s>) -> Step<()> {
        self.take_plain(name, |byte| !matches!(byte, b'[' | b']'));
        match self.peek() {
            None => Err(self.unclosed(open, "the table name")),
            Some('[') => Err(self.problem("`[` in a table name")),
            Some(_) => Ok(()),
        }
    }
}

/// Strings.
impl<'s> Lexer<'s> {
    /// A string value in any of the four spellings.
    fn string(&mut self, quote: char) -> Step<Option<State>> {
        let open = self.position;
        let tripled = if quote == '"' { "\"\"\"" } else { "'''" };
        let long = self.follows(tripled);
        let terminator = if long { tripled } else { &tripled[..1] };
        self.take_many(terminator.len());
        if long {
            if self.follows("\r\n") {
                self.take_many(2);
            } else if self.peek() == Some('\n') {
                self.take();
            }
        }
        let mut text = KeyText::new(self.source);
        if quote == '"' {
            self.basic_string(open, terminator, long, &mut text)?;
        } else {
            self.literal_string(open, terminator, &mut text)?;
        }
        self.symbol(
            terminator.len(),
            TokenKind::String(text.into_text()),
            State::Value,
        )
    }

    /// Reads up to the terminator, without it. Everything but that represents itself,
    /// newlines and control characters too.
    fn literal_string(
        &mut self,
        open: usize,
        terminator: &str,
        into: &mut KeyText<'s>,
    ) -> Step<()> {
        loop {
            self.take_plain(into, |byte| byte != b'\'');
            if self.follows(terminator) {
                return Ok(());
            }
            if self.rest().is_empty() {
                return Err(self.unclosed(open, "the string"));
            }
            self.take_as_is(into, 1);
        }
    }

    /// Reads up to the terminator, without it, and resolves escapes.
    fn basic_string(
        &mut self,
        open: usize,
        terminator: &str,
        newlines: bool,
        into: &mut KeyText<'s>,
    ) -> Step<()> {
        loop {
            self.take_plain(into, |byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'));
            if self.follows(terminator) {
                return Ok(());
            }
            let Some(char) = self.peek() else {
                return Err(self.unclosed(open, "the string"));
            };
            let from = self.position;
            match char {
                '\\' => {
                    if let Some(char) = self.escape(open)? {
                        into.push(char, from..self.position);
                    }
                    continue;
                }
                '\t' => {}
                '\r' | '\n' if newlines => {}
                '\r' | '\n' => return Err(self.unclosed(open, "the string")),
                '\0'..='\x1f' => {
                    return Err(self.problem(format!("the control character {char:?} in a string")));
                }
                _ => {}
            }
            self.take_as_is(into, 1);
        }
    }

    /// Takes an escape sequence. Not TOML: `\/`, and a backslash before a space or
    /// newline skips all following spaces and newlines, in one-line strings too.
    fn escape(&mut self, open: usize) -> Step<Option<char>> {
        let from = self.position;
        self.take();
        let Some(char) = self.peek() else {
            return Err(self.unclosed(open, "the string"));
        };
        let resolved = match char {
            ' ' | '\t' | '\r' | '\n' => {
                while matches!(self.peek(), Some(' ' | '\t' | '\r' | '\n')) {
                    self.take();
                }
                return Ok(None);
            }
            '"' | '\\' | '/' => char,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\x08',
            'f' => '\x0c',
            'u' | 'U' => {
                self.take();
                let mut code = 0;
                for _ in 0..if char == 'u' { 4 } else { 8 } {
                    let Some(digit) = self.peek().and_then(|char| char.to_digit(16)) else {
                        return Err(self.problem_from(from, "an unfinished unicode escape"));
                    };
                    self.take();
                    code = code << 4 | digit;
                }
                // Anything but a character, including surrogates, is written as U+FFFD by Go.
                return Ok(Some(
                    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                ));
            }
            _ => {
                let message = format!("the unknown escape sequence \\{char}");
                return Err(self.problem_from(from, message));
            }
        };
        self.take();
        Ok(Some(resolved))
    }
}
