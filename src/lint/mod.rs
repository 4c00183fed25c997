//! The engine: rules run over trees, and what they find, judged, sorted and counted.

mod baseline;
mod classify;
mod context;
mod engine;
mod finding;
mod fingerprint;
mod names;
mod paths;
mod rule;
mod settings;
mod suppression;
pub mod tls;

pub use baseline::{Baseline, BaselineError, BaselineOutcome, Known};
pub use classify::{Classification, HostPatterns};
pub use context::{Entry, Found, NamespaceContext, Run, TreeContext};
pub use engine::{Failure, Report, Summary, Suppressed, Suppressor, lint};
pub use finding::{Consequence, Edit, Finding, Fix, Location, Related, Safety, Severity};
pub use fingerprint::{LineHashes, fingerprints, line_hashes};
pub use paths::{Paths, Uri};
pub use rule::{Category, Check, FixKind, Rule};
pub use settings::{Environment, Level, Override, Settings};

pub use crate::rules::RULES;

/// The rule of this name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}
