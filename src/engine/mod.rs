//! The engine: runs the rules over trees and nodes, and judges what they find: admitted, suppressed, known, sorted, counted.
//!
//! May know: rules and everything below them; no format, and not where its input comes from.

mod admit;
mod baseline;
mod carried;
mod here;
mod inventory;
mod node;
mod redact;
mod run;
mod suppress;
mod tense;
mod tree;

pub(crate) use carried::{completed, planted, planted_in};

pub use baseline::{Baseline, BaselineError};
pub use run::{lint, lint_all, lint_node_of, lint_nodes};

#[cfg(test)]
mod tests;
