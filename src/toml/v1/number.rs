//! The lexer's part in numbers and in 1.9's dates and times.

use super::Step;
use super::datetime::Beginning;
use super::lexer::Lexer;
use super::token::TokenKind;

impl Lexer<'_> {
    /// A number: digits are collected, and whether they make sense is left to the parser.
    pub(super) fn number(&mut self) -> Step<()> {
        if let [b'0', base @ (b'a'..=b'z' | b'A'..=b'Z'), ..] = *self.rest().as_bytes() {
            return self.based_integer(base.into());
        }
        if matches!(self.peek(), Some('+' | '-')) {
            self.take();
            if self.follows("inf") || self.follows("nan") {
                self.take_many(3);
                self.emit(TokenKind::SpecialFloat);
                return Ok(());
            }
        }
        let (mut point, mut exponent, mut digits) = (false, false, false);
        loop {
            match self.peek() {
                Some('.') => {
                    if point {
                        return Err(self.problem("a second point in a number"));
                    }
                    self.take();
                    if !self.peek().is_some_and(|char| char.is_ascii_digit()) {
                        return Err(self.problem("no digit after the point of a number"));
                    }
                    point = true;
                }
                Some('e' | 'E') => {
                    exponent = true;
                    self.take();
                    if matches!(self.peek(), Some('+' | '-')) {
                        self.take();
                    }
                }
                Some('0'..='9') => {
                    digits = true;
                    self.take();
                }
                Some('_') => {
                    self.take();
                }
                _ => break,
            }
            if point && !digits {
                return Err(self.problem("no digit before the point of a number"));
            }
        }
        if !digits {
            return Err(self.problem("a number without a digit"));
        }
        let text = self.taken();
        self.emit(match point || exponent {
            true => TokenKind::Float(text),
            false => TokenKind::Integer(text),
        });
        Ok(())
    }

    /// `0x…`, `0o…` and `0b…`.
    fn based_integer(&mut self, base: char) -> Step<()> {
        let belongs: fn(char) -> bool = match base {
            'x' => |char| char.is_ascii_hexdigit() || char == '_',
            'o' => |char| matches!(char, '0'..='7' | '_'),
            'b' => |char| matches!(char, '0' | '1' | '_'),
            _ => return Err(self.problem(format!("a number with the unknown base `0{base}`"))),
        };
        self.take_many(2);
        let rest = self.rest();
        let count = rest.len() - rest.trim_start_matches(belongs).len();
        if count == 0 {
            return Err(self.problem("a number without a digit"));
        }
        self.take_many(count);
        let text = self.taken();
        self.emit(TokenKind::Integer(text));
        Ok(())
    }

    /// 1.9's dates and times: each part becomes a token of its own.
    pub(super) fn datetime_v1_9(&mut self, beginning: Beginning) -> Step<()> {
        match beginning {
            Beginning::Time => {
                self.time()?;
                return Ok(());
            }
            Beginning::Date => {}
        }
        self.take_many("YYYY-".len());
        self.digits(2)?;
        self.separator('-')?;
        self.digits(2)?;
        let text = self.taken();
        self.emit(TokenKind::Date(text));
        match self.peek() {
            None => return Ok(()),
            Some('T') => {}
            Some(' ') => match self.rest().as_bytes() {
                [_, b'0'..=b'9', b'0'..=b'9', ..] => {}
                _ => return Ok(()),
            },
            // A newline, a comma or a bracket too: so a date can only be at the
            // very end of the file, or before a space.
            Some(other) => return Err(self.problem(format!("{other:?} after a date"))),
        }
        self.take();
        self.begin();
        self.time()?;
        match self.peek() {
            Some('Z') => {
                self.take();
            }
            Some('+' | '-') => {
                self.take();
                self.digits(2)?;
                self.separator(':')?;
                self.digits(2)?;
            }
            _ => return Ok(()),
        }
        let text = self.taken();
        self.emit(TokenKind::Offset(text));
        Ok(())
    }

    fn time(&mut self) -> Step<()> {
        self.digits(2)?;
        self.separator(':')?;
        self.digits(2)?;
        self.separator(':')?;
        self.digits(2)?;
        if self.peek() == Some('.') {
            self.take();
            self.digits(1)?;
            while self.peek().is_some_and(|char| char.is_ascii_digit()) {
                self.take();
            }
        }
        let text = self.taken();
        self.emit(TokenKind::Time(text));
        Ok(())
    }

    fn digits(&mut self, count: usize) -> Step<()> {
        for _ in 0..count {
            if !self.peek().is_some_and(|char| char.is_ascii_digit()) {
                return Err(self.problem("a digit is missing in a date or time"));
            }
            self.take();
        }
        Ok(())
    }

    fn separator(&mut self, separator: char) -> Step<()> {
        if self.peek() != Some(separator) {
            return Err(self.problem(format!("no {separator:?} in a date or time")));
        }
        self.take();
        Ok(())
    }
}
