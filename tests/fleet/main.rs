//! What fleets of nodes use: metrics, the one-line status, certificates, comparisons of nodes, and the files of `deploy/`.
//!
//! Tests that need other programs are skipped with a message where these are not installed; CONTRIBUTING.md has the command that
//! installs them all.

#[path = "../program/mod.rs"]
mod program;

mod certificates;
#[cfg(unix)]
mod deploy;
mod diff;
mod fixtures;
mod line;
mod metrics;
mod tools;
#[cfg(unix)]
mod yaml;
