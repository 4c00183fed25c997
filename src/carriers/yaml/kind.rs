//! kind: clusters with patches for containerd, and files that are mounted into their nodes.
//!
//! Recognised by `kind: Cluster` and `apiVersion: kind.x-k8s.io/…`. The patches are parts of one config.toml, whose rest
//! is in the node image.
//!
//! ```yaml
//! kind: Cluster
//! apiVersion: kind.x-k8s.io/v1alpha4
//! containerdConfigPatches:
//! - |-
//!   [plugins."io.containerd.grpc.v1.cri".registry]
//!     config_path = "/etc/containerd/certs.d"
//! ```
//!
//! Not known: the node image, and so which release of containerd reads it.

use std::collections::BTreeMap;

use super::scalars;
use crate::carriers::carried::{Carried, Config, Mount};
use crate::carriers::fact::Fact;
use crate::carriers::target::{self, Target};
use crate::carriers::text::{Builder, Text};
use crate::yaml::YamlNode;

/// Whether a mapping is a cluster of kind.
pub fn is_cluster(node: &YamlNode) -> bool {
    let text = |key: &str| node.get(key).and_then(YamlNode::text).unwrap_or_default();
    text("kind") == "Cluster" && text("apiVersion").starts_with("kind.x-k8s.io/")
}

/// Reads it.
pub fn read(parent: &Text, node: &YamlNode, carried: &mut Carried) {
    let patches = node
        .get("containerdConfigPatches")
        .map(YamlNode::elements)
        .unwrap_or_default();
    let mut patches: Vec<Text> = patches
        .iter()
        .filter_map(|patch| scalars::text(parent, patch))
        .collect();
    if is_one(&patches) {
        patches = vec![joined(&patches)];
    }
    for text in patches {
        carried.configs.push(Config {
            place: text.in_carrier(&(0..text.as_str().len())),
            text,
            is_part: true,
        });
    }
    mounts(parent, node, carried);
}

/// Whether patches can be put together to one text: none has a table of another.
fn is_one(patches: &[Text]) -> bool {
    let headers = |text: &Text| -> Vec<String> {
        let lines = text.as_str().lines().map(str::trim);
        lines
            .filter(|line| line.starts_with('['))
            .map(str::to_owned)
            .collect()
    };
    let mut all: Vec<String> = patches.iter().flat_map(headers).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    let begin = |text: &Text| text.as_str().trim_start().starts_with('[');
    patches.len() > 1 && all.len() == count && patches.iter().all(begin)
}

fn joined(patches: &[Text]) -> Text {
    let mut out = Text::default();
    for patch in patches {
        let written = patch.as_str();
        let mut builder = Builder::after(out, patch);
        builder.keep(0..written.len());
        if !written.ends_with('\n') {
            builder.put("\n", &(written.len()..written.len()));
        }
        out = builder.finish();
    }
    out
}

fn mounts(parent: &Text, node: &YamlNode, carried: &mut Carried) {
    let nodes = node
        .get("nodes")
        .map(YamlNode::elements)
        .unwrap_or_default();
    let mut places: BTreeMap<String, &YamlNode> = BTreeMap::new();
    let of = |node: &'_ YamlNode| -> Vec<(String, YamlNode, Option<YamlNode>)> {
        let mounts = node
            .get("extraMounts")
            .map(YamlNode::elements)
            .unwrap_or_default();
        let mut found = Vec::new();
        for mount in mounts {
            if let Some(path) = mount.get("containerPath")
                && let Some(text) = scalars::text(parent, path)
                && matches!(
                    target::of(&text),
                    Target::ConfigPath | Target::Tree(_) | Target::HostsFile { .. }
                )
            {
                let source = mount.get("hostPath").cloned();
                found.push((text.as_str().to_owned(), path.clone(), source));
            }
        }
        found
    };
    let all: Vec<Vec<(String, YamlNode, Option<YamlNode>)>> = nodes.iter().map(of).collect();
    for mounts in &all {
        for (target, path, source) in mounts {
            if places.insert(target.clone(), path).is_some() {
                continue;
            }
            let Some(source) = source else { continue };
            let written = source.text().unwrap_or_default();
            let is_known = !parent.touches_unknown(&source.span) && !written.contains('$');
            if is_known && !written.starts_with(['/', '~']) {
                carried.mounts.push(Mount {
                    source: written.to_owned(),
                    at: parent.in_carrier(&source.span),
                    target: target.clone(),
                });
            }
        }
    }
    for (node, mounts) in nodes.iter().zip(&all) {
        if node.is_alias {
            continue;
        }
        for (target, path) in &places {
            if mounts.iter().all(|(own, ..)| own != target) {
                let role = node
                    .get("role")
                    .and_then(YamlNode::text)
                    .unwrap_or("control-plane");
                let begin = node
                    .entries()
                    .first()
                    .map_or(&node.span, |(key, _)| &key.span);
                let end = node.get("role").map_or(begin.end, |role| role.span.end);
                carried.facts.push(Fact::MissingMount {
                    at: parent.in_carrier(&(begin.start..end.max(begin.end))),
                    role: role.to_owned(),
                    target: target.clone(),
                    mounted: parent.in_carrier(&path.span),
                });
            }
        }
    }
}
