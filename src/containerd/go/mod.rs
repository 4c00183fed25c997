//! The few functions of Go's standard library whose answers decide what containerd does.
//!
//! The usual crates follow other rules (the `url` crate lower-cases, punycodes and
//! repairs), so these are our own, held to the recorded vectors.

pub mod duration;
pub mod glob;
pub mod path;
pub mod request;
pub mod url;
