//! The configuration of a whole run: the settings, after files and flags are merged, and the clock.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::hosts::HostPatterns;
use super::inventory::Scope;
use super::meta::Meta;
use super::severity::Severity;
use crate::carriers::CarrierKind;
use crate::containerd::Release;
use crate::disk::{Exclusions, PathGlobs, Placing, absolute};
use crate::limits::MAX_WORK;

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

/// The purpose of a tree or namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Environment {
    /// Production nodes (the default)
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
    /// The releases there, oldest first.
    pub releases: Option<Vec<Release>>,
    /// Where the trees there will be on the node.
    pub deploy_path: Option<String>,
    /// The configuration file of the daemon that reads the trees there.
    pub containerd_config: Option<PathBuf>,
    /// Hosts that are private there, besides those that are so everywhere.
    pub private: HostPatterns,
    /// Hosts that are public there, likewise.
    pub public: HostPatterns,
    /// Severities there, by rule name.
    pub severities: BTreeMap<&'static str, Level>,
}

impl Override {
    /// Whether it changes what is known of the nodes there, besides how much findings matter.
    fn is_of_nodes(&self) -> bool {
        self.releases.is_some() || !self.private.is_empty() || !self.public.is_empty()
    }
}

/// The settings for what is below a directory, from a settings file there.
#[derive(Debug, Clone)]
pub struct Nested {
    /// The directory of the settings file.
    pub base: PathBuf,
    /// Its settings, with the flags.
    pub settings: Settings,
}

/// The configuration of a whole run.
#[derive(Debug, Clone)]
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
    /// Whether someone named them. Otherwise they are all that upstream supports, and a node runs one.
    pub releases_named: bool,
    /// Where the trees will be on the node, when that was said.
    pub deploy_path: Option<String>,
    /// The directory that represents the node's root.
    pub sysroot: Option<PathBuf>,
    /// The daemon's configuration file, when one was named.
    pub containerd_config: Option<PathBuf>,
    /// How many days before its end a certificate is reported.
    pub days_before_expiry: i64,
    /// Hosts that are private, whatever their names say.
    pub private: HostPatterns,
    /// Hosts that are public.
    pub public: HostPatterns,
    /// The purpose of the trees, unless an override changes it.
    pub environment: Environment,
    /// Whether the user named it, for all paths: what a file is for can tell otherwise.
    pub environment_named: bool,
    /// Rules that run although they are off, or do not, and severities; by rule name.
    pub severities: BTreeMap<&'static str, Level>,
    /// Settings for some paths only; later ones win.
    pub overrides: Vec<Override>,
    /// The registries of hosts.toml files that are not in a directory named after one; later entries win.
    pub namespaces: Vec<(PathGlobs, String)>,
    /// The settings for what is below some directories, in the place of these; the deepest first.
    pub nested: Vec<Nested>,
    /// Paths that are not linted.
    pub exclude: Exclusions,
    /// Kinds of carriers that are not read.
    pub without_carriers: BTreeSet<CarrierKind>,
    /// Whether comments can silence findings.
    pub suppressions: bool,
    /// How much work the run may do, see [`Budget`](crate::facts::Budget); what is left out then is said.
    pub work: u64,
    /// How much of an [`Inventory`](super::Inventory) is collected.
    pub inventory: Scope,
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
            environment_named: false,
            severities: BTreeMap::new(),
            overrides: Vec::new(),
            namespaces: Vec::new(),
            nested: Vec::new(),
            exclude: Exclusions::default(),
            without_carriers: BTreeSet::new(),
            suppressions: true,
            work: MAX_WORK,
            inventory: Scope::Nothing,
            file: None,
        }
    }
}

impl Settings {
    /// The same for a run that collects an inventory and has these rules, which are all, turned off.
    pub fn for_inventory(&self, rules: &BTreeMap<&'static str, Level>) -> Settings {
        let mut settings = self.clone();
        settings.inventory = Scope::Certificates;
        settings.suppressions = false;
        settings.severities.clone_from(rules);
        for over in &mut settings.overrides {
            over.severities.clear();
        }
        for nested in &mut settings.nested {
            nested.settings = nested.settings.for_inventory(rules);
        }
        settings
    }

    /// The settings for a path, without those for some paths only.
    fn of(&self, path: &str) -> &Settings {
        if self.nested.is_empty() {
            return self;
        }
        let path = absolute(Path::new(path));
        let mut nested = self.nested.iter();
        let found = nested.find(|nested| path.starts_with(&nested.base));
        found.map_or(self, |nested| &nested.settings)
    }

