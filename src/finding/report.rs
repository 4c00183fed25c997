//! The result of a run: what was found, what is kept quiet, what could not be done.

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::inventory::Inventory;
use super::meta::Meta;
use super::packed::Packed;
use super::severity::Severity;
use super::suppressed::{Suppressed, Suppressor};
use crate::containerd::{FileError, Release};

/// Something that kept the tool from its work in one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A rule panicked.
    #[error(
        "{path}: the rule {rule} panicked ({message}); this is a bug of certsd-lint, please report it. The other rules ran"
    )]
    Bug {
        /// The path it looked at.
        path: String,
        /// The rule.
        rule: &'static str,
        /// The message of the panic.
        message: String,
    },
    /// The run has done as much work as one may.
    #[error(
        "{path}: the run reached its limit on work: {namespaces} namespaces and {files} files were not checked. Lint fewer namespaces at a time"
    )]
    LeftOut {
        /// The config path.
        path: String,
        /// How many namespaces were not looked at.
        namespaces: usize,
        /// How many files of others were not read.
        files: usize,
    },
    /// A directory could not be listed.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        error: FileError,
    },
    /// A path led to nothing that can be linted, or a file could not be written.
    #[error("{what}")]
    Undone {
        /// A failure, and its reason.
        what: String,
    },
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Config paths.
    pub trees: usize,
    /// Their namespaces.
    pub namespaces: usize,
    /// hosts.toml files that were read.
    pub files: usize,
    /// hosts.toml files outside of config paths; each counts as a namespace.
    pub lone: usize,
    /// config.toml files.
    pub nodes: usize,
    /// Files that contain texts of such files.
    pub carriers: usize,
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings, sorted.
    pub findings: Packed<Finding>,
    /// The suppressed findings, sorted.
    pub suppressed: Packed<Suppressed>,
    /// How much was looked at.
    pub summary: Summary,
    /// The paths of the files that were read, as they are shown.
    pub files: Vec<String>,
    /// The directories that were looked at, as they are shown: whole trees, or the requested
    /// namespaces.
    pub places: Vec<String>,
    /// The effect of the baseline, if there is one.
    pub baseline: Option<BaselineOutcome>,
    /// The failures.
    pub failures: Vec<Failure>,
    /// The rules of the catalogue, for formats that describe all of them.
    pub rules: Vec<&'static Meta>,
    /// The targeted releases, oldest first.
    pub releases: Vec<Release>,
    /// The inventory, if the settings enable it.
    pub inventory: Inventory,
}

impl Report {
    /// Adds what was found elsewhere.
    pub(crate) fn append(&mut self, other: Report) {
        self.findings.append(other.findings);
        self.suppressed.append(other.suppressed);
        self.summary.trees += other.summary.trees;
        self.summary.namespaces += other.summary.namespaces;
        self.summary.files += other.summary.files;
        self.summary.lone += other.summary.lone;
        self.summary.nodes += other.summary.nodes;
        self.summary.carriers += other.summary.carriers;
        self.files.extend(other.files);
        self.places.extend(other.places);
        self.failures.extend(other.failures);
        self.inventory.append(other.inventory);
    }

    /// The findings and those that are kept quiet, with what keeps them so, in one order.
    pub fn everything(&self) -> impl Iterator<Item = (Finding, Option<Suppressor>)> {
        let (loud, quiet) = (&self.findings, &self.suppressed);
        let (mut next_loud, mut next_quiet) = (0, 0);
        let (mut read_loud, mut read_quiet) = (loud.reader(), quiet.reader());
        std::iter::from_fn(move || {
            let takes_loud = match (next_loud < loud.len(), next_quiet < quiet.len()) {
                (true, true) => loud.cmp(next_loud, quiet, next_quiet).is_le(),
                (is_loud, _) => is_loud,
            };
            if takes_loud {
                next_loud += 1;
                return Some((read_loud.read(next_loud - 1), None));
            }
            (next_quiet < quiet.len()).then(|| {
                next_quiet += 1;
                let Suppressed { finding, by } = read_quiet.read(next_quiet - 1);
                (finding, Some(by))
            })
        })
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let severities = self.findings.severities();
        severities.filter(|known| *known == severity).count()
    }
}

/// A finding that is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Known {
    /// The file or directory, relative to the root of the repository.
    pub path: String,
    /// The rule's name.
    pub rule: String,
    /// See [`Fingerprints`](super::Fingerprints).
    pub fingerprint: String,
}

/// The effect of a baseline in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BaselineOutcome {
    /// How many findings it kept quiet.
    pub known: usize,
    /// Its entries that are no longer found, in the places of this run.
    pub vanished: Vec<Known>,
}
