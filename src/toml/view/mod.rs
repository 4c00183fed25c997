//! A document with its spans: typed view (toml_edit), table headers, comments, lines and columns.

mod comments;
mod document;
mod headers;
mod position;
mod toml_1_0;

pub use comments::{Comment, comments};
pub use document::{Document, HostTable, Item, Node, Spelling, SyntaxError, Table, TableHeader};
pub use headers::key;
pub use position::{LineIndex, Position, within};
pub use toml_1_0::as_toml_1_0;
