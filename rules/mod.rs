//! The catalogue: one file, one rule: its documentation, its metadata, its check.
//!
//! A rule that is left out of [`RULES`] is dead code, and the build fails.

use crate::lint::Rule;

mod unknown_capability;
mod unknown_suppression;
mod unused_suppression;

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &unknown_capability::RULE,
    &unknown_suppression::RULE,
    &unused_suppression::RULE,
];
