//! A hosts.toml that is generated from values, each of its parts placed at the value that it is made of.

use std::collections::BTreeMap;
use std::ops::Range;

use super::scalars;
use crate::carriers::carried::{Carried, File, Namespace, Origin};
use crate::carriers::text::{Builder, Text};
use crate::yaml::YamlNode;

/// A hosts.toml that is being generated.
pub struct Generated<'a> {
    parent: &'a Text,
    text: Text,
}

impl<'a> Generated<'a> {
    /// Begins with nothing.
    pub fn new(parent: &'a Text) -> Generated<'a> {
        Generated {
            parent,
            text: Text::default(),
        }
    }

    /// Adds what no value says, placed at one.
    pub fn put(&mut self, text: &str, at: &Range<usize>) {
        let mut builder = Builder::after(std::mem::take(&mut self.text), self.parent);
        builder.put_for(text, self.parent.in_carrier(at));
        self.text = builder.finish();
    }

    /// Adds the text of a scalar as a string of TOML, without quotes.
    pub fn value(&mut self, node: &YamlNode) {
        let Some(text) = scalars::text(self.parent, node) else {
            return;
        };
        let written = text.as_str();
        let is_plain = !written.contains(['"', '\\']) && !written.chars().any(char::is_control);
        let before = std::mem::take(&mut self.text);
        self.text = match is_plain {
            true => {
                let mut builder = Builder::after(before, &text);
                builder.keep(0..written.len());
                builder.finish()
            }
            false => {
                let mut builder = Builder::after(before, self.parent);
                let escaped: String = written.chars().flat_map(char::escape_default).collect();
                builder.put(&escaped, &node.span);
                builder.finish()
            }
        };
    }

    /// Adds the `server` of a namespace.
    pub fn server(&mut self, namespace: &YamlNode, path: &str) {
        self.put("server = \"https://", &namespace.span);
        match self.parent.touches_unknown(&namespace.span) {
            true => self.value(namespace),
            false => {
                let host = host_of(namespace.text().unwrap_or_default());
                let host: String = upstream(host)
                    .chars()
                    .flat_map(char::escape_default)
                    .collect();
                self.put(&host, &namespace.span);
            }
        }
        self.put(&format!("{path}\"\n"), &namespace.span);
    }

    /// Adds `key = "value"`.
    pub fn string(&mut self, key: &str, node: &YamlNode) {
        self.put(&format!("{key} = \""), &node.span);
        self.value(node);
        self.put("\"\n", &node.span);
    }

    /// Adds `key = true` or `false`.
    pub fn boolean(&mut self, key: &str, node: &YamlNode) {
        if let Some(value) = node.boolean() {
            self.put(&format!("{key} = {value}\n"), &node.span);
        }
    }

    /// Adds a list of strings.
    pub fn strings(&mut self, key: &str, nodes: &[YamlNode], at: &Range<usize>) {
        self.put(&format!("{key} = ["), at);
        for (index, node) in nodes.iter().enumerate() {
            self.put(if index > 0 { ", \"" } else { "\"" }, &node.span);
            self.value(node);
            self.put("\"", &node.span);
        }
        self.put("]\n", at);
    }

    /// The text.
    pub fn finish(self) -> Text {
        self.text
    }
}

/// Adds a namespace whose hosts.toml was generated.
pub fn plant(
    carried: &mut Carried,
    first: usize,
    root: &str,
    name: (&str, Range<usize>, bool),
    text: Text,
    origin: Origin,
) {
    let (written, named, is_known) = name;
    let name = match written.split_once("://") {
        // As a directory, which no name can be: the slashes would make more than one.
        Some((scheme, host)) => format!("{scheme}:{}", host.trim_matches('/')),
        None => written.replace('/', "_"),
    };
    if name.is_empty() || matches!(name.as_str(), "." | "..") {
        return;
    }
    let file = File {
        place: text.in_carrier(&(0..text.as_str().len())),
        named: named.clone(),
        text: Some(text),
        unknown_keys: Vec::new(),
        origin,
    };
    let tree = carried.tree(first, root.to_owned(), |t| {
        !t.namespaces.contains_key(&name)
    });
    tree.namespaces.insert(
        name,
        Namespace {
            named,
            written: written.to_owned(),
            is_known,
            has_registry: is_known,
            files: BTreeMap::from([("hosts.toml".to_owned(), file)]),
        },
    );
}

/// The registry that is asked for a namespace.
fn upstream(namespace: &str) -> &str {
    match namespace {
        "docker.io" => "registry-1.docker.io",
        other => other,
    }
}

/// The host of a URL, with or without a scheme.
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// Whether a URL is that of a namespace's own registry.
pub fn is_upstream(namespace: &str, url: &str) -> bool {
    let host = host_of(url).trim_end_matches(":443");
    host == namespace
        || namespace == "docker.io"
            && matches!(
                host,
                "registry-1.docker.io" | "index.docker.io" | "registry.hub.docker.com"
            )
}

/// Whether a text is a secret that is written out.
pub fn is_written_out(parent: &Text, node: &YamlNode) -> bool {
    let text = node.text().unwrap_or_default().trim();
    let is_reference = text.starts_with(['$', '<', '%', '@', '*'])
        || text.contains("${")
        || text.contains("{{")
        || text.starts_with("vault:")
        || text.starts_with("ENC[")
        || text.chars().all(|c| matches!(c, 'x' | 'X' | '.' | '*'));
    !text.is_empty() && !node.is_null() && !is_reference && !parent.touches_unknown(&node.span)
}
