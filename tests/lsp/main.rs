//! The language server, by its messages alone.
#![cfg(feature = "lsp")]

mod actions;
mod client;
mod command_line;
mod files;
mod places;
mod protocol;
mod sequences;
#[path = "../../fuzz/bodies/lsp/session.rs"]
mod session;

use std::path::PathBuf;

/// The root of the project, where the tests are started.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
