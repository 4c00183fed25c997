//! certsd-lint: a linter for containerd's registry host configuration.

#[doc(hidden)]
pub mod cli;
pub mod containerd;
pub mod document;
pub mod fix;
pub mod lint;
pub mod migrate;
mod parallel;
pub mod pki;
pub mod printable;
pub mod report;
#[path = "../rules/mod.rs"]
mod rules;
pub mod settings;
pub mod tree;
