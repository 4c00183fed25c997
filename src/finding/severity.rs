//! How much a finding matters, and what follows for the node.

use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Works, and could be better.
    Note,
    /// Does not work as written, or exposes something.
    Warning,
    /// containerd does not use it, or pulls fail.
    Error,
}

impl Severity {
    /// The word for it: `error`, `warning`, `note`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// The effect on the node. The README lists the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// containerd dies.
    Crash,
    /// The daemon does not start.
    DaemonFails,
    /// The daemon starts without CRI: the kubelet cannot connect to it.
    CriFails,
    /// Every pull from the namespace fails.
    PullsFail,
    /// hosts.toml is dropped whole.
    FileIgnored,
    /// Requests to this one endpoint cannot succeed.
    RequestsFail,
    /// A key, table, file or directory that nothing reads.
    KeyIgnored,
    /// Used, but not as it was meant.
    Misread,
    /// Works, and gives away trust, a secret or privacy.
    Exposure,
    /// Works, and could be better.
    Advice,
}

impl Consequence {
    /// The word as written in JSON and in the documentation.
    pub fn word(self) -> &'static str {
        match self {
            Consequence::Crash => "crash",
            Consequence::DaemonFails => "daemon-fails",
            Consequence::CriFails => "cri-fails",
            Consequence::PullsFail => "pulls-fail",
            Consequence::FileIgnored => "file-ignored",
            Consequence::RequestsFail => "requests-fail",
            Consequence::KeyIgnored => "key-ignored",
            Consequence::Misread => "misread",
            Consequence::Exposure => "exposure",
            Consequence::Advice => "advice",
        }
    }
}
