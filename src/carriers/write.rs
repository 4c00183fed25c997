//! A file that a carrier writes.

use std::ops::Range;

use super::text::Text;

/// How a carrier gives the text of a file.
#[derive(Debug, Clone)]
pub enum Content {
    /// It is here.
    Text(Text),
    /// It comes from elsewhere: a secret, a variable, another file.
    Unknown,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The previous contents are lost.
    Replace,
    /// Behind what is in it.
    Append,
}

/// A file that a carrier writes.
#[derive(Debug, Clone)]
pub struct Write {
    /// Its path as the carrier has it, with what is not known of it.
    pub path: Text,
    /// Where the carrier names it, for findings about the file as a whole.
    pub path_span: Range<usize>,
    /// Its text.
    pub content: Content,
    /// Where the carrier has the text.
    pub content_span: Range<usize>,
    /// How it is written.
    pub mode: Mode,
    /// The sign for appending: `>>`, `-a`.
    pub operator: Option<Range<usize>>,
    /// The script looks at the file before it appends to it.
    pub is_guarded: bool,
    /// Another file of the repository has the text.
    pub source: Option<Text>,
}
