//! What containerd objects to, with the place and what follows.

use super::endpoint::Role;
use super::files::FileError;
use super::go::duration::DurationError;
use super::go::url::UrlError;
use super::toml::{ProblemKind, Span};
use crate::pki;

/// What follows from a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// hosts.toml is dropped whole; containerd goes on without it.
    FileIgnored,
    /// Every pull from the namespace fails.
    PullsFail,
    /// containerd dies.
    Crash,
}

/// The use that a certificate file is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsFile {
    /// A CA that the endpoint's certificate is verified with.
    Ca,
    /// A client certificate.
    ClientCertificate,
    /// The key of a client certificate.
    ClientKey,
}

impl TlsFile {
    /// What a person calls it.
    pub fn describe(self) -> &'static str {
        match self {
            TlsFile::Ca => "CA file",
            TlsFile::ClientCertificate => "client certificate",
            TlsFile::ClientKey => "client key",
        }
    }
}

/// Why containerd does not take a file or a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The TOML dialect objects.
    Toml(ProblemKind),
    /// `ca`, `client` or a header holds a value of a type that containerd refuses.
    WrongType {
        /// `ca`, `client` or `header`.
        key: &'static str,
        /// The header's name, for `header`.
        header: Option<String>,
        /// What stands there.
        found: &'static str,
        /// It is an element of an array.
        element: bool,
    },
    /// An array in `client` that is no pair.
    ClientPair {
        /// How many elements it has.
        length: usize,
    },
    /// A word in `capabilities` that the release does not know.
    UnknownCapability {
        /// The word as written.
        word: String,
    },
    /// A URL that Go refuses to split.
    Url {
        /// The text that Go was given: with `https://` in front where it has no `http`.
        url: String,
        /// Why.
        error: UrlError,
    },
    /// A `dial_timeout` that is no duration.
    Duration {
        /// The text.
        text: String,
        /// Why.
        error: DurationError,
    },
    /// The look-up of the directory failed.
    Directory(FileError),
    /// hosts.toml is there and cannot be read.
    HostsFile(FileError),
    /// The directory's list cannot be read for certificate files.
    List(FileError),
    /// A certificate file cannot be read.
    TlsFile {
        /// What it is named for.
        file: TlsFile,
        /// The path as written; empty for files in Docker's layout.
        written: String,
        /// The path on the node.
        path: String,
        /// Why.
        error: FileError,
    },
    /// A CA file holds no certificate that Go takes.
    Ca {
        /// The path as written; empty for files in Docker's layout.
        written: String,
        /// The path on the node.
        path: String,
    },
    /// A client certificate and its key do not go together.
    ClientKeyPair {
        /// The paths as written, certificate and key.
        written: (String, String),
        /// The certificate's path on the node.
        certificate: String,
        /// The key's path on the node; empty when the certificate's file has to hold it.
        key: String,
        /// Why.
        error: pki::KeyPairError,
    },
}

/// A problem and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What follows.
    pub effect: Effect,
    /// Why.
    pub cause: Cause,
    /// Where in hosts.toml; `None` when the place is a file or directory.
    pub span: Option<Span>,
    /// The endpoint it belongs to; `None` for the file as a whole.
    pub role: Option<Role>,
}
