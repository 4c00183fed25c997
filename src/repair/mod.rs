//! What was meant: slips of TOML, keys that people expect, text that was to be replaced, names that are nearly right.

pub mod keys;
pub mod nearest;
pub mod slips;

pub use nearest::nearest;
