//! Findings and what they are made of: data, and no opinion.
//!
//! A rule makes [`Finding`]s, the engine admits and sorts them into a [`Report`], formats write them. What all of them
//! have to know is here: what a rule is called and means ([`Meta`]), places in texts, fixes and their edits, the settings of a
//! run, which hosts are public, what is secret, and the words that messages share.
//!
//! May know: `go`, `toml`, `containerd`, `disk`.

mod edit;
#[expect(
    clippy::module_inception,
    reason = "the type that the folder is named for"
)]
mod finding;
mod fingerprint;
pub mod hosts;
mod inventory;
mod items;
mod meta;
pub mod near_miss;
mod packed;
mod paths;
pub(crate) mod public_mirrors;
mod report;
mod run;
pub mod secrets;
mod severity;
mod source;
mod suppressed;
pub mod words;

pub use edit::{Edit, Fix, Part, Promise, Safety};
pub use finding::{Finding, Location, Related};
pub use fingerprint::{Fingerprints, LineHashes, line_hashes};
pub use hosts::{Classification, HostPatterns};
pub use inventory::{
    CertificateFacts, Inventory, NamespaceState, NodeState, Scope, State, Use, UsedFile, User,
};
pub use meta::{Category, FixKind, Meta};
pub use packed::{Iter, Pack, Packed, Reader};
pub use paths::{Paths, Uri};
pub use report::{BaselineOutcome, Failure, Known, Report, Summary};
pub use run::{Environment, Level, Nested, Override, Run, Settings};
pub use severity::{Consequence, Severity};
pub use source::Source;
pub use suppressed::{Suppressed, Suppressor};
