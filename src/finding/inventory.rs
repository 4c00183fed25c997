//! The inventory of a run, for monitoring of nodes: the state of each namespace, which certificates
//! its endpoints use, and whether a node reads its config path. Collected as far as
//! [`Settings::inventory`](super::Settings) enables it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::containerd::{HostsToml, Outcome, Release, Verdict};
use crate::go::x509::Certificate;

/// How much of an inventory is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Scope {
    /// Nothing.
    #[default]
    Nothing,
    /// The certificates.
    Certificates,
    /// The states of namespaces and nodes, too.
    All,
}

/// The inventory of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    /// The namespaces, tree by tree.
    pub namespaces: Vec<NamespaceState>,
    /// The certificate files that endpoints use, by the path under which they are shown.
    pub files: BTreeMap<String, UsedFile>,
    /// The nodes whose config.toml was linted.
    pub nodes: Vec<NodeState>,
    /// The time by which certificates are judged, in seconds since 1970.
    pub now: i64,
    /// How long the run took.
    pub duration: Duration,
}

/// The outcome of a namespace on each targeted release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceState {
    /// Its directory on the node, or as the user knows it where the tree is for nodes elsewhere.
    pub path: String,
    /// Its name.
    pub namespace: String,
    /// The state of each release that looks it up, oldest first.
    pub states: Vec<(Release, State)>,
}

/// The state of a namespace, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// containerd panics.
    Crash,
    /// Every pull fails.
    PullsFail,
    /// hosts.toml is ignored.
    Ignored,
    /// hosts.toml is too large to be checked.
    Unknown,
    /// There is no hosts.toml, or it has no bytes.
    Absent,
    /// hosts.toml is read and used.
    Loaded,
}

impl State {
    /// All of them, the worst first.
    pub const ALL: [State; 6] = [
        State::Crash,
        State::PullsFail,
        State::Ignored,
        State::Unknown,
        State::Absent,
        State::Loaded,
    ];

    /// The state that an outcome of the loader means.
    pub fn of(outcome: &Outcome) -> State {
        match (outcome.verdict, outcome.hosts_toml) {
            (Verdict::Crash, _) => State::Crash,
            (Verdict::PullsFail, _) => State::PullsFail,
            (Verdict::Unknown, _) => State::Unknown,
            (Verdict::Endpoints, HostsToml::Ignored) => State::Ignored,
            (Verdict::Endpoints, HostsToml::Absent | HostsToml::Empty) => State::Absent,
            (Verdict::Endpoints, HostsToml::Loaded) => State::Loaded,
        }
    }

    /// The word in formats.
    pub fn word(self) -> &'static str {
        match self {
            State::Crash => "crash",
            State::PullsFail => "pulls_fail",
            State::Ignored => "ignored",
            State::Unknown => "unknown",
            State::Absent => "absent",
            State::Loaded => "loaded",
        }
    }
}

/// Whether a node reads its config path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeState {
    /// Its config.toml, likewise.
    pub config: String,
    /// Whether CRI pulls of each targeted release read hosts.toml files, oldest first.
    pub reads: Vec<(Release, bool)>,
}

/// A certificate file that endpoints use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedFile {
    /// Its path on the node, or as the user knows it where the tree is for nodes elsewhere.
    pub path: String,
    /// The certificates that Go reads in it, in file order.
    pub certificates: Vec<CertificateFacts>,
    /// The endpoints that use it.
    pub users: Vec<User>,
}

/// The facts about a certificate for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CertificateFacts {
    /// The subject's common name, or its whole name.
    pub subject: String,
    /// The same for the issuer.
    pub issuer: String,
    /// The subject's whole name: `O=Example, CN=Example CA`.
    pub subject_name: String,
    /// The issuer's whole name.
    pub issuer_name: String,
    /// The serial number in hexadecimal.
    pub serial: String,
    /// The first second in which it is valid, since 1970.
    pub not_before: i64,
    /// The last second in which it is valid, since 1970.
    pub not_after: i64,
}

impl CertificateFacts {
    /// The facts of a certificate.
    pub fn of(certificate: &Certificate) -> CertificateFacts {
        CertificateFacts {
            subject: certificate.subject.display(),
            issuer: certificate.issuer.display(),
            subject_name: certificate.subject.full(),
            issuer_name: certificate.issuer.full(),
            serial: certificate.serial.clone(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
        }
    }

    /// How many whole days are left; negative once it has expired.
    pub fn days_left(&self, now: i64) -> i64 {
        self.not_after.saturating_sub(now).div_euclid(24 * 60 * 60)
    }
}

/// The use of a certificate file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// Its certificates verify the endpoint's.
    Ca,
    /// It identifies the node to the endpoint.
    Client,
}

impl Use {
    /// The word in formats.
    pub fn word(self) -> &'static str {
        match self {
            Use::Ca => "ca",
            Use::Client => "client",
        }
    }
}

/// An endpoint that uses a certificate file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct User {
    /// The namespace.
    pub namespace: String,
    /// The endpoint: its URL as written, or the registry.
    pub endpoint: String,
    /// Its use.
    pub role: Use,
}

impl Inventory {
    /// Adds what was seen elsewhere.
    pub(crate) fn append(&mut self, other: Inventory) {
        self.namespaces.extend(other.namespaces);
        for (shown, file) in other.files {
            match self.files.get_mut(&shown) {
                Some(known) => known.users.extend(file.users),
                None => _ = self.files.insert(shown, file),
            }
        }
        self.nodes.extend(other.nodes);
    }
}
