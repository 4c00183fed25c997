//! One hosts.toml with its spans: text and positions, typed view, comments.

mod comments;
mod position;
mod source;
mod view;

pub use comments::{Comment, comments};
pub use position::{LineIndex, Position, within};
pub use source::Source;
pub use view::{Document, HostTable, Item, Node, Spelling, SyntaxError, Table};
