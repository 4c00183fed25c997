//! The engine: rules run over trees, and what they find, judged, sorted and counted.

pub mod advice;
mod baseline;
pub mod classify;
mod context;
pub mod elements;
mod engine;
mod finding;
mod fingerprint;
mod fix;
pub mod headers;
pub mod keys;
pub mod lines;
mod load;
mod mirrors;
mod names;
mod node;
mod paths;
mod placeholders;
mod public_mirrors;
mod reads;

mod rule;
pub mod sections;
mod settings;
pub mod slips;
mod suppression;
pub mod tables;
pub mod tls;
mod tree_context;
pub mod twins;
mod urls;

pub use baseline::{Baseline, BaselineError, BaselineOutcome, Known};
pub use classify::{Classification, HostPatterns};
pub use context::{Entry, Found, NamespaceContext, Run};
pub use engine::{Failure, Report, Summary, Suppressed, Suppressor, lint, lint_nodes};
pub use finding::{Consequence, Finding, Location, Related, Severity};
pub use fingerprint::{LineHashes, fingerprints, line_hashes};
pub use fix::{Edit, Fix, Part, Promise, Safety};
pub use mirrors::{
    Listed, Mirror, Owner, edits_without, in_environment, is_another_registry, is_public_namespace,
    list_without, listed, mirrors, place_of, receives_pushes,
};
pub use node::{Group, NodeContext};
pub use paths::{Paths, Uri};
pub use placeholders::is_example_name;
pub use rule::{Category, Check, FixKind, Rule};
pub use settings::{Environment, Level, Override, Settings};
pub use tree_context::TreeContext;
pub use urls::{Shape, WrittenUrl, setting, written_urls};

pub use crate::document::secrets;
pub use crate::rules::RULES;

/// The rule of this name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}
