//! What holds for a whole run: the settings, after files and flags are merged, and the clock.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::hosts::HostPatterns;
use super::meta::Meta;
use super::severity::Severity;
use crate::containerd::Release;
use crate::disk::{Exclusions, PathGlobs};

/// Whether a rule runs, and what its findings are then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The rule does not run.
    Off,
    /// It runs, and its findings say how much they matter.
    On,
    /// It runs, and all its findings have this severity.
    Severity(Severity),
}

/// What a tree or namespace is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Environment {
    /// Nodes that matter (the default)
    #[default]
    Production,
    /// A laptop or a test cluster: exposures are notes here
    Development,
}

/// Settings for some paths only.
#[derive(Debug, Clone, Default)]
pub struct Override {
    /// The paths.
    pub paths: PathGlobs,
    /// The environment there.
    pub environment: Option<Environment>,
    /// Severities there, by rule name.
    pub severities: BTreeMap<&'static str, Level>,
}

/// What holds for a whole run.
#[derive(Debug)]
pub struct Run {
    /// The settings.
    pub settings: Settings,
    /// The time by which certificates are judged, in seconds since 1970.
    pub now: i64,
}

/// The settings of a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The targeted releases, oldest first.
    pub releases: Vec<Release>,
    /// Whether somebody named them. Otherwise they are all that upstream supports, and a node runs one.
    pub releases_named: bool,
    /// Where the trees will be on the node, when that was said.
    pub deploy_path: Option<String>,
    /// The directory that stands for the node's root.
    pub sysroot: Option<PathBuf>,
    /// The daemon's configuration file, when one was named.
    pub containerd_config: Option<PathBuf>,
    /// How many days before its end a certificate is reported.
    pub days_before_expiry: i64,
    /// Hosts that are private, whatever their names say.
    pub private: HostPatterns,
    /// Hosts that are public.
    pub public: HostPatterns,
    /// What the trees are for, where no override says otherwise.
    pub environment: Environment,
    /// Rules that run although they are off, or do not, and severities; by rule name.
    pub severities: BTreeMap<&'static str, Level>,
    /// Settings for some paths only; later ones win.
    pub overrides: Vec<Override>,
    /// Paths that are not linted.
    pub exclude: Exclusions,
    /// Whether comments can silence findings.
    pub suppressions: bool,
    /// The settings file that was read, for `-v`.
    pub file: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            releases: Release::supported(),
            releases_named: false,
            deploy_path: None,
            sysroot: None,
            containerd_config: None,
            days_before_expiry: 30,
            private: HostPatterns::default(),
            public: HostPatterns::default(),
            environment: Environment::default(),
            severities: BTreeMap::new(),
            overrides: Vec::new(),
            exclude: Exclusions::default(),
            suppressions: true,
            file: None,
        }
    }
}

impl Settings {
    /// The environment of a path.
    pub fn environment(&self, path: &str) -> Environment {
        self.overrides
            .iter()
            .rev()
            .filter(|o| o.paths.is_match(path))
            .find_map(|o| o.environment)
            .unwrap_or(self.environment)
    }

    /// Whether there can be a path for which a rule runs.
    pub fn may_run(&self, rule: &Meta) -> bool {
        let somewhere = self.overrides.iter().map(|o| o.severities.get(rule.name));
        let everywhere = self.severities.get(rule.name).copied();
        everywhere.map_or(rule.on, |level| level != Level::Off)
            || somewhere.flatten().any(|level| *level != Level::Off)
    }

    /// What was said of a rule for a path; `None` when nothing was.
    pub fn level(&self, rule: &str, path: &str) -> Option<Level> {
        self.overrides
            .iter()
            .rev()
            .filter(|o| o.paths.is_match(path))
            .find_map(|o| o.severities.get(rule))
            .or_else(|| self.severities.get(rule))
            .copied()
    }
}
