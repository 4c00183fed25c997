//! The language server: what the linter finds, in the editor, as one types.
//!
//! [`Server`] is the protocol without its streams: messages in, messages out. [`run`] connects it to standard input and output.
//! `analysis` lints one open file, with the text of the editor in place of that on the disk; each other file makes one thing of
//! that: diagnostics, actions, hovers, hints, completions, an outline, links.
//!
//! May know: everything but the command line.

mod actions;
mod analysis;
mod client;
mod completion;
mod diagnostics;
mod documents;
mod endpoints;
mod features;
mod hints;
mod hover;
mod links;
mod markup;
mod server;
mod settings;
mod stdio;
mod symbols;
mod text;
mod uri;

pub use server::{Options, Server};
pub use stdio::run;
pub use text::{Encoding, Text};
