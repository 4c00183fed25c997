//! YAML: mappings of a path and a text, keys that are called like files, scripts in scalars.
//!
//! Recognised in `*.yaml` and `*.yml`, with the endings of templates behind (`.j2`, `.tpl`, `.tmpl`), and in what begins with
//! `#cloud-config`: `write_files` of cloud-init, `files` of Cluster API, Talos, Kairos and Butane, `copy` and `blockinfile` of
//! Ansible, keys of a ConfigMap or Secret, and whatever else maps a path (`path`, `dest`, `filename`) to a text (`content`,
//! `contents`, `block`, `inline`, `data`); scripts in any scalar; texts of a hosts.toml, a registries.yaml or a config.toml in
//! any scalar.
//!
//! ```yaml
//! write_files:
//!   - path: /etc/containerd/certs.d/docker.io/hosts.toml
//!     content: |
//!       server = "https://registry-1.docker.io"
//! ```
//!
//! Not known: what expressions of a template become, what comes from a Secret, a lookup or another file, and for a key of a
//! ConfigMap the namespace. Text that is compressed is skipped; text in base64 is placed as a whole.

mod kind;
mod kubespray;
mod registries;
mod scalars;
mod talos;
mod values;

use std::ops::Range;

use super::carried::Carried;
use super::document::Document;
use super::fact::Fact;
use super::hosts_text;
use super::look::may_hold;
use super::stand_ins::StandIns;
use super::target::{self, Target};
use super::text::{Builder, Text};
use super::write::{Content, Mode, Write};
use crate::yaml::{YamlNode, documents};

/// Keys whose value is where a file goes.
const PATH_KEYS: [&str; 7] = [
    "path",
    "dest",
    "destination",
    "filename",
    "file",
    "target",
    "name",
];

/// Keys whose value is a file's text.
const TEXT_KEYS: [&str; 8] = [
    "content", "contents", "block", "inline", "text", "data", "value", "line",
];

/// Keys that say that the text comes from elsewhere.
const SOURCE_KEYS: [&str; 6] = ["contentFrom", "source", "src", "url", "valueFrom", "secret"];

/// Reads YAML that is in so many other texts.
pub fn read(parent: &Text, stand_ins: &mut StandIns<'_>, carried: &mut Carried, depth: usize) {
    let (nodes, error) = documents(parent.as_str());
    let is_told = ["hosts.toml", "certs.d", "[host.", "registry.mirrors"]
        .iter()
        .any(|mark| parent.as_str().contains(mark));
    if let Some(error) = error.filter(|_| is_told) {
        carried.passed_over.push(format!(
            "it is not YAML from line {} on: {}",
            error.line, error.message
        ));
    }
    for node in &nodes {
        let mut reader = Reader {
            parent,
            inner: Document::new(stand_ins, carried, depth),
        };
        reader.document(node);
        reader.inner.finish();
    }
}

struct Reader<'a, 'd, 'c> {
    parent: &'a Text,
    inner: Document<'d, 'c>,
}

