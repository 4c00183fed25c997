//! An old configuration that was read: its kind, and what it meant.

use super::old::Old;
use super::report::Remark;
use super::section::Written;

/// The kinds of files that can be migrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SourceKind {
    /// containerd's config.toml
    Containerd,
    /// registries.yaml of k3s and RKE2
    K3s,
    /// Docker's daemon.json
    Docker,
}

impl SourceKind {
    /// The name that the file has.
    pub fn file(self) -> &'static str {
        match self {
            SourceKind::Containerd => "config.toml",
            SourceKind::K3s => "registries.yaml",
            SourceKind::Docker => "daemon.json",
        }
    }
}
/// The source that was read.
pub struct Source {
    /// Its kind.
    pub kind: SourceKind,
    /// Its meaning.
    pub old: Box<dyn Old>,
    /// Whether it says anything of registries.
    pub holds_registries: bool,
    /// The remarks about it.
    pub remarks: Vec<Remark>,
    /// How config.toml is written, where it is one.
    pub written: Option<Written>,
}
