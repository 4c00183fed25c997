//! certsd-lint: a linter for containerd's registry host configuration.

pub mod carriers;
#[doc(hidden)]
pub mod cli;
pub mod containerd;
pub mod disk;
pub mod engine;
pub mod facts;
pub mod finding;
pub mod fix;
pub mod go;
mod limits;
pub mod migrate;
mod parallel;
pub mod printable;
#[cfg(feature = "probe")]
pub mod probe;
pub mod repair;
pub mod report;
#[path = "../rules/mod.rs"]
pub mod rules;
pub mod settings;
pub mod toml;
mod yaml;