    /// The settings for a path.
    pub fn at(&self, path: &str) -> Cow<'_, Settings> {
        let of = self.of(path);
        let here = |over: &&Override| over.is_of_nodes() && over.paths.is_match(path);
        let mut overrides = of.overrides.iter().filter(here).peekable();
        if overrides.peek().is_none() {
            return Cow::Borrowed(of);
        }
        let mut settings = of.clone();
        for over in overrides {
            if let Some(releases) = &over.releases {
                settings.releases.clone_from(releases);
                settings.releases_named = true;
            }
            settings.private.extend(&over.private);
            settings.public.extend(&over.public);
        }
        Cow::Owned(settings)
    }

    /// Whether they are the same at all paths.
    pub fn are_the_same_everywhere(&self) -> bool {
        self.nested.is_empty() && !self.overrides.iter().any(Override::is_of_nodes)
    }

    /// All releases that are targeted anywhere, oldest first.
    pub fn all_releases(&self) -> Vec<Release> {
        let of_paths = self
            .overrides
            .iter()
            .filter_map(|over| over.releases.clone());
        let of_nested = self
            .nested
            .iter()
            .map(|nested| nested.settings.all_releases());
        let mut all = of_paths
            .chain(of_nested)
            .flatten()
            .chain(self.releases.clone())
            .collect::<Vec<_>>();
        all.sort();
        all.dedup();
        all
    }

    /// Where they say that trees and files belong.
    pub fn placing(&self) -> Placing {
        let everywhere = self
            .deploy_path
            .clone()
            .map(|path| (PathGlobs::all(), path));
        let of_paths = self
            .overrides
            .iter()
            .filter_map(|over| Some((over.paths.clone(), over.deploy_path.clone()?)));
        Placing {
            deploy_paths: everywhere.into_iter().chain(of_paths).collect(),
            namespaces: self.namespaces.clone(),
        }
    }

    /// Whether a path is not to be linted.
    pub fn excludes(&self, path: &str) -> bool {
        let of = self.of(path);
        self.exclude.excludes(path) || !std::ptr::eq(of, self) && of.exclude.excludes(path)
    }

    /// Whether nothing is excluded anywhere: no path needs to be asked for then.
    pub fn excludes_nothing(&self) -> bool {
        self.exclude.is_empty()
            && self
                .nested
                .iter()
                .all(|nested| nested.settings.exclude.is_empty())
    }

    /// The environment of a path.
    pub fn environment(&self, path: &str) -> Environment {
        let of = self.of(path);
        of.overridden_environment(path).unwrap_or(of.environment)
    }

    /// Whether the user named the environment of a path, for all paths or for this one.
    pub fn names_environment(&self, path: &str) -> bool {
        let of = self.of(path);
        of.environment_named || of.overridden_environment(path).is_some()
    }

    fn overridden_environment(&self, path: &str) -> Option<Environment> {
        let overrides = self.overrides.iter().rev();
        let mut here = overrides.filter(|over| over.paths.is_match(path));
        here.find_map(|over| over.environment)
    }

    /// The settings as they are for one path, and all that is in it.
    pub fn of_path(&self, path: &str) -> Settings {
        let of = self.at(path);
        let mut severities = of.severities.clone();
        for over in of.overrides.iter().filter(|o| o.paths.is_match(path)) {
            severities.extend(over.severities.iter().map(|(name, level)| (*name, *level)));
        }
        Settings {
            environment: self.environment(path),
            severities,
            overrides: Vec::new(),
            nested: Vec::new(),
            exclude: Exclusions::default(),
            suppressions: self.suppressions,
            ..of.into_owned()
        }
    }

    /// Whether there can be a path for which a rule runs.
    pub fn may_run(&self, rule: &Meta) -> bool {
        let somewhere = self.overrides.iter().map(|o| o.severities.get(rule.name));
        let everywhere = self.severities.get(rule.name).copied();
        everywhere.map_or(rule.on, |level| level != Level::Off)
            || somewhere.flatten().any(|level| *level != Level::Off)
            || self
                .nested
                .iter()
                .any(|nested| nested.settings.may_run(rule))
    }

    /// The setting of a rule for a path; `None` if there is none.
    pub fn level(&self, rule: &str, path: &str) -> Option<Level> {
        let of = self.of(path);
        of.overrides
            .iter()
            .rev()
            .filter(|o| o.paths.is_match(path))
            .find_map(|o| o.severities.get(rule))
            .or_else(|| of.severities.get(rule))
            .copied()
    }
}

impl Run {
    /// The run as it is at a path.
    pub fn at(&self, path: &str) -> Cow<'_, Run> {
        if self.settings.are_the_same_everywhere() {
            return Cow::Borrowed(self);
        }
        let mut settings = self.settings.at(path).into_owned();
        settings.suppressions = self.settings.suppressions;
        settings.inventory = self.settings.inventory;
        Cow::Owned(Run {
            settings,
            now: self.now,
        })
    }
}
