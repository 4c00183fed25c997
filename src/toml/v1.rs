//! go-toml v1: how containerd 1.5 to 1.7 read hosts.toml.
//!
//! The dialect is neither a subset nor a superset of TOML. Its lexer takes texts
//! that no specification allows (two settings in one line after a table name, a
//! lone carriage return as a line end, newlines in inline tables) and refuses some
//! that every other reader takes (`]` in a quoted table name, a date at the end of
//! a line). What is modelled here is that lexer and parser, and the reflective
//! decoding into containerd's structs, as the sources of go-toml 1.8.1 and 1.9.5
//! and of containerd's `remotes/docker/config/hosts.go` have them.
//!
//! Data flows through the parts in this order:
//!
//! 1. `source`: bytes become characters that know their place,
//! 2. `lexer` (with `number` and `datetime`): characters become tokens,
//! 3. `parser` (with `key` and `scalar`): tokens become a tree,
//! 4. `tree`: the tree, which decides what may be defined twice,
//! 5. `schema`: the tree becomes a [`HostsFile`](super::HostsFile).

mod datetime;
mod document;
mod key;
mod lexer;
mod number;
mod parser;
mod scalar;
mod schema;
mod source;
#[cfg(test)]
mod tests;
mod token;
mod tree;

use super::{Decoded, Problem};

pub use document::document;

/// Which of the go-tomls that containerd 1.x was built with.
///
/// The lines differ in dates (1.8 knows them by a regular expression, 1.9 by a
/// lexer that stumbles over a date before a newline), in underscores and the largest
/// integers, and in what a missing value leads to: all report it but the early 1.9, which panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// go-toml 1.8.1, which containerd 1.5 is built with.
    V1_8,
    /// go-toml 1.9.3, which containerd 1.6.0 to 1.6.15 are built with.
    V1_9_3,
    /// go-toml 1.9.5, which containerd 1.6 (containerd#7942) and 1.7 are built with since.
    V1_9_5,
}

/// In what the releases of containerd 1.x differ when they read a hosts.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The go-toml that the release is built with.
    pub version: Version,
    /// Whether a file without a `host` table is refused: so before 1.7.32.
    pub host_table_required: bool,
    /// Whether the struct has the field `override_path`: so from 1.6.0 on.
    pub override_path: bool,
}

/// Reads a text as go-toml v1 does, and decodes it as containerd 1.x does.
///
/// The problems are in containerd's order: reading the text, then finding the hosts'
/// order (`getSortedHosts`), then decoding (`tree.Unmarshal`). Reading stops at
/// the first; of the others all are reported.
pub fn decode(text: &[u8], options: Options) -> Decoded {
    let source = source::Source::new(text);
    let tokens = lexer::lex(&source, options.version);
    match parser::parse(tokens, text, options.version) {
        Ok(tree) => schema::decode(&tree, options),
        Err(problem) => Decoded {
            file: None,
            problems: vec![problem],
            by_version: true,
        },
    }
}

/// The result of most steps of reading: the first problem ends it.
type Step<T> = Result<T, Problem>;
