//! The two TOML dialects that containerd reads hosts.toml with.
//!
//! containerd 1.x decodes with go-toml v1, 2.x with go-toml v2. They differ from
//! each other and from the TOML specification, so each has a reader of its own
//! here, and both end in the same [`HostsFile`].

use std::ops::Range;

pub mod document;
pub mod shape;
pub mod v1;
pub mod v2;
pub mod view;

/// A place in the text: byte offsets, end exclusive.
pub type Span = Range<usize>;

/// Something with the place where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

/// A TOML value as a dialect read it, with its place.
pub type Value = Spanned<Kind>;

/// The kind of TOML value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text of any of the four spellings, escapes resolved.
    String(String),
    /// A whole number (its value is of no use to hosts.toml).
    Integer,
    /// A number with a fraction or exponent, `inf` or `nan`.
    Float,
    /// `true` or `false`.
    Boolean(bool),
    /// Any of TOML's four dates and times.
    Datetime,
    /// An array, elements in order.
    Array(Vec<Value>),
    /// A table, inline or not, or an array of tables' element.
    Table,
}

impl Kind {
    /// The word a person would use for this kind, with its article.
    pub fn describe(&self) -> &'static str {
        match self {
            Kind::String(_) => "a string",
            Kind::Integer => "an integer",
            Kind::Float => "a float",
            Kind::Boolean(_) => "a boolean",
            Kind::Datetime => "a date or time",
            Kind::Array(_) => "an array",
            Kind::Table => "a table",
        }
    }
}

/// A header: its name and its value.
pub type Header = (Spanned<String>, Value);

/// The settings of one host table, or of the root of the file, as decoded.
///
/// A key that is absent, or whose value could not be decoded, is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// `capabilities`: the words as written.
    pub capabilities: Option<Spanned<Vec<Spanned<String>>>>,
    /// `ca`: not checked by the decoder, containerd looks at it later.
    pub ca: Option<Value>,
    /// `client`: likewise.
    pub client: Option<Value>,
    /// `skip_verify`.
    pub skip_verify: Option<Spanned<bool>>,
    /// `header`: name and value; the values are looked at later.
    pub header: Option<Spanned<Vec<Header>>>,
    /// `override_path`.
    pub override_path: Option<Spanned<bool>>,
    /// `dial_timeout`: text in Go's duration grammar, not yet read.
    pub dial_timeout: Option<Spanned<String>>,
}

/// One endpoint candidate in the order in which containerd tries them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostEntry {
    /// The key of the host table: a URL, as written, escapes resolved, and its place.
    pub name: Spanned<String>,
    /// Its settings. Empty where the order names a host that contains nothing.
    pub entry: Entry,
}

/// A decoded hosts.toml.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostsFile {
    /// The hosts in containerd's order; a name may occur twice (2.x).
    pub hosts: Vec<HostEntry>,
    /// Stretches of `hosts` whose order is not determined: containerd 1.x orders by line, and ties
    /// are decided again at each load. Here they are in the order of the file.
    pub ties: Vec<Range<usize>>,
    /// The settings at the root of the file.
    pub root: Entry,
    /// `server`.
    pub server: Option<Spanned<String>>,
}

impl HostsFile {
    /// The URLs: the names of the hosts, and `server`.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        let names = self.hosts.iter().map(|host| &host.name);
        names.chain(&self.server).map(|name| name.value.as_str())
    }

    /// Whether a `dial_timeout` was decoded anywhere.
    pub fn has_dial_timeout(&self) -> bool {
        let mut entries = self.hosts.iter().map(|host| &host.entry);
        self.root.dial_timeout.is_some() || entries.any(|entry| entry.dial_timeout.is_some())
    }
}

/// Why a dialect does not take a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The fault.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
}

/// The fault of a text, for one dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// Not what this parser takes for TOML. The text says why, in our words.
    Syntax(String),
    /// A key or table that is defined twice; `first` is the earlier place where it is known.
    Redefined {
        /// The key, dotted.
        key: String,
        /// The earlier definition.
        first: Option<Span>,
    },
    /// A known key contains a value of a type that it is not decoded from.
    WrongType {
        /// The key as written in the schema (`skip_verify`, `host`, `capabilities` …).
        key: String,
        /// The actual value.
        found: &'static str,
    },
    /// go-toml panics on this value, and containerd with it.
    Panic {
        /// The key as written in the schema.
        key: String,
        /// The actual value.
        found: &'static str,
    },
    /// No `host` table, which this release insists on.
    MissingHostTable,
}

/// The answer of a dialect to a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The decoded values; `None` when the text could not be read at all. With problems
    /// of type only, what could be decoded is there nevertheless, so that a
    /// linter can go on looking.
    pub file: Option<HostsFile>,
    /// The problems, in the order in which containerd would meet them: the first is the one
    /// that containerd reports. Empty when it takes the text.
    pub problems: Vec<Problem>,
    /// Whether the answer hangs on the version of the parser: other versions of the same line then have to be asked too.
    pub by_version: bool,
}

/// How a release decodes hosts.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// containerd 1.x.
    V1(v1::Options),
    /// containerd 2.x.
    V2(v2::Options),
}

impl Dialect {
    /// Decodes a text.
    pub fn decode(self, text: &[u8]) -> Decoded {
        match self {
            Dialect::V1(options) => v1::decode(text, options),
            Dialect::V2(options) => v2::decode(text, options),
        }
    }

    /// Whether a text that `other` decoded so is decoded likewise here.
    pub fn decodes_as(self, other: Dialect, decoded: &Decoded) -> bool {
        match (self, other) {
            (Dialect::V2(own), Dialect::V2(other)) => {
                own == other || !decoded.by_version && own.dial_timeout == other.dial_timeout
            }
            _ => self == other,
        }
    }
}
