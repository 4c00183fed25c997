//! Corrections: TOML mistakes, keys of other tools, placeholders, similar names.

pub mod keys;
pub mod nearest;
pub mod slips;

pub use nearest::nearest;
