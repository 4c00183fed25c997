//! From tokens to the tree, as go-toml v1's parser.go goes.

use super::key::{KeyPart, KeyParts, KeyText, dotted};
use super::source::Lines;
use super::token::{Token, TokenKind};
use super::tree::{Datum, Found, TableId, Tree};
use super::{Step, Version, datetime, scalar};
use crate::toml::{Problem, ProblemKind, Span, Spanned};
use std::borrow::Cow;
use std::collections::HashMap;
use std::mem::discriminant;

/// How deep arrays and inline tables may be in each other.
///
/// go-toml has no limit but its stack, which contains some hundred thousand; no
/// hosts.toml needs more than three.
const MAX_DEPTH: usize = 200;

/// Builds the tree, up to the first problem.
pub(super) fn parse<'s>(
    tokens: Vec<Token<'s>>,
    text: &'s [u8],
    version: Version,
) -> Step<Tree<'s>> {
    let end = tokens.last().map_or(0..0, |token| token.span.clone());
    let mut parser = Parser {
        tokens: tokens.into_iter(),
        end,
        lines: Lines::new(text),
        version,
        tree: Tree::new(),
        current: KeyParts::new(),
        seen: HashMap::new(),
        depth: 0,
        setting: None,
    };
    parser.statements()?;
    Ok(parser.tree)
}

struct Parser<'s> {
    tokens: std::vec::IntoIter<Token<'s>>,
    end: Span,
    lines: Lines<'s>,
    version: Version,
    tree: Tree<'s>,
    /// The table that settings go to.
    current: KeyParts<'s>,
    /// The texts of the table names seen so far: it is the text between the brackets
    /// that must not come twice, so `[a]` and `[ a ]` are the same table and no duplicates.
    seen: HashMap<Cow<'s, str>, Span>,
    depth: usize,
    /// The key of the setting whose value is being read, which early 1.9 names when it panics.
    setting: Option<KeyText<'s>>,
}

/// Tokens and problems.
impl<'s> Parser<'s> {
    fn next(&mut self) -> Token<'s> {
        self.tokens.next().unwrap_or_else(|| Token {
            kind: TokenKind::End,
            span: self.end.clone(),
        })
    }

    fn peek(&self) -> &TokenKind<'s> {
        let next = self.tokens.as_slice().first();
        next.map_or(&TokenKind::End, |token| &token.kind)
    }

    /// Takes a token that must be of this kind, which contains nothing.
    fn expect(&mut self, kind: &TokenKind) -> Step<Span> {
        let token = self.next();
        if discriminant(&token.kind) == discriminant(kind) {
            return Ok(token.span);
        }
        Err(unexpected(token, kind.describe()))
    }

    fn split(&self, text: &KeyText<'s>, span: &Span) -> Step<KeyParts<'s>> {
        text.split().map_err(|message| syntax(message, span))
    }
}

fn syntax(message: impl Into<String>, span: &Span) -> Problem {
    Problem {
        kind: ProblemKind::Syntax(message.into()),
        span: span.clone(),
    }
}

fn redefined(key: String, span: &Span, first: Option<Span>) -> Problem {
    Problem {
        kind: ProblemKind::Redefined { key, first },
        span: span.clone(),
    }
}

/// The problem with a token in the wrong place. If the lexer stopped there, its reason counts.
fn unexpected(token: Token, expected: &str) -> Problem {
    let kind = match token.kind {
        TokenKind::Error(kind) => kind,
        other => ProblemKind::Syntax(format!("expected {expected}, found {}", other.describe())),
    };
    Problem {
        kind,
        span: token.span,
    }
}

/// Statements.
impl<'s> Parser<'s> {
    fn statements(&mut self) -> Step<()> {
        loop {
            let token = self.next();
            match token.kind {
                TokenKind::End => return Ok(()),
                TokenKind::Key(key) => self.setting(key, &token.span)?,
                TokenKind::LeftBracket => self.table(&token.span)?,
                TokenKind::LeftBrackets => self.tables(&token.span)?,
                // Newlines are not among the tokens; what follows a value in its line is
                // taken for the next statement.
                _ => return Err(unexpected(token, "a key or a table header")),
            }
        }
    }

    /// `[name]`
    fn table(&mut self, bracket: &Span) -> Step<()> {
        let token = self.next();
        let TokenKind::TableName(name) = &token.kind else {
            return Err(unexpected(token, "a table name"));
        };
        if let Some(first) = self.seen.get(name.text()) {
            let text = name.text().to_owned();
            return Err(redefined(text, &token.span, Some(first.clone())));
        }
        self.seen
            .insert(name.clone().into_text(), token.span.clone());
        let keys = self.split(name, &token.span)?;
        self.create(keys.iter(), bracket, &token.span)?;
        if let Some(Found::Table(id)) = self.tree.get(&keys)
            && self.tree.table(id).inline
        {
            return Err(self.closed(&keys, &token.span));
        }
        self.expect(&TokenKind::RightBracket)?;
        self.current = keys;
        Ok(())
    }

