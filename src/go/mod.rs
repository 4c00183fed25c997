//! The parts of Go's standard library whose answers decide what containerd does.
//!
//! containerd is written in Go. Whether it takes a URL, a duration, a glob, a PEM file or a certificate is decided by
//! Go's packages, and the usual crates follow other rules (the `url` crate lower-cases, punycodes and repairs;
//! `x509-parser` takes certificates that Go rejects). So these readers are our own, one file for each package or part of
//! one, tested against recorded answers. They read no file, know no clock and panic on no input.
//!
//! May know: nothing else in this crate.

pub mod asn1;
pub(crate) mod base64;
pub mod duration;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod glob;
pub mod http;
pub mod keys;
pub mod path;
pub mod pem;
mod rules;
pub mod url;
pub mod x509;

pub use rules::{Brackets, Rules};
