//! The registry section of a config.toml: how it is called, and how a config path is written into it.

use super::node::{Group, NodeContext};
use crate::containerd::node::names::{CRI, IMAGES};
use crate::containerd::node::{self, BUILT_IN_CONFIG_PATH, ConfigOutcome, Cri, Pull, Reason, Why};
use crate::disk::DEFAULT_CONFIG_PATH;
use crate::toml::Span;
use crate::toml::view::{Document, Item, Node, Spelling};

/// Edits of config.toml, and what they do.
pub struct SectionEdit {
    /// The text to write, for the help.
    written: String,
    /// The first step, because CRI would not load otherwise.
    blocked: Option<String>,
    /// The edits; empty where there is no place that is surely right.
    pub edits: Vec<(Span, String)>,
}

impl SectionEdit {
    /// A help with what has to be done before it can be followed.
    pub fn after(&self, help: impl Into<String>) -> String {
        let help = help.into();
        match &self.blocked {
            Some(first) => format!("{first}, then {help}"),
            None => help,
        }
    }

    /// The help: a lead such as "set it", and what to write.
    pub fn help(&self, lead: &str) -> String {
        match &self.blocked {
            Some(first) => format!("{first}, then {lead}:\n{}", self.written),
            None => format!("{lead}:\n{}", self.written),
        }
    }
}

/// The steps before config.toml is edited so, as the beginning of a sentence: with these edits CRI, or the
/// daemon, would not come up on a targeted release on which it does now. `None` where all is well.
pub fn before_edits(context: &NodeContext, edits: &[(Span, String)]) -> Option<String> {
    if edits.is_empty() {
        return None;
    }
    let mut edits = edits.to_vec();
    edits.sort_by_cached_key(|(span, _)| (span.start, span.end));
    let mut text = context.text().to_owned();
    for (span, replacement) in edits.iter().rev() {
        text.replace_range(span.clone(), replacement);
    }
    let node = context.node.with_config(text.into_bytes());
    context.outcomes.iter().find_map(|before| {
        let after = node::load(before.release, &node, &node.config);
        let is_worse = before.starts && !after.starts
            || before.cri == Cri::Loads && after.cri != Cri::Loads;
        let reason = after.fault.as_ref().filter(|_| is_worse)?;
        // Edits that do not fit the text are not a trial of it.
        if matches!(reason.reason, Reason::Toml(_)) {
            return None;
        }
        let reason = match &reason.reason {
            Reason::Required {
                because: Some(reason),
                ..
            } => reason,
            reason => reason,
        };
        Some(match reason {
            Reason::BesideConfigPath(table) => format!(
                "delete `{table}` first, with which CRI does not load beside a `config_path` (`certsd-lint migrate` writes hosts.toml files from it)"
            ),
            reason => format!("first remove the reason why CRI would not load: {reason}"),
        })
    })
}

/// A help with what has to be done before it can be followed.
pub fn tried(context: &NodeContext, edits: &[(Span, String)], help: impl Into<String>) -> String {
    let help = help.into();
    match before_edits(context, edits) {
        Some(first) => format!("{first}, then {help}"),
        None => help,
    }
}

/// Whether a release reads no hosts.toml because no file sets a config path, and nothing else explains it: no old table,
/// and no section that was to set it.
pub fn is_unset(outcome: &ConfigOutcome) -> bool {
    serves(outcome)
        && outcome.roots.is_empty()
        && outcome.deprecated.is_empty()
        // An import that cannot be read here may set it.
        && outcome.unknown.is_empty()
        && !was_meant(outcome)
}

/// Whether an ignored setting was meant to set a config path; then the finding about it is enough.
pub fn was_meant(outcome: &ConfigOutcome) -> bool {
    outcome.ignored.iter().any(|ignored| match &ignored.why {
        Why::OtherSection { .. }
        | Why::Lifted { .. }
        | Why::Unquoted(_)
        | Why::Misquoted(_)
        | Why::OutsideRegistry
        | Why::Capitals
        | Why::ReplacedWhole(_) => true,
        Why::UnknownKey { near } => *near == Some("config_path"),
        _ => false,
    })
}

/// The list that a release takes for the name of one directory, unless there is a directory of that name.
pub fn unsplit_list<'o>(context: &NodeContext, outcome: &'o ConfigOutcome) -> Option<&'o str> {
    let [root] = outcome.roots.as_slice() else {
        return None;
    };
    let is_list = root.contains(':') && !node::is_windows_path(root);
    // An import that cannot be read here may set another.
    let is_known = !outcome.is_built_in() || outcome.unknown.is_empty();
    let takes_it_whole = outcome.pull == Pull::Transfer && serves(outcome);
    let exists = context.node.known_state(root) == Some(Ok(()));
    (is_list && is_known && takes_it_whole && !exists).then_some(root.as_str())
}

/// Whether CRI answers the kubelet. Where its server is disabled no one pulls: cri-disabled.
fn serves(outcome: &ConfigOutcome) -> bool {
    outcome.starts && outcome.cri == Cri::Loads && outcome.server_disabled.is_none()
}

/// Whether there is a tree that the node could read: one that is linted along, or one at a place where they usually are.
pub fn has_tree(context: &NodeContext) -> bool {
    let is_filled = |path: &str| {
        context.node.known_state(path) == Some(Ok(())) && context.node.has_directories(path)
    };
    !context.trees.is_empty() || BUILT_IN_CONFIG_PATH.split(':').any(is_filled)
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
            blocked: None,
            edits: match context.is_main(&group.location) {
                true => vec![(span.clone(), quoted(path))],
                false => Vec::new(),
            },
        },
        None => in_config_toml(context, path)?,
    };
    if section.blocked.is_none() {
        section.blocked = before_edits(context, &section.edits);
    }
    let is_blocked = section.blocked.is_some();
    if is_blocked
        || !section.edits.is_empty() && !takes_effect(context, &section.edits, group, path)
    {
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

/// Writes a config path into config.toml: in place of the present one, into the section, or into one that is made at
/// the end. A file without a version gets none: what its sections are called differs between the releases.
pub fn in_config_toml(context: &NodeContext, path: &str) -> Option<SectionEdit> {
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
    // A version that is written for the first time changes what is read of the file as it is.
    let versioned = vec![(0..0, version.to_owned()), {
        let end = context.text().len();
        (end..end, format!("\n{}\n  {setting}\n", header(plugin)))
    }];
    let blocked = match main.version {
        0 => before_edits(context, &versioned),
        _ => before_edits(context, &edits),
    };
    Some(SectionEdit {
        written,
        blocked,
        edits,
    })
}

/// Whether a header may name a table below it.
fn takes_headers(item: &Item) -> bool {
    matches!(item.spelling, Spelling::Header | Spelling::Implied)
}

/// The `version` that a file without one has below the header of a table: the name of that table, and the key.
pub fn misplaced_version(document: &Document) -> Option<(String, &Item)> {
    if document.root.get("version").is_some() {
        return None;
    }
    let tables = document.root.items.iter().filter(|item| {
        // Plugins have settings of their own.
        !["plugins", "proxy_plugins", "stream_processors"].contains(&item.key.value.as_str())
    });
    tables.into_iter().find_map(|item| {
        let version = item.table()?.get("version")?;
        matches!(version.node, Node::Integer).then(|| (item.key.value.clone(), version))
    })
}

/// The text as a TOML string.
pub fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string().trim().to_owned()
}
