//! What is done with arbitrary bytes, and what must hold then: one file, one body.
//!
//! Each is run by a target of cargo-fuzz, and for a short, repeatable while by `tests/fuzz.rs`.

#![allow(
    clippy::missing_panics_doc,
    missing_docs,
    reason = "a body panics when it has found something"
)]

mod baseline;
mod carriers;
mod fix;
mod go;
mod lint;
mod lsp;
mod migrated;
mod node;
mod pki;
mod printable;
mod reference;
mod report_writers;
mod seeds;
mod settings;
mod suppressions;
mod toml;
mod tree;

pub use seeds::Seeds;

/// A body, and where its seeds are.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// The name of its target.
    pub name: &'static str,
    /// Panics when something does not hold.
    pub run: fn(&[u8]),
    /// What the project has that is like what it takes.
    pub seeds: fn(&Seeds) -> Vec<Vec<u8>>,
}

/// All bodies, by name.
pub const BODIES: &[Body] = &[
    baseline::BODY,
    carriers::BODY,
    migrated::DAEMON_JSON,
    fix::BODY,
    go::BODY,
    lint::BODY,
    lsp::BODY,
    node::BODY,
    pki::BODY,
    reference::BODY,
    migrated::REGISTRIES_YAML,
    report_writers::BODY,
    settings::BODY,
    suppressions::BODY,
    toml::BODY,
    tree::BODY,
];

/// Runs the body of this name.
pub fn run(name: &str, data: &[u8]) {
    let body = BODIES.iter().find(|body| body.name == name);
    (body
        .unwrap_or_else(|| panic!("no body is called {name}"))
        .run)(data);
}
