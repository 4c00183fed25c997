//! Faults of a carrier itself, as facts that rules report.

use std::ops::Range;

/// Something about a carrier, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A script appends to a hosts.toml that it did not write before.
    Appended {
        /// `>>`, `-a`.
        at: Range<usize>,
    },
    /// The terminator of a here-document has whitespace before it that the shell does not strip.
    IndentedTerminator {
        /// The terminator.
        at: Range<usize>,
        /// It.
        word: String,
    },
    /// A file of a config path that nothing reads.
    UnreadPath {
        /// The path.
        at: Range<usize>,
        /// The file's name there.
        file: String,
        /// The config path.
        root: String,
    },
    /// A directory that is nearly called like a config path.
    NearConfigPath {
        /// The directory.
        at: Range<usize>,
        /// Its name.
        name: String,
        /// The intended name.
        meant: &'static str,
    },
    /// A node of a kind cluster without a mount that others have.
    MissingMount {
        /// The node.
        at: Range<usize>,
        /// The actual name.
        role: String,
        /// The path that is mounted elsewhere.
        target: String,
        /// There.
        mounted: Range<usize>,
    },
    /// A boolean that Jinja writes as Python does.
    PythonBoolean {
        /// The expression.
        at: Range<usize>,
        /// As it is written.
        expression: String,
        /// The key.
        key: String,
    },
    /// Settings of a host under a URL.
    KeyedByUrl {
        /// The key.
        at: Range<usize>,
        /// As it is written.
        key: String,
        /// The host in it.
        host: String,
        /// The map that it is a key of.
        table: &'static str,
    },
    /// A key of a registry where a registry's name belongs.
    MisplacedKey {
        /// The key.
        at: Range<usize>,
        /// As it is written.
        key: String,
        /// The registry before it, to which it seems to belong.
        registry: Option<String>,
    },
    /// A registry before its own mirrors.
    UpstreamFirst {
        /// Its endpoint.
        at: Range<usize>,
        /// As it is written.
        endpoint: String,
        /// The registry.
        registry: String,
    },
    /// A password or token in plain text.
    Credential {
        /// The value.
        at: Range<usize>,
        /// Its key.
        key: String,
        /// The registry.
        host: String,
    },
    /// A mapping where a list is wanted.
    MirrorsShape {
        /// The first of its keys.
        at: Range<usize>,
        /// As it is written.
        key: String,
        /// The first endpoint, if it is known.
        endpoint: Option<String>,
    },
    /// A key that no one reads.
    UnknownKey {
        /// The key.
        at: Range<usize>,
        /// As it is written.
        key: String,
        /// The keys that are read there.
        known: &'static [&'static str],
    },
}
