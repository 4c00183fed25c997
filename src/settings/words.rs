//! The words that values are written with, and how values are written as TOML.

use std::fmt::Display;

use super::layer::FailOn;
use crate::finding::{Environment, Level, Severity};

/// The words for an environment.
pub const ENVIRONMENTS: [(&str, Environment); 2] = [
    ("production", Environment::Production),
    ("development", Environment::Development),
];

/// The words for a severity.
pub const SEVERITIES: [(&str, Severity); 3] = [
    ("error", Severity::Error),
    ("warning", Severity::Warning),
    ("note", Severity::Note),
];

/// The words for what decides the exit code.
pub const FAIL_ON: [(&str, FailOn); 4] = [
    ("error", FailOn::Error),
    ("warning", FailOn::Warning),
    ("note", FailOn::Note),
    ("never", FailOn::Never),
];

/// The words for what a rule is set to.
pub const LEVELS: [(&str, Level); 5] = [
    ("error", Level::Severity(Severity::Error)),
    ("warning", Level::Severity(Severity::Warning)),
    ("note", Level::Severity(Severity::Note)),
    ("on", Level::On),
    ("off", Level::Off),
];

pub(super) fn quoted(text: impl Display) -> String {
    let text = text.to_string();
    match text.contains(['\n', '\r']) {
        // One line for each setting: what JSON spells is spelled so in TOML.
        true => serde_json::Value::from(text).to_string(),
        false => toml_edit::Value::from(text).to_string(),
    }
}

pub(super) fn array(items: impl Iterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.map(quoted).collect();
    format!("[{}]", items.join(", "))
}
