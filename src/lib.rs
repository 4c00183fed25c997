//! certsd-lint: a linter for containerd's registry host configuration.
//!
//! The program is [`cli`]; everything that it says comes from this library, which other programs can use too: it finds config paths,
//! lints them, foretells what containerd does with them, and writes reports. It starts no program and opens no connection, except in
//! the module `probe`, which nothing else uses.
//!
//! ```
//! use certsd_lint::{FindOptions, Format, Release, ReportOptions, Run, Settings};
//!
//! // Find the config paths below a folder.
//! let (trees, errors) = certsd_lint::find(&["fixtures/demo".into()], &FindOptions::default());
//! assert!(errors.is_empty());
//!
//! // Lint them, as of a day in 2026: certificates are judged by that.
//! let run = Run { settings: Settings::default(), now: 1_790_000_000 };
//! let report = certsd_lint::lint(&trees, &run);
//! let dropped = report.findings.iter().filter(|finding| finding.severity == certsd_lint::Severity::Error);
//! assert!(dropped.count() > 0);
//!
//! // Write the report as a format that others read.
//! let mut json = Vec::new();
//! certsd_lint::write_report(Format::Json, &report, &ReportOptions::default(), &mut json)?;
//!
//! // Ask what a release of containerd does for the images of a registry.
//! let release: Release = "2.1".parse()?;
//! let outcome = certsd_lint::load(release, &trees[0], &trees[0].root, "docker.io");
//! for endpoint in outcome.endpoints() {
//!     println!("{endpoint:?}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Stability
//!
//! The items that are re-exported here keep to [semantic versions], as docs/versioning.md says. The modules below them are the program's
//! own: they are public because its tests, benchmarks and fuzz targets look into them, and they change with any release.
//!
//! # Where to start reading
//!
//! docs/architecture.md walks one hosts.toml and one finding through the modules. From the ground up: [`go`] and [`toml`] read as
//! containerd's libraries do; [`containerd`] is the model of its loader; [`disk`] and [`carriers`] find and read files; [`finding`], [`facts`]
//! and [`repair`] are what [`rules`] are written with; [`engine`] runs them; [`fix`], [`report`], [`settings`] and [`migrate`] serve the
//! commands.
//!
//! [semantic versions]: https://semver.org

pub mod carriers;
#[doc(hidden)]
pub mod cli;
pub mod containerd;
pub mod disk;
pub mod engine;
pub mod facts;
pub mod finding;
pub mod fix;
mod fleet;
pub mod go;
mod limits;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod migrate;
mod parallel;
pub mod printable;
#[cfg(feature = "probe")]
pub mod probe;
pub mod repair;
pub mod report;
#[path = "../rules/mod.rs"]
pub mod rules;
pub mod schema;
pub mod settings;
pub mod toml;
mod yaml;

pub use containerd::loader::load;
pub use containerd::{Files, Outcome, Reference, Release, Request, Requests, requests};
pub use disk::{FindError, FindOptions, Tree, find};
pub use engine::lint;
pub use finding::{
    Edit, Environment, Finding, Fix, Location, Report, Run, Safety, Settings, Severity,
};
pub use report::{Format, Options as ReportOptions, write as write_report};
