//! The tokens that the lexer passes to the parser.

use super::key::KeyText;
use crate::toml::{ProblemKind, Span};
use std::borrow::Cow;

/// A token and its place.
pub(super) struct Token<'s> {
    pub(super) kind: TokenKind<'s>,
    pub(super) span: Span,
}

/// The kinds of token.
pub(super) enum TokenKind<'s> {
    /// A text that the lexer could not read, and why. Always the last token: whether it
    /// is what containerd reports depends on how far the parser comes.
    Error(ProblemKind),
    /// The end of the text.
    End,
    /// The left side of a setting.
    Key(KeyText<'s>),
    /// The name between `[` and `]`.
    TableName(KeyText<'s>),
    /// The name between `[[` and `]]`.
    TablesName(KeyText<'s>),
    /// A string, escapes resolved.
    String(Cow<'s, str>),
    /// The text of a whole number.
    Integer(&'s str),
    /// The text of a number with fraction or exponent.
    Float(&'s str),
    /// `inf` or `nan`, with or without a sign.
    SpecialFloat,
    /// `true` or `false`.
    Boolean(bool),
    /// 1.8 only: the text of a date or time that ends in an offset.
    OffsetDatetime(&'s str),
    /// 1.8 only: the text of any other date or time.
    LocalDatetime(&'s str),
    /// 1.9 only: the text of a date. Where it belongs to a time, that is the next token.
    Date(&'s str),
    /// 1.9 only: the text of a time.
    Time(&'s str),
    /// 1.9 only: the text of an offset.
    Offset(&'s str),
    /// `=`
    Equal,
    /// `,`
    Comma,
    /// `[`, before a table's name or an array's elements
    LeftBracket,
    /// `]`
    RightBracket,
    /// `[[`
    LeftBrackets,
    /// `]]`
    RightBrackets,
    /// `{`
    LeftBrace,
    /// `}`
    RightBrace,
}

impl TokenKind<'_> {
    /// The word a person would use for it.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            TokenKind::Error(_) => "text that cannot be read",
            TokenKind::End => "the end of the file",
            TokenKind::Key(_) => "a key",
            TokenKind::TableName(_) | TokenKind::TablesName(_) => "a table name",
            TokenKind::String(_) => "a string",
            TokenKind::Integer(_) => "an integer",
            TokenKind::Float(_) | TokenKind::SpecialFloat => "a float",
            TokenKind::Boolean(_) => "a boolean",
            TokenKind::OffsetDatetime(_)
            | TokenKind::LocalDatetime(_)
            | TokenKind::Date(_)
            | TokenKind::Time(_)
            | TokenKind::Offset(_) => "a date or time",
            TokenKind::Equal => "`=`",
            TokenKind::Comma => "`,`",
            TokenKind::LeftBracket => "`[`",
            TokenKind::RightBracket => "`]`",
            TokenKind::LeftBrackets => "`[[`",
            TokenKind::RightBrackets => "`]]`",
            TokenKind::LeftBrace => "`{`",
            TokenKind::RightBrace => "`}`",
        }
    }
}