    /// `[[name]]`
    fn tables(&mut self, bracket: &Span) -> Step<()> {
        let line = self.lines.line(bracket.start);
        let token = self.next();
        let TokenKind::TablesName(name) = &token.kind else {
            return Err(unexpected(token, "a table name"));
        };
        let keys = self.split(name, &token.span)?;
        // A value in the way is not an error here: the array lands beside it instead.
        let _ = self.tree.create(&keys[..keys.len() - 1], line);
        let found = match self.tree.get(&keys) {
            None => None,
            Some(Found::Tables(_)) => Some(()),
            Some(_) => {
                let first = self.defined_at(&keys);
                return Err(redefined(dotted(&keys), &token.span, first));
            }
        };
        let table = self.tree.add_table(line, false);
        match found {
            Some(()) => self.tree.push_table(&keys, table),
            None => self.tree.set(
                Tree::ROOT,
                &keys,
                Spanned {
                    value: Datum::Tables(vec![table]),
                    span: token.span.clone(),
                },
            ),
        }
        // Each element has tables of its own, so their names may come again.
        let text = name.text();
        let is_below = |seen: &str| {
            let below = seen.strip_prefix(text);
            below.is_some_and(|below| below.starts_with('.'))
        };
        self.seen.retain(|seen, _| !is_below(seen));
        let text = name.clone().into_text();
        self.seen.entry(text).or_insert(token.span);
        self.expect(&TokenKind::RightBrackets)?;
        self.current = keys;
        Ok(())
    }

    /// `key = value`
    fn setting(&mut self, key: KeyText<'s>, span: &Span) -> Step<()> {
        self.expect(&TokenKind::Equal)?;
        let keys = self.split(&key, span)?;
        self.setting = Some(key);
        let value = self.value()?;
        let Some((last, steps)) = keys.split_last() else {
            return Ok(());
        };
        let current = std::mem::take(&mut self.current);
        let path = || current.iter().chain(steps);
        let key_span = keys[0].span.start..last.span.end;
        let target = match self.tree.get(path()) {
            Some(Found::Table(id) | Found::Tables(id)) => id,
            Some(Found::Value(node)) => {
                let first = Some(node.span());
                return Err(redefined(dotted(path()), &key_span, first));
            }
            None => self.create(path(), span, &key_span)?,
        };
        if self.tree.table(target).inline {
            let path: KeyParts = path().cloned().collect();
            return Err(self.closed(&path, &key_span));
        }
        if let Some(node) = self.tree.table(target).get(&last.value) {
            let key = dotted(path().chain([last]));
            return Err(redefined(key, &key_span, Some(node.span())));
        }
        self.current = current;
        self.tree.table_mut(target).set(last, value);
        Ok(())
    }

