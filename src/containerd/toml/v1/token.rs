//! What the lexer hands to the parser.

use super::super::{ProblemKind, Span};
use super::key::KeyText;

/// A token, its place, and the line (from 1) on which it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
    pub(super) line: usize,
}

/// The kinds of token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// What the lexer could not read, and why. Always the last token: whether it
    /// is what containerd reports depends on how far the parser comes.
    Error(ProblemKind),
    /// The end of the text.
    End,
    /// The left side of a setting.
    Key(KeyText),
    /// The name between `[` and `]`.
    TableName(KeyText),
    /// The name between `[[` and `]]`.
    TablesName(KeyText),
    /// A string, escapes resolved.
    String(String),
    /// The text of a whole number.
    Integer(String),
    /// The text of a number with fraction or exponent.
    Float(String),
    /// `inf` or `nan`, with or without a sign.
    SpecialFloat,
    /// `true` or `false`.
    Boolean(bool),
    /// 1.8 only: the text of a date or time that ends in an offset.
    OffsetDatetime(String),
    /// 1.8 only: the text of any other date or time.
    LocalDatetime(String),
    /// 1.9 only: the text of a date. Where it belongs to a time, that is the next token.
    Date(String),
    /// 1.9 only: the text of a time.
    Time(String),
    /// 1.9 only: the text of an offset.
    Offset(String),
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

impl TokenKind {
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
