//! From the registry tables of an old configuration to a certs.d tree that behaves the same.
//!
//! [`parse()`] takes containerd's config.toml, registries.yaml of k3s and RKE2, or Docker's daemon.json,
//! and gives what it [meant](Old): which endpoints a registry host had. [`migrate`] writes a hosts.toml for each
//! host that it configures, and reports what cannot be carried over. Nothing here opens a file.

mod config_toml;
mod daemon_json;
mod docker;
mod hosts_toml;
mod k3s;
mod old;
mod parse;
mod plan;
mod registries_yaml;
mod remarks;
mod report;
mod section;
mod source;
mod tables;
mod tree;

pub use docker::Daemon;
pub use hosts_toml::HostsFile;
pub use k3s::Registries;
pub use old::{Old, Others};
pub use parse::{guess, parse};
pub use plan::{Migration, Options, migrate, without_repeats};
pub use report::{Remark, SourceError, Weight};
pub use section::{Plugin, Section, SectionHeader, Written, section};
pub use source::{Source, SourceKind};
