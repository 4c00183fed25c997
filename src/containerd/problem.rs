//! Problems that containerd reports, with their places and effects.

use std::fmt;

use super::endpoint::Role;
use super::files::FileError;
use crate::go::duration::DurationError;
use crate::go::keys::KeyPairError;
use crate::go::url::UrlError;
use crate::toml::{ProblemKind, Span};

/// The effect of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// The whole hosts.toml is ignored; containerd continues without it.
    FileIgnored,
    /// Every pull from the namespace fails.
    PullsFail,
    /// containerd dies.
    Crash,
    /// The effect is not known: a limit of this tool stops reading.
    Unknown,
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
    /// The name for people.
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
    /// `ca`, `client` or a header contains a value of a type that containerd refuses.
    WrongType {
        /// `ca`, `client` or `header`.
        key: &'static str,
        /// The header's name, for `header`.
        header: Option<String>,
        /// The actual value.
        found: &'static str,
        /// It is an element of an array.
        element: bool,
    },
    /// An array in `client` that is not a pair.
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
    /// A `dial_timeout` that is not a duration.
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
        /// The name of the directory's host.
        file: TlsFile,
        /// The path as written; empty for files in Docker's layout.
        written: String,
        /// The path on the node.
        path: String,
        /// Why.
        error: FileError,
    },
    /// A CA file contains no certificate that Go takes.
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
        /// The key's path on the node; empty if it must be in the certificate's file.
        key: String,
        /// Why.
        error: KeyPairError,
    },
}

/// A problem and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The effect.
    pub effect: Effect,
    /// Why.
    pub cause: Cause,
    /// Where in hosts.toml; `None` when the place is a file or directory.
    pub span: Option<Span>,
    /// The endpoint it belongs to; `None` for the file as a whole.
    pub role: Option<Role>,
}

/// A clause for a person: `unknown capability "pul"`. It names neither file nor line.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Toml(kind) => kind.fmt(f),
            Cause::WrongType {
                key,
                header,
                found,
                element,
            } => {
                match header {
                    Some(name) => write!(f, "header `{name}`")?,
                    None => write!(f, "`{key}`")?,
                }
                let verb = if *element { "contains" } else { "is" };
                write!(f, " {verb} {found}; it must be ")?;
                f.write_str(match *key {
                    "client" => "text, an array of text, or an array of pairs of text",
                    _ => "text or an array of text",
                })
            }
            Cause::ClientPair { length } => {
                let elements = if *length == 1 { "element" } else { "elements" };
                write!(
                    f,
                    "an array in `client` has {length} {elements} instead of 2"
                )
            }
            // The newest capability is a word that older releases refuse.
            Cause::UnknownCapability { word } if word.eq_ignore_ascii_case("referrers") => {
                write!(f, "capability \"{word}\" is unknown before containerd 2.2")
            }
            Cause::UnknownCapability { word } => write!(f, "unknown capability {word:?}"),
            Cause::Url { url, error } => write!(f, "`{url}` is not a valid URL: {error}"),
            Cause::Duration { text, error } => {
                write!(f, "`{text}` is not a valid duration: {error}")
            }
            Cause::Directory(error) => write!(f, "the directory {}", error.predicate()),
            Cause::HostsFile(error) => write!(f, "hosts.toml {}", error.predicate()),
            Cause::List(error) => write!(f, "the list of the directory {}", error.predicate()),
            Cause::TlsFile {
                file,
                written,
                path,
                error,
            } => {
                write!(
                    f,
                    "{} `{}` {}",
                    file.describe(),
                    name(written, path),
                    error.predicate()
                )
            }
            Cause::Ca { written, path } => {
                write!(
                    f,
                    "CA file `{}` contains no PEM certificate",
                    name(written, path)
                )
            }
            Cause::ClientKeyPair {
                written,
                certificate,
                key,
                error,
            } => {
                write!(f, "client certificate `{}`", name(&written.0, certificate))?;
                if !key.is_empty() {
                    write!(f, " with key `{}`", name(&written.1, key))?;
                }
                write!(f, ": {error}")
            }
        }
    }
}

/// The path as it is written, the node's where nothing is.
fn name<'a>(written: &'a str, path: &'a str) -> &'a str {
    if written.is_empty() { path } else { written }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProblemKind::Syntax(why) => write!(f, "not TOML: {why}"),
            ProblemKind::Redefined { key, .. } => write!(f, "`{key}` is defined twice"),
            ProblemKind::WrongType { key, found } => {
                write!(f, "`{key}` is {found}{}", wanted(key))
            }
            ProblemKind::Panic { key, found } => {
                write!(
                    f,
                    "`{key}` is {found}, on which containerd's TOML parser panics"
                )
            }
            ProblemKind::MissingHostTable => {
                f.write_str("hosts.toml has no `host` table, which this release requires")
            }
        }
    }
}

/// The Go type that a key of hosts.toml is decoded into.
fn wanted(key: &str) -> &'static str {
    match key.rsplit('.').next().unwrap_or(key) {
        "skip_verify" | "override_path" => "; it must be true or false",
        "capabilities" => "; it must be an array of text",
        "server" | "dial_timeout" => "; it must be text",
        "host" | "header" => "; it must be a table",
        _ => ", which is not allowed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_read_as_clauses() {
        let ca = Cause::TlsFile {
            file: TlsFile::Ca,
            written: "mirror/ca.pem".into(),
            path: "/etc/containerd/certs.d/docker.io/mirror/ca.pem".into(),
            error: FileError::NotFound,
        };
        let header = Cause::WrongType {
            key: "header",
            header: Some("x-a".into()),
            found: "an integer",
            element: true,
        };
        let toml = Cause::Toml(ProblemKind::WrongType {
            key: "skip_verify".into(),
            found: "a string",
        });
        let capability = |word: &str| Cause::UnknownCapability { word: word.into() };
        for (cause, want) in [
            (ca, "CA file `mirror/ca.pem` does not exist"),
            (
                header,
                "header `x-a` contains an integer; it must be text or an array of text",
            ),
            (toml, "`skip_verify` is a string; it must be true or false"),
            (capability("pul"), "unknown capability \"pul\""),
            (
                capability("referrers"),
                "capability \"referrers\" is unknown before containerd 2.2",
            ),
            (
                Cause::HostsFile(FileError::IsDirectory),
                "hosts.toml is a directory",
            ),
            (
                Cause::ClientPair { length: 3 },
                "an array in `client` has 3 elements instead of 2",
            ),
        ] {
            assert_eq!(cause.to_string(), want);
        }
    }
}
