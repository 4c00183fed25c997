//! go-toml v2: containerd 2.0 and later.
//!
//! containerd 2.x walks hosts.toml twice. `getSortedHosts` (its `core/remotes/docker/config/hosts.go`)
//! lists the table headers that begin with `host`, then `toml.Unmarshal` decodes the text into a
//! struct. Both use go-toml's `unstable.Parser`, which hands out one expression (a key with its value, or a
//! header) at a time. Decoding is therefore interleaved with parsing: a wrong type in line 2 is reported although
//! line 5 is not TOML at all.
//!
//! The modules follow go-toml's: `parser` and `strings` are `unstable/parser.go` and `scanner.go`, `seen` is
//! `internal/tracker/seen.go`, `numbers` is `decode.go`, `decoder` is `unmarshaler.go`, and `target` contains the
//! struct that it decodes into.
//!
//! The accepted texts are the same in the three versions that containerd uses; they differ in what a date does where
//! none belongs ([`Version`]). That, and which texts are accepted, is measured. The rarer panics (headers into a value that is
//! not a table, dotted keys into a host that has keys) are read in the sources of v2.2.4 and of the last state before
//! v2.3.0.

use super::Decoded;

pub use document::document;

mod decoder;
mod document;
mod error;
mod numbers;
mod parser;
mod seen;
mod strings;
mod target;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod tests;

/// The versions of go-toml v2 that containerd was released with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// v2.2.3: containerd 2.0.
    V2_2_3,
    /// v2.2.4: containerd 2.1 and 2.2.
    V2_2_4,
    /// v2.3.0: containerd 2.3. The first that reports a date in the wrong place instead of panicking
    /// (pelletier/go-toml#1028).
    V2_3_0,
}

/// The traits of the release that the decoder needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The parser.
    pub version: Version,
    /// `dial_timeout` is in the struct: from containerd 2.0.7. Before, it is one more unknown key, whose
    /// value is not looked at.
    pub dial_timeout: bool,
}

/// Decodes a hosts.toml as containerd 2.x does.
///
/// Never panics, whatever the bytes. Problems of type do not stop it; what it cannot decode is left out. Nesting
/// deeper than a hundred levels, which go-toml bears, is called a syntax problem.
pub fn decode(text: &[u8], options: Options) -> Decoded {
    decoder::decode(text, options)
}
