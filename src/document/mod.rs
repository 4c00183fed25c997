//! One hosts.toml with its spans: text and positions, typed view, headers, comments.

mod comments;
mod headers;
mod position;
pub mod secrets;
mod source;
mod toml_1_0;
mod view;

pub use comments::{Comment, comments};
pub use headers::{Header, key};
pub use position::{LineIndex, Position, within};
pub use source::Source;
pub use toml_1_0::as_toml_1_0;
pub use view::{Document, HostTable, Item, Node, Spelling, SyntaxError, Table};
