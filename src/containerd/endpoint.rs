//! An endpoint: what containerd makes of a host table, of the server, or of nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::toml::Span;

/// The capabilities of an endpoint; a small set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities(u8);

impl Capabilities {
    /// Fetching content by digest.
    pub const PULL: Capabilities = Capabilities(1);
    /// Turning a tag into a digest.
    pub const RESOLVE: Capabilities = Capabilities(2);
    /// Receiving pushes.
    pub const PUSH: Capabilities = Capabilities(4);
    /// Answering the referrers API.
    pub const REFERRERS: Capabilities = Capabilities(8);

    /// The words of hosts.toml, in the order in which they are printed.
    pub const WORDS: [(&'static str, Capabilities); 4] = [
        ("pull", Capabilities::PULL),
        ("resolve", Capabilities::RESOLVE),
        ("push", Capabilities::PUSH),
        ("referrers", Capabilities::REFERRERS),
    ];

    /// The capabilities of an endpoint that lists none: all that the release knows.
    pub fn all(referrers: bool) -> Capabilities {
        Capabilities(if referrers { 15 } else { 7 })
    }

    /// Whether all of `other` are in this set.
    pub fn has(self, other: Capabilities) -> bool {
        self.0 & other.0 == other.0
    }

    /// Adds all of `other`.
    pub fn insert(&mut self, other: Capabilities) {
        self.0 |= other.0;
    }

    /// The capability of this word, in any case.
    pub fn from_word(word: &str) -> Option<Capabilities> {
        // No letter of these words is the small form of one that is not ASCII.
        Capabilities::WORDS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word))
            .map(|(_, c)| *c)
    }

    /// The words of this set, in their fixed order.
    pub fn words(self) -> Vec<&'static str> {
        Capabilities::WORDS
            .iter()
            .filter(|(_, c)| self.has(*c))
            .map(|(name, _)| *name)
            .collect()
    }
}

/// Where an endpoint comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// A host table; the number counts containerd's list of hosts, not the tables of the file.
    Host(usize),
    /// The root of the file, with a `server` that names a host.
    Server,
    /// containerd's own default: the namespace itself.
    Upstream,
}

/// How an endpoint's connection is secured.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Tls {
    /// `skip_verify`, where it is set at all.
    pub skip_verify: Option<bool>,
    /// CA files, in order, as paths on the node; `None` when `ca` is not set.
    pub ca: Option<Vec<String>>,
    /// Client certificates and their keys, as paths on the node; the key is empty
    /// when the certificate's file contains it too.
    pub client: Vec<(String, String)>,
}

impl Tls {
    /// Whether any of the three is set: `false` and `[]` count as set.
    pub fn is_set(&self) -> bool {
        self.skip_verify.is_some() || self.ca.is_some() || !self.client.is_empty()
    }
}

/// One endpoint, in the order in which containerd tries them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it comes from.
    pub role: Role,
    /// `https` or `http`, or the nonsense that a malformed URL gives.
    pub scheme: Cow<'static, str>,
    /// Host and port as they are sent.
    pub host: String,
    /// The root of the API: `/v2` as a rule.
    pub path: Cow<'static, str>,
    /// Its capabilities.
    pub capabilities: Capabilities,
    /// How it is secured.
    pub tls: Tls,
    /// HTTPS is tried first, then plain HTTP; `scheme` is then `https`.
    pub http_fallback: bool,
    /// Headers sent with every request.
    pub header: BTreeMap<String, Vec<String>>,
    /// `dial_timeout` in nanoseconds, where it is set and read.
    pub dial_timeout: Option<i64>,
    /// Where its URL is written in hosts.toml.
    pub span: Option<Span>,
}

impl Endpoint {
    /// Scheme, host and path as one text.
    pub fn url(&self) -> String {
        let slash = if self.path.is_empty() || self.path.starts_with('/') {
            ""
        } else {
            "/"
        };
        format!("{}://{}{slash}{}", self.scheme, self.host, self.path)
    }

    /// Whether verification of the server's certificate is off.
    pub fn skips_verification(&self) -> bool {
        self.tls.skip_verify == Some(true)
    }
}
