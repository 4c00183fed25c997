//! Talos: `machine.registries`, and documents of kind `RegistryMirrorConfig`.
//!
//! Linted as the hosts.toml that Talos makes of it. Files in `machine.files` are read like any mapping of a path and a text.
//!
//! ```yaml
//! machine:
//!   registries:
//!     mirrors:
//!       docker.io:
//!         endpoints: [https://mirror.internal]
//! ```
//!
//! Not known: what `${…}` becomes when the file is rendered.

use super::registries::{credentials, keyed_by_url};
use super::values::{Generated, host_of, plant};
use crate::carriers::carried::{Carried, Origin};
use crate::carriers::text::Text;
use crate::yaml::YamlNode;

/// Where Talos has its tree.
const ROOT: &str = "/etc/cri/conf.d/hosts";

const SECRETS: [&str; 3] = ["password", "auth", "identityToken"];

/// Whether it is a document of its own about a mirror.
pub fn is_document(node: &YamlNode) -> bool {
    let is = |key: &str, value: &str| node.get(key).and_then(YamlNode::text) == Some(value);
    is("kind", "RegistryMirrorConfig") && is("apiVersion", "v1alpha1")
}

/// Reads `machine.registries`.
pub fn read(parent: &Text, registries: &YamlNode, carried: &mut Carried) {
    let mirrors = registries
        .get("mirrors")
        .map(YamlNode::entries)
        .unwrap_or_default();
    let configs = registries
        .get("config")
        .map(YamlNode::entries)
        .unwrap_or_default();
    let first = carried.trees.len();
    for (key, value) in mirrors {
        let endpoints = value
            .get("endpoints")
            .map(YamlNode::elements)
            .unwrap_or_default();
        let mirrors: Vec<Mirror> = endpoints
            .iter()
            .map(|endpoint| Mirror {
                url: endpoint,
                overrides: value.get("overridePath"),
            })
            .collect();
        let skips = value.get("skipFallback");
        plant_one(parent, key, &mirrors, (skips, configs), first, carried);
    }
    for (key, value) in configs {
        keyed_by_url(parent, key, "config", carried);
        let host = host_of(key.text().unwrap_or_default());
        credentials(parent, host, value, &SECRETS, carried);
        let is_used = mirrors.iter().any(|(mirror, value)| {
            let endpoints = value
                .get("endpoints")
                .map(YamlNode::elements)
                .unwrap_or_default();
            mirror.text() == key.text()
                || endpoints
                    .iter()
                    .any(|e| Some(host_of(e.text().unwrap_or_default())) == key.text())
        });
        let skips = value
            .at(&["tls", "insecureSkipVerify"])
            .and_then(YamlNode::boolean);
        if !is_used && skips == Some(true) {
            plant_one(parent, key, &[], (None, configs), first, carried);
        }
    }
}

/// Reads a document about a mirror.
pub fn read_document(parent: &Text, node: &YamlNode, carried: &mut Carried) {
    let Some(name) = node.get("name") else { return };
    let endpoints = node
        .get("endpoints")
        .map(YamlNode::elements)
        .unwrap_or_default();
    let mirrors: Vec<Mirror> = endpoints
        .iter()
        .filter_map(|endpoint| {
            Some(Mirror {
                url: endpoint.get("url")?,
                overrides: endpoint.get("overridePath"),
            })
        })
        .collect();
    let first = carried.trees.len();
    let skips = node.get("skipFallback");
    plant_one(parent, name, &mirrors, (skips, &[]), first, carried);
}

struct Mirror<'a> {
    url: &'a YamlNode,
    overrides: Option<&'a YamlNode>,
}

fn plant_one(
    parent: &Text,
    key: &YamlNode,
    mirrors: &[Mirror<'_>],
    (skips, configs): (Option<&YamlNode>, &[(YamlNode, YamlNode)]),
    first: usize,
    carried: &mut Carried,
) {
    let name = key.text().unwrap_or_default();
    if name == "*" {
        return;
    }
    let mut out = Generated::new(parent);
    if skips.and_then(YamlNode::boolean) != Some(true) {
        out.server(key, "");
        out.put(
            "capabilities = [\"pull\", \"resolve\", \"push\"]\n",
            &key.span,
        );
        settings(&mut out, name, configs);
    }
    for mirror in mirrors {
        let Some(url) = mirror.url.text() else {
            continue;
        };
        out.put("[host.\"", &mirror.url.span);
        out.value(mirror.url);
        out.put(
            "\"]\ncapabilities = [\"pull\", \"resolve\"]\n",
            &mirror.url.span,
        );
        if let Some(overrides) = mirror.overrides {
            out.boolean("override_path", overrides);
        }
        settings(&mut out, host_of(url), configs);
    }
    let is_known = !parent.touches_unknown(&key.span);
    let named = (name, parent.in_carrier(&key.span), is_known);
    plant(carried, first, ROOT, named, out.finish(), Origin::Talos);
}

fn settings(out: &mut Generated<'_>, host: &str, configs: &[(YamlNode, YamlNode)]) {
    let mut configs = configs.iter();
    let config = configs.find(|(key, _)| key.text() == Some(host));
    if let Some(skip) = config.and_then(|(_, value)| value.at(&["tls", "insecureSkipVerify"])) {
        out.boolean("skip_verify", skip);
    }
}
