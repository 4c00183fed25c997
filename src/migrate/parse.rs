//! Reads an old configuration: detects its kind, and reads it as its program would.

use std::path::Path;

use super::report::SourceError;
use super::source::{Source, SourceKind};
use super::{config_toml, daemon_json, registries_yaml, tree};

/// Detects the kind by the ending of the file's name, or else by how the text begins.
pub fn guess(path: &Path, text: &str) -> Option<SourceKind> {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("toml") => return Some(SourceKind::Containerd),
        Some("yaml" | "yml") => return Some(SourceKind::K3s),
        Some("json") => return Some(SourceKind::Docker),
        _ => {}
    }
    let is_table = |node: Result<tree::SourceValue, SourceError>| {
        node.is_ok_and(|node| !node.entries().is_empty())
    };
    if text.trim_start().starts_with('{') {
        return Some(SourceKind::Docker);
    }
    if is_table(tree::toml(text)) {
        return Some(SourceKind::Containerd);
    }
    is_table(tree::yaml(text)).then_some(SourceKind::K3s)
}

/// Reads a text of this kind.
///
/// # Errors
/// When the text is not of its format, or its program would refuse what is there.
pub fn parse(kind: SourceKind, text: &str) -> Result<Source, SourceError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let read = match kind {
        SourceKind::Containerd => config_toml::read(text),
        SourceKind::K3s => registries_yaml::read(text),
        SourceKind::Docker => daemon_json::read(text),
    };
    read.map_err(|error| match text.find("{{") {
        Some(at) => {
            let line = text[..at].matches('\n').count() + 1;
            SourceError::at(line, "this is a template, with `{{ … }}` in it")
                .help("pass the rendered file, as it is on a node")
        }
        None => error,
    })
}