impl Reader<'_, '_, '_> {
    fn span(&self, node: &YamlNode) -> Range<usize> {
        self.parent.in_carrier(&node.span)
    }

    fn place(&self, node: &YamlNode) -> Range<usize> {
        self.parent.in_carrier(&scalars::place(self.parent, node))
    }

    fn document(&mut self, node: &YamlNode) {
        if registries::is_registries(node) {
            return registries::read(self.parent, node, self.inner.carried);
        }
        self.walk(None, node);
    }

    fn walk(&mut self, key: Option<&YamlNode>, node: &YamlNode) {
        if node.is_alias {
            return;
        }
        for element in node.elements() {
            match element.text() {
                Some(_) => self.scalar(None, element),
                None => self.walk(key, element),
            }
        }
        if node.entries().is_empty() || self.is_known(key, node) {
            return;
        }
        let used = self.file(key, node);
        let named = key.and_then(YamlNode::text);
        for (key, value) in node.entries() {
            let is_of_talos = named == Some("machine") && key.text() == Some("registries");
            if used.contains(&value.span) || is_of_talos {
                continue;
            }
            match value.text() {
                Some(_) => self.scalar(Some(key), value),
                None if key.text() == Some("containerd_registries_mirrors") => {
                    kubespray::read(self.parent, value, self.inner.carried);
                }
                None => self.walk(Some(key), value),
            }
        }
    }

    /// Mappings that are known by what they hold; whether that was all there is to them.
    fn is_known(&mut self, key: Option<&YamlNode>, node: &YamlNode) -> bool {
        let named = key.and_then(YamlNode::text);
        if kind::is_cluster(node) {
            kind::read(self.parent, node, self.inner.carried);
            return true;
        }
        if talos::is_document(node) {
            talos::read_document(self.parent, node, self.inner.carried);
            return true;
        }
        if let (Some("machine"), Some(registries)) = (named, node.get("registries")) {
            talos::read(self.parent, registries, self.inner.carried);
            return false;
        }
        // A patch in JSON's way.
        if let (Some("/machine/registries"), Some(value)) =
            (node.get("path").and_then(YamlNode::text), node.get("value"))
        {
            talos::read(self.parent, value, self.inner.carried);
            return true;
        }
        if named == Some("registries") && registries::is_registries(node) {
            registries::read(self.parent, node, self.inner.carried);
            return true;
        }
        false
    }

    /// A mapping of a path and a text; the places of the values that are done with.
    fn file(&mut self, key: Option<&YamlNode>, node: &YamlNode) -> Vec<Range<usize>> {
        let module = key.and_then(YamlNode::text).unwrap_or_default();
        let module = module.rsplit('.').next().unwrap_or_default();
        let path = PATH_KEYS.iter().find_map(|key| {
            let value = node.get(key).filter(|value| value.text().is_some())?;
            let text = scalars::text(self.parent, value)?;
            let target = target::of(&text);
            (target != Target::Other || *key != "name" && self.has_hosts_text(node))
                .then_some((value, text, target))
        });
        let Some((path, text, target)) = path else {
            return Vec::new();
        };
        if target == Target::ConfigPath {
            self.file_in_config_path(module, path, node);
            return Vec::new();
        }
        let content = TEXT_KEYS
            .iter()
            .find_map(|key| node.get(key))
            .filter(|value| value.span != path.span);
        let source = SOURCE_KEYS.iter().find_map(|key| node.get(key));
        let inner = content.and_then(|content| TEXT_KEYS.iter().find_map(|key| content.get(key)));
        let scalar = content.filter(|c| c.text().is_some()).or(inner);
        let (content, place) = match (scalar, content, source) {
            (Some(scalar), _, _) => (self.content(node, scalar), scalar),
            (None, Some(content), _) => (Content::Unknown, content),
            (None, None, Some(source)) => (Content::Unknown, source),
            (None, None, None) => return Vec::new(),
        };
        let appends = node.get("append").and_then(YamlNode::boolean) == Some(true)
            || node.get("op").and_then(YamlNode::text) == Some("append")
            || module == "lineinfile";
        let content = match module {
            "lineinfile" | "replace" => Content::Unknown,
            _ => content,
        };
        let source = source.filter(|s| s.text().is_some());
        self.inner.writes.push(Write {
            path: text,
            path_span: self.span(path),
            content,
            content_span: self.place(place),
            mode: match appends {
                true => Mode::Append,
                false => Mode::Replace,
            },
            operator: None,
            is_guarded: true,
            source: source.and_then(|source| scalars::text(self.parent, source)),
        });
        vec![place.span.clone(), path.span.clone()]
    }

    fn has_hosts_text(&self, node: &YamlNode) -> bool {
        TEXT_KEYS.iter().any(|key| {
            node.get(key)
                .and_then(YamlNode::text)
                .is_some_and(hosts_text::is_hosts_text)
        })
    }

    /// The text of a file, with its encoding undone.
    fn content(&mut self, node: &YamlNode, scalar: &YamlNode) -> Content {
        let Some(text) = scalars::text(self.parent, scalar) else {
            return Content::Unknown;
        };
        let encoding = node
            .get("encoding")
            .and_then(YamlNode::text)
            .unwrap_or_default();
        match encoding {
            "" | "text/plain" | "none" => Content::Text(text),
            "b64" | "base64" => match decoded(self.parent, &text, &scalar.span) {
                Some(text) => Content::Text(text),
                None => Content::Unknown,
            },
            _ => Content::Unknown,
        }
    }

    /// A file that is put into a config path itself.
    fn file_in_config_path(&mut self, module: &str, path: &YamlNode, node: &YamlNode) {
        let Some(source) = node
            .get("src")
            .and_then(|source| scalars::text(self.parent, source))
        else {
            return;
        };
        let written = source.as_str();
        let name = written.rsplit('/').next().unwrap_or_default();
        let start = written.len() - name.len();
        let is_unknown = source.touches_unknown(&(start..written.len()));
        let is_file = module == "template"
            || [".toml", ".j2", ".yaml", ".yml", ".conf"]
                .iter()
                .any(|end| name.ends_with(end));
        let is_module = matches!(module, "template" | "copy");
        if is_module && is_file && !is_unknown && !name.is_empty() {
            let root = path.text().unwrap_or_default().trim_end_matches('/');
            self.inner.carried.facts.push(Fact::UnreadPath {
                at: self.span(path),
                file: name.to_owned(),
                root: root.to_owned(),
            });
        }
    }

    /// A scalar: a file by its key, or something with a text in it.
    fn scalar(&mut self, key: Option<&YamlNode>, value: &YamlNode) {
        let Some(text) = value.text() else { return };
        let name = key.and_then(YamlNode::text).unwrap_or_default();
        let is_hosts_file = name.ends_with("hosts.toml") && name.len() < 300;
        if !is_hosts_file && !may_hold(text.as_bytes()) || value.is_alias {
            return;
        }
        let Some(text) = scalars::text(self.parent, value) else {
            return;
        };
        if let (true, Some(key)) = (is_hosts_file, key) {
            let text = match looks_encoded(text.as_str()) {
                true => decoded(self.parent, &text, &value.span),
                false => Some(text),
            };
            let mut path = Builder::new(self.parent);
            path.put(&format!("{name}/hosts.toml"), &key.span);
            self.inner.writes.push(Write {
                path: path.finish(),
                path_span: self.span(key),
                content: text.map_or(Content::Unknown, Content::Text),
                content_span: self.place(value),
                mode: Mode::Replace,
                operator: None,
                is_guarded: true,
                source: None,
            });
            return;
        }
        let place = self.place(value);
        self.inner.text(&text, Some(place));
    }
}

fn looks_encoded(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 16
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'\n' | b' '))
}

/// A text in base64, which is placed as a whole.
fn decoded(parent: &Text, text: &Text, span: &Range<usize>) -> Option<Text> {
    if text.unknown().iter().next().is_some() {
        return None;
    }
    let letters = text.as_str().bytes().filter(|b| !b.is_ascii_whitespace());
    let bytes = crate::go::base64::decode(letters)?;
    let decoded = String::from_utf8(bytes).ok()?;
    let mut builder = Builder::new(parent);
    builder.put(&decoded, span);
    Some(builder.finish())
}
