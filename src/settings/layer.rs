//! The settings of one source: the file, or the flags.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::selector::Selector;
use crate::carriers::CarrierKind;
use crate::containerd::Release;
use crate::finding::{Environment, Level, Report, Severity};

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: nothing was said.
    Default,
    /// The settings file, and where in it.
    File(Range<usize>),
    /// A flag.
    Flag(&'static str),
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Given<T> {
    /// A value given by a flag.
    pub fn flag(flag: &'static str, value: T) -> Given<T> {
        Given {
            value,
            origin: Origin::Flag(flag),
        }
    }
}

/// From which severity on findings decide the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum FailOn {
    /// Errors only
    Error,
    /// Warnings and errors
    #[default]
    Warning,
    /// Any finding
    Note,
    /// No finding
    Never,
}

impl FailOn {
    /// Whether a report with these findings ends in exit code 1.
    pub fn fails(self, report: &Report) -> bool {
        let least = match self {
            FailOn::Never => return false,
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Note => Severity::Note,
        };
        report
            .findings
            .severities()
            .any(|severity| severity >= least)
    }
}

/// Everything that one source says. What it does not say is `None` or empty.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// The directory that its paths and globs are relative to.
    pub base: PathBuf,
    /// The targeted releases.
    pub containerd: Option<Given<Vec<Release>>>,
    /// Where the trees will be on the node.
    pub deploy_path: Option<Given<String>>,
    /// The root directory of the node.
    pub sysroot: Option<Given<PathBuf>>,
    /// The daemon's configuration file.
    pub containerd_config: Option<Given<PathBuf>>,
    /// The purpose of the trees.
    pub environment: Option<Given<Environment>>,
    /// Private hosts, as written.
    pub private: Vec<Given<String>>,
    /// Public hosts, as written.
    pub public: Vec<Given<String>>,
    /// How many days before its end a certificate is reported.
    pub days_before_expiry: Option<Given<i64>>,
    /// The rules that run, instead of those selected before.
    pub select: Option<Vec<Given<Selector>>>,
    /// Rules that run in addition.
    pub extend_select: Vec<Given<Selector>>,
    /// Rules that do not run.
    pub ignore: Vec<Given<Selector>>,
    /// Severities.
    pub severities: Vec<Given<(Selector, Level)>>,
    /// Paths that are not linted.
    pub exclude: Vec<Given<String>>,
    /// Which kinds of carriers are read.
    pub carriers: Option<Given<BTreeMap<CarrierKind, bool>>>,
    /// The lowest severity that is reported.
    pub min_severity: Option<Given<Severity>>,
    /// The lowest severity that decides the exit code.
    pub fail_on: Option<Given<FailOn>>,
    /// The file of known findings.
    pub baseline: Option<Given<PathBuf>>,
    /// The registries of hosts.toml files that are not in a directory named after one.
    pub namespaces: Vec<NamespaceLayer>,
    /// Settings for some paths.
    pub overrides: Vec<OverrideLayer>,
}

/// The settings for some paths only.
#[derive(Debug, Clone, Default)]
pub struct OverrideLayer {
    /// The paths.
    pub paths: Vec<Given<String>>,
    /// The settings that apply there: those that can differ by path.
    pub layer: Layer,
}

/// The registry of the hosts.toml files at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceLayer {
    /// The path, or a glob for several.
    pub path: Given<String>,
    /// The registry.
    pub registry: Given<String>,
}

impl Layer {
    /// A source whose paths are relative to `base`.
    pub fn new(base: &Path) -> Layer {
        Layer {
            base: base.to_owned(),
            ..Layer::default()
        }
    }
}
