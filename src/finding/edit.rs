//! A fix: the edits that fix a finding, and what may change by them.

use serde::Serialize;

use super::source::Source;
use crate::toml::Span;

/// One replacement in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The replaced text; empty to insert.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// Whether a fix may be applied unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// Keeps what containerd does, or restores what the text plainly says.
    Safe,
    /// Changes what containerd does.
    Unsafe,
}

/// The changes that a safe fix may cause in what containerd reads from the file. All else must stay the same, for every
/// release; [`crate::fix`] checks each fix against it before anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// Nothing: the same, written otherwise.
    Nothing,
    /// Skipped text, or text of a file that was dropped, is read. Nothing that was read is lost.
    Reads,
    /// One part of one entry is another one.
    Mends(Part),
    /// A value that was sent as a header becomes the setting of its name.
    HeaderIsSetting,
    /// An endpoint that was listed twice is listed once.
    ListsOnce,
}

/// A part of an entry of hosts.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Scheme, host and path.
    Url,
    /// Client certificates and their keys.
    Client,
    /// Headers.
    Header,
}

/// A change of the finding's own file that mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// The change, in the imperative: `write "pull"`.
    pub description: String,
    /// The edits, in order, not overlapping.
    pub edits: Vec<Edit>,
    /// The changes that it may cause, if they differ from the finding's consequence.
    pub promise: Option<Promise>,
    /// It is for a file that a config.toml imports: it is shown, and not written.
    pub is_for_import: bool,
}

impl Fix {
    /// A fix of these edits, which are put in order.
    pub fn new(safety: Safety, description: impl Into<String>, mut edits: Vec<Edit>) -> Fix {
        edits.sort_by_cached_key(|edit| edit.span.start);
        Fix {
            safety,
            description: description.into(),
            edits,
            promise: None,
            is_for_import: false,
        }
    }

    /// Lets the line breaks that it brings be those of the text.
    pub(crate) fn use_line_breaks_of(&mut self, source: &Source) {
        if !source.has_crlf() {
            return;
        }
        for edit in &mut self.edits {
            let unix = edit.replacement.replace("\r\n", "\n");
            edit.replacement = unix.replace('\n', "\r\n");
        }
    }
}
