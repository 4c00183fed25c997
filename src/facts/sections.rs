//! The registry section of a config.toml: how it is called, and how a config path is written into it.

use super::node::{Group, NodeContext};
use crate::containerd::node;
use crate::containerd::node::names::{CRI, IMAGES};
use crate::disk::DEFAULT_CONFIG_PATH;
use crate::toml::Span;
use crate::toml::view::{Item, Node, Spelling};

/// Edits of config.toml, and what they do.
pub struct SectionEdit {
    /// What is written, for the help.
    pub written: String,
    /// The edits; empty where there is no place that is surely right.
    pub edits: Vec<(Span, String)>,
}

/// The plugin in whose section a file of this version has its registry settings. Files of version 2 are read by
/// every release under the old name.
pub fn plugin(version: i64) -> &'static str {
    match version {
        ..=2 => CRI,
        _ => IMAGES,
    }
}

/// The header of the section, as containerd's own dumps write it.
pub fn header(plugin: &str) -> String {
    match plugin {
        IMAGES => format!("[plugins.'{IMAGES}'.registry]"),
        plugin => format!("[plugins.\"{plugin}\".registry]"),
    }
}

/// The directory that a config path is best set to: that of the linted tree, else the usual one.
pub fn config_path(context: &NodeContext) -> String {
    match context.trees {
        [tree] => tree.root.clone(),
        _ => DEFAULT_CONFIG_PATH.to_owned(),
    }
}

/// Writes a config path for what a finding is about: in place of the empty one at which it is, else into config.toml.
/// No edits where they would not take effect for each of its releases, as when a file that is imported has the last word.
pub fn set_config_path<T>(
    context: &NodeContext,
    group: &Group<T>,
    path: &str,
) -> Option<SectionEdit> {
    let mut section = match &group.location.span {
        Some(span) => SectionEdit {
            written: format!("config_path = {}", quoted(path)),
            edits: match context.is_main(&group.location) {
                true => vec![(span.clone(), quoted(path))],
                false => Vec::new(),
            },
        },
        None => in_config_toml(context, path)?,
    };
    if !section.edits.is_empty() && !takes_effect(context, &section.edits, group, path) {
        section.edits.clear();
    }
    Some(section)
}

/// Whether the releases look at a path when config.toml is edited so.
fn takes_effect<T>(
    context: &NodeContext,
    edits: &[(Span, String)],
    group: &Group<T>,
    path: &str,
) -> bool {
    let mut text = context.text().to_owned();
    for (span, replacement) in edits.iter().rev() {
        text.replace_range(span.clone(), replacement);
    }
    let node = context.node.with_config(text.into_bytes());
    let mut releases = group.releases.iter();
    releases.all(|release| node::load(*release, &node, &node.config).config_path == path)
}

/// Writes a config path into config.toml: in place of what stands there, into the section, or into one that is made at
/// the end. A file without a version gets none: what its sections are called differs between the releases.
fn in_config_toml(context: &NodeContext, path: &str) -> Option<SectionEdit> {
    let document = context.document().ok()?;
    let main = context.outcomes.first()?.files.first()?;
    let plugin = plugin(main.version);
    let setting = format!("config_path = {}", quoted(path));
    let version = match main.version {
        0 => "version = 2\n",
        _ => "",
    };
    let written = format!("{version}{}\n  {setting}", header(plugin));
    let mut edits = Vec::new();
    let plugins = document.root.get("plugins");
    let section = plugins
        .and_then(|item| item.table()?.get(plugin))
        .and_then(|item| item.table()?.get("registry"));
    match section {
        _ if main.version < 2 => {}
        Some(section) => match section.table().and_then(|table| table.get("config_path")) {
            Some(item) if matches!(item.node, Node::String(_)) => {
                edits.push((item.span.clone(), quoted(path)));
            }
            Some(_) => {}
            None if section.spelling == Spelling::Header => {
                let at = section.span.end;
                edits.push((at..at, format!("\n  {setting}")));
            }
            // Only deeper headers name it: its own goes before the first of them.
            None if section.spelling == Spelling::Implied => {
                let headers = document.headers(context.text());
                let first = headers.iter().find(|h| {
                    h.part(0) == Some("plugins")
                        && h.part(1) == Some(plugin)
                        && h.part(2) == Some("registry")
                });
                if let Some(first) = first {
                    let at = first.span.start;
                    edits.push((at..at, format!("{}\n  {setting}\n", header(plugin))));
                }
            }
            None => {}
        },
        None if plugins.is_none_or(takes_headers) => {
            let plugin_table = plugins.and_then(|item| item.table()?.get(plugin));
            if plugin_table.is_none_or(takes_headers) {
                let text = context.text();
                let line = if text.is_empty() || text.ends_with('\n') {
                    ""
                } else {
                    "\n"
                };
                let gap = if text.trim().is_empty() { "" } else { "\n" };
                let section = format!("{line}{gap}{}\n  {setting}\n", header(plugin));
                edits.push((text.len()..text.len(), section));
            }
        }
        None => {}
    }
    Some(SectionEdit { written, edits })
}

/// Whether a header may name a table below it.
fn takes_headers(item: &Item) -> bool {
    matches!(item.spelling, Spelling::Header | Spelling::Implied)
}

/// The text as a TOML string.
pub fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string().trim().to_owned()
}
