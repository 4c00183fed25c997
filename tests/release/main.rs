//! What installs and starts the program somewhere else: the hooks, the action, the scripts in `release/`.

#[path = "../program/mod.rs"]
mod program;

#[cfg(unix)]
mod action;
mod hooks;
mod network;
#[cfg(unix)]
mod packages;
#[cfg(unix)]
mod versions;

use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode, Yaml};

/// A file of the repository.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Its text.
fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The one document in a YAML text.
fn yaml(text: &str) -> Yaml<'_> {
    Yaml::load_from_str(text).unwrap().remove(0)
}
