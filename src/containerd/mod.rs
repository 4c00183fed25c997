//! What containerd does, and nothing else.

pub mod toml;
