//! The daemon's reading of its own config.toml, as far as it decides where pulls look for a certs.d tree.
//!
//! [`load`] is a pure function from (release, files, path of config.toml) to a [`ConfigOutcome`]. It goes containerd's way:
//!
//! 1. `read`: config.toml and what it imports, each file decoded by the release's TOML dialect, brought up
//!    to date where the release does that (`migrate`), and merged into those before it (`merge`);
//! 2. `plugins`: what keeps the daemon from starting, which plugins there are, and whether their settings decode;
//! 3. `cri`: what CRI makes of its settings: whether it loads, the registry settings, how it pulls;
//! 4. `ignored`: what is written in the files and decides nothing.
//!
//! Tested against the recorded vectors (`fixtures/conformance/node.jsonl`). What they do not decide comes from
//! containerd's sources: `cmd/containerd/server/config` (1.x: `services/server/config`), `cmd/containerd/server`,
//! `plugins/cri` and `internal/cri/config` (1.x: `pkg/cri`), and the library mergo.

mod cri;
mod fault;
mod ignored;
mod imports;
mod merge;
mod migrate;
pub mod names;
mod plugins;
mod read;
pub mod schema;

pub use fault::{NodeFault, Reason};
pub use ignored::{Ignored, Whole, Why};
pub use imports::directory;

use super::files::Files;
use super::release::Release;
use crate::toml::document::{Place, Table};

/// Where containerd looks for it unless the flag says otherwise.
pub const DEFAULT_PATH: &str = "/etc/containerd/config.toml";

/// Where it is on nodes: containerd's own place, and those of k3s, rke2, k0s, MicroK8s and Talos.
pub const USUAL_PATHS: &[&str] = &[
    DEFAULT_PATH,
    "/var/lib/rancher/k3s/agent/etc/containerd/config.toml",
    "/var/lib/rancher/rke2/agent/etc/containerd/config.toml",
    "/etc/k0s/containerd.toml",
    "/var/snap/microk8s/current/args/containerd.toml",
    "/etc/cri/containerd.toml",
];

/// The config path that is built in from 2.2.
pub const BUILT_IN_CONFIG_PATH: &str = "/etc/containerd/certs.d:/etc/docker/certs.d";

/// Whether CRI serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cri {
    /// It loads.
    Loads,
    /// It is there and does not load: the node cannot run pods.
    Fails,
    /// It is disabled, or the daemon does not start.
    Absent,
}

/// How images are pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// By CRI itself. It splits a config path at colons.
    Local,
    /// Through the transfer service, which reads a config path as the name of one directory.
    Transfer,
}

/// A setting that makes CRI pull by itself where the transfer service is the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forced {
    /// Its name as containerd's log has it: `MaxConcurrentDownloads`.
    pub name: &'static str,
    /// It is one of the old registry tables, which the log names elsewhere.
    pub is_table: bool,
    /// Where it is set.
    pub place: Place,
}

impl Forced {
    /// The key of config.toml, as it is written there.
    pub fn key(&self) -> &'static str {
        match self.name {
            "DisableSnapshotAnnotations" => "disable_snapshot_annotations",
            "DiscardUnpackedLayers" => "discard_unpacked_layers",
            "Registry.Mirrors" => "registry.mirrors",
            "Registry.Configs" => "registry.configs",
            "Registry.Auths" => "registry.auths",
            "MaxConcurrentDownloads" => "max_concurrent_downloads",
            _ => "image_pull_with_sync_fs",
        }
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path on the node.
    pub path: String,
    /// Where it is imported; `None` for config.toml itself.
    pub imported: Option<Place>,
    /// `version` in it, 0 where there is none.
    pub version: i64,
    /// The daemon's settings in it, decoded, before anything is moved or merged.
    pub settings: Table,
}

/// The registry settings that CRI goes by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    /// The table as decoded and merged: `config_path`, `mirrors`, `configs`, `auths`, `headers`.
    pub settings: Table,
}

/// The outcome of a config.toml on a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigOutcome {
    /// The release.
    pub release: Release,
    /// The files in the order in which they were merged; the first is config.toml.
    pub files: Vec<File>,
    /// Imports that are named, and that only this machine or this tool cannot read.
    pub unknown: Vec<Place>,
    /// The version that the merged settings are of, as the daemon reads them.
    pub version: i64,
    /// Whether the daemon starts.
    pub starts: bool,
    /// Whether CRI loads.
    pub cri: Cri,
    /// Why the daemon does not start, or CRI does not load.
    pub fault: Option<NodeFault>,
    /// The registry settings that count; empty where the daemon does not start.
    pub registry: Registry,
    /// `config_path` as the files set it, empty where they do not.
    pub config_path: String,
    /// Where it is set.
    pub config_path_place: Option<Place>,
    /// The sandbox (pause) image as the files set it; `None` where they do not.
    pub sandbox_image: Option<(String, Place)>,
    /// Where a pull looks, in order: the built-in directories included, and split where they are split.
    pub roots: Vec<String>,
    /// How images are pulled.
    pub pull: Pull,
    /// The setting that forced local pulls.
    pub forced_local_pull: Option<Forced>,
    /// The tables that containerd calls deprecated, with their places.
    pub deprecated: Vec<(&'static str, Place)>,
    /// Where CRI's server itself is disabled on 2.x: its image service loads anyway, and no client can reach it.
    pub server_disabled: Option<Place>,
    /// Where CRI is disabled, for [`Cri::Absent`].
    pub disabled: Option<Place>,
    /// A setting without effect.
    pub ignored: Vec<Ignored>,
}

impl ConfigOutcome {
    fn new(release: Release) -> ConfigOutcome {
        ConfigOutcome {
            release,
            files: Vec::new(),
            unknown: Vec::new(),
            version: 0,
            starts: true,
            cri: Cri::Absent,
            fault: None,
            registry: Registry::default(),
            config_path: String::new(),
            config_path_place: None,
            sandbox_image: None,
            roots: Vec::new(),
            pull: if release.transfer_service() {
                Pull::Transfer
            } else {
                Pull::Local
            },
            forced_local_pull: None,
            deprecated: Vec::new(),
            server_disabled: None,
            disabled: None,
            ignored: Vec::new(),
        }
    }

    /// The path of the file that a place is in.
    pub fn path(&self, place: &Place) -> Option<&str> {
        Some(&self.files.get(place.file)?.path)
    }

    /// Whether the config path is the built-in one.
    pub fn is_built_in(&self) -> bool {
        self.config_path.is_empty() && !self.roots.is_empty()
    }
}

/// Whether a path is one of Windows, which this tool recognises and does not judge: `C:\\certs.d`, `\\\\server\\share`.
pub fn is_windows_path(path: &str) -> bool {
    let drive = match path.as_bytes() {
        [letter, b':', b'\\' | b'/', ..] => letter.is_ascii_alphabetic(),
        _ => false,
    };
    drive || path.starts_with("\\\\")
}

/// Returns the outcome of the config.toml at `path` on a release. Never panics, whatever is in the files.
pub fn load(release: Release, files: &dyn Files, path: &str) -> ConfigOutcome {
    let mut outcome = ConfigOutcome::new(release);
    let settled = read::read(&mut outcome, files, path)
        .and_then(|mut merged| plugins::start(&mut outcome, &mut merged).map(|()| merged))
        .and_then(|merged| cri::load(&mut outcome, &merged));
    if let Err(fault) = settled {
        outcome.starts = false;
        outcome.cri = Cri::Absent;
        outcome.fault = Some(fault);
    }
    ignored::find(&mut outcome);
    outcome
}