    /// Makes the tables of a path that are missing, for a statement that begins with the token `first`.
    fn create<'k>(
        &mut self,
        path: impl Iterator<Item = &'k KeyPart<'s>> + Clone,
        first: &Span,
        span: &Span,
    ) -> Step<TableId>
    where
        's: 'k,
    {
        let line = self.lines.line(first.start);
        self.tree
            .create(path.clone(), line)
            .map_err(|first| redefined(dotted(path), span, Some(first)))
    }

    /// The problem with adding to an inline table.
    fn closed(&self, path: &[KeyPart<'s>], span: &Span) -> Problem {
        // The tables below an inline one are as closed as that; the first place is
        // where the outermost of them is.
        let outermost = (1..=path.len()).find(|&length| {
            self.tree
                .get(&path[..length])
                .and_then(Found::table)
                .is_some_and(|id| self.tree.table(id).inline)
        });
        let first = outermost.and_then(|length| self.defined_at(&path[..length]));
        redefined(dotted(path), span, first)
    }

    fn defined_at(&self, path: &[KeyPart<'s>]) -> Option<Span> {
        let (last, steps) = path.split_last()?;
        let parent = self.tree.get(steps)?.table()?;
        self.tree
            .table(parent)
            .get(&last.value)
            .map(|node| node.key.clone())
    }
}

/// Values.
impl<'s> Parser<'s> {
    fn value(&mut self) -> Step<Spanned<Datum<'s>>> {
        let Token { kind, span } = self.next();
        let read = |value: Result<Datum<'s>, &'static str>| {
            value.map_err(|message| syntax(message, &span))
        };
        let datum = match kind {
            TokenKind::String(text) => Datum::String(text),
            TokenKind::Boolean(value) => Datum::Boolean(value),
            TokenKind::SpecialFloat => Datum::Float,
            TokenKind::Integer(text) => read(scalar::integer(text, self.version))?,
            TokenKind::Float(text) => read(scalar::float(text, self.version))?,
            TokenKind::OffsetDatetime(text) => existing(datetime::is_v1_8(text, true), &span)?,
            TokenKind::LocalDatetime(text) => existing(datetime::is_v1_8(text, false), &span)?,
            TokenKind::Time(text) => existing(datetime::is_time(text), &span)?,
            TokenKind::Date(text) => return self.date_v1_9(datetime::is_date(text), span),
            TokenKind::LeftBracket => {
                return self.nested(Self::array, span);
            }
            TokenKind::LeftBrace => {
                return self.nested(Self::inline_table, span);
            }
            TokenKind::Error(_) | TokenKind::End | TokenKind::Equal => {
                return Err(unexpected(Token { kind, span }, "a value"));
            }
            _ => return Err(self.no_value(Token { kind, span })),
        };
        Ok(Spanned { value: datum, span })
    }

    /// A token that begins no value: `key =` and then a newline, or `[1,,2]`.
    ///
    /// 1.9 panics with an error. What catches its panics expects text before 1.9.5, and panics
    /// in turn (pelletier/go-toml#507); nothing in containerd catches that.
    fn no_value(&self, token: Token) -> Problem {
        let setting = self.setting.as_ref().and_then(|key| key.split().ok());
        match self.version {
            Version::V1_8 | Version::V1_9_5 => unexpected(token, "a value"),
            Version::V1_9_3 => Problem {
                kind: ProblemKind::Panic {
                    key: dotted(setting.iter().flatten()),
                    found: token.kind.describe(),
                },
                span: token.span,
            },
        }
    }

    /// 1.9: a date, with the time and offset that may follow as tokens of their own.
    fn date_v1_9(&mut self, is_date: bool, mut span: Span) -> Step<Spanned<Datum<'s>>> {
        let mut exists = is_date;
        if matches!(self.peek(), TokenKind::Time(_)) {
            let time = self.next();
            span.end = time.span.end;
            exists &= matches!(&time.kind, TokenKind::Time(text) if datetime::is_time(text));
            if matches!(self.peek(), TokenKind::Offset(_)) {
                let offset = self.next();
                span.end = offset.span.end;
                exists &=
                    matches!(&offset.kind, TokenKind::Offset(text) if datetime::is_offset(text));
            }
        }
        let value = existing(exists, &span)?;
        Ok(Spanned { value, span })
    }

    /// Reads what its first token, which is taken, opens.
    fn nested<T>(&mut self, read: fn(&mut Self, Span) -> Step<T>, span: Span) -> Step<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(syntax("arrays or inline tables nested too deep", &span));
        }
        let value = read(self, span);
        self.depth -= 1;
        value
    }

    /// The elements of an array. A comma may end them, but not begin them.
    fn array(&mut self, mut span: Span) -> Step<Spanned<Datum<'s>>> {
        let mut items = Vec::new();
        loop {
            match self.peek() {
                TokenKind::RightBracket => break,
                TokenKind::End => return Err(syntax("an array that is not closed", &span)),
                _ => {}
            }
            items.push(self.value()?);
            match self.peek() {
                TokenKind::Comma => {
                    self.next();
                }
                TokenKind::RightBracket => break,
                TokenKind::End => return Err(syntax("an array that is not closed", &span)),
                _ => {
                    let token = self.next();
                    return Err(unexpected(token, "a comma or `]`"));
                }
            }
        }
        span.end = self.next().span.end;
        let tables: Option<Vec<TableId>> = items
            .iter()
            .map(|item| match item.value {
                Datum::Table(id) => Some(id),
                _ => None,
            })
            .collect();
        let value = match tables {
            Some(tables) if !tables.is_empty() => Datum::Tables(tables),
            _ => Datum::Array(items),
        };
        Ok(Spanned { value, span })
    }

    /// The settings of an inline table. A comma may begin them, but not end them, and
    /// a key that comes twice replaces the first.
    fn inline_table(&mut self, mut span: Span) -> Step<Spanned<Datum<'s>>> {
        let table = self.tree.add_table(0, false);
        let mut after_comma = true;
        let mut comma: Option<Span> = None;
        loop {
            let token = self.next();
            match token.kind {
                TokenKind::RightBrace => {
                    span.end = token.span.end;
                    break;
                }
                TokenKind::Key(key) => {
                    if !after_comma {
                        return Err(syntax("no comma before a key", &token.span));
                    }
                    self.expect(&TokenKind::Equal)?;
                    let keys = self.split(&key, &token.span)?;
                    self.setting = Some(key);
                    let value = self.value()?;
                    self.tree.set(table, &keys, value);
                    (after_comma, comma) = (false, None);
                }
                TokenKind::Comma => {
                    if comma.is_some() {
                        return Err(syntax("two commas in a row", &token.span));
                    }
                    (after_comma, comma) = (true, Some(token.span));
                }
                TokenKind::End => return Err(syntax("an inline table that is not closed", &span)),
                _ => return Err(unexpected(token, "a key, a comma or `}`")),
            }
        }
        if let Some(comma) = comma {
            return Err(syntax("a comma at the end of an inline table", &comma));
        }
        // Only now: the table is open while it is being read.
        self.tree.table_mut(table).inline = true;
        Ok(Spanned {
            value: Datum::Table(table),
            span,
        })
    }
}

fn existing<'s>(exists: bool, span: &Span) -> Step<Datum<'s>> {
    if exists {
        Ok(Datum::Datetime)
    } else {
        Err(syntax("a date or time that does not exist", span))
    }
}
