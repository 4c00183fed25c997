//! registries.yaml of k3s and RKE2, linted as what they make of it.
//!
//! Recognised by its path where something writes it, and by what it contains: `mirrors` and `configs` of hosts. k3d and Rancher
//! have it under `registries`.
//!
//! ```yaml
//! mirrors:
//!   docker.io:
//!     endpoint:
//!       - "https://mirror.internal"
//! ```
//!
//! Not known: what `rewrite` is for at the mirror, and certificate files, which are on the nodes.

use std::ops::Range;

use super::values::{Generated, host_of, is_upstream, is_written_out, plant};
use crate::carriers::carried::{Carried, Origin};
use crate::carriers::fact::Fact;
use crate::carriers::text::Text;
use crate::yaml::YamlNode;

const TABLES: [&str; 3] = ["mirrors", "configs", "auths"];
const MIRROR_KEYS: [&str; 2] = ["endpoint", "rewrite"];
const CONFIG_KEYS: [&str; 2] = ["auth", "tls"];
const SECRETS: [&str; 4] = ["password", "auth", "identity_token", "registry_token"];

/// More hosts than this are not looked at.
const MAX_HOSTS: usize = 1_000;

/// Where k3s writes its tree.
const ROOT: &str = "/var/lib/rancher/k3s/agent/etc/containerd/certs.d";

/// Whether a mapping is a registries.yaml.
pub fn is_registries(node: &YamlNode) -> bool {
    let entries = node.entries();
    let is_known = |key: &str| TABLES.contains(&key) || key.starts_with("x-");
    let names = |table: &str, keys: &[&str]| {
        let entries = node.get(table).map(YamlNode::entries).unwrap_or_default();
        entries
            .iter()
            .any(|(_, value)| keys.iter().any(|key| value.get(key).is_some()))
            || table == "mirrors" && node.at(&["mirrors", "endpoint"]).is_some()
    };
    !entries.is_empty()
        && entries
            .iter()
            .all(|(key, _)| key.text().is_some_and(is_known))
        && (names("mirrors", &["endpoint", "endpoints", "rewrite"])
            || names("configs", &CONFIG_KEYS))
}

/// Reads it.
pub fn read(parent: &Text, node: &YamlNode, carried: &mut Carried) {
    let mirrors = node
        .get("mirrors")
        .map(YamlNode::entries)
        .unwrap_or_default();
    let configs = node
        .get("configs")
        .map(YamlNode::entries)
        .unwrap_or_default();
    let first = carried.trees.len();
    let mut before: Option<&YamlNode> = None;
    for (key, value) in mirrors.iter().take(MAX_HOSTS) {
        let name = key.text().unwrap_or_default();
        if matches!(name, "endpoint" | "endpoints" | "rewrite") && value.get("endpoint").is_none() {
            let registry = before.and_then(YamlNode::text).map(str::to_owned);
            carried.facts.push(Fact::MisplacedKey {
                at: parent.in_carrier(&key.span),
                key: name.to_owned(),
                registry,
            });
            continue;
        }
        before = value.is_null().then_some(key);
        unknown_keys(parent, value, &MIRROR_KEYS, carried);
        let endpoints = value
            .get("endpoint")
            .map(YamlNode::elements)
            .unwrap_or_default();
        upstream_first(parent, name, endpoints, carried);
        if name != "*" {
            let text = hosts_toml(parent, key, endpoints, configs);
            let is_known = !parent.touches_unknown(&key.span);
            let named = (name, parent.in_carrier(&key.span), is_known);
            plant(carried, first, ROOT, named, text, Origin::Registries);
        }
    }
    for (key, value) in configs.iter().take(MAX_HOSTS) {
        let name = key.text().unwrap_or_default();
        keyed_by_url(parent, key, "configs", carried);
        unknown_keys(parent, value, &CONFIG_KEYS, carried);
        credentials(parent, host_of(name), value, &SECRETS, carried);
        let is_used = mirrors.iter().any(|(mirror, value)| {
            let endpoints = value
                .get("endpoint")
                .map(YamlNode::elements)
                .unwrap_or_default();
            mirror.text() == Some(name)
                || endpoints
                    .iter()
                    .any(|e| matches(name, e.text().unwrap_or_default()))
        });
        if !is_used && name != "*" && !name.contains("://") {
            let text = hosts_toml(parent, key, &[], configs);
            let is_known = !parent.touches_unknown(&key.span);
            let named = (name, parent.in_carrier(&key.span), is_known);
            plant(carried, first, ROOT, named, text, Origin::Registries);
        }
    }
}

/// The tree that k3s generates for a registry.
fn hosts_toml(
    parent: &Text,
    key: &YamlNode,
    endpoints: &[YamlNode],
    configs: &[(YamlNode, YamlNode)],
) -> Text {
    let name = key.text().unwrap_or_default();
    let mut out = Generated::new(parent);
    out.server(key, "/v2");
    out.put(
        "capabilities = [\"pull\", \"resolve\", \"push\"]\n",
        &key.span,
    );
    settings(&mut out, name, configs);
    for endpoint in endpoints {
        let Some(url) = endpoint.text() else { continue };
        let has_path = url
            .split_once("://")
            .is_some_and(|(_, rest)| rest.trim_end_matches('/').contains('/'));
        out.put("[host.\"", &endpoint.span);
        if !url.contains("://") {
            let is_local = matches!(
                host_of(url).split(':').next(),
                Some("localhost" | "127.0.0.1")
            );
            out.put(
                if is_local { "http://" } else { "https://" },
                &endpoint.span,
            );
        }
        out.value(endpoint);
        out.put(
            "\"]\ncapabilities = [\"pull\", \"resolve\"]\n",
            &endpoint.span,
        );
        if has_path {
            out.put("override_path = true\n", &endpoint.span);
        }
        settings(&mut out, host_of(url), configs);
    }
    out.finish()
}

fn matches(config: &str, endpoint: &str) -> bool {
    let name = match config {
        "docker.io" => "registry-1.docker.io",
        other => other,
    };
    host_of(endpoint) == config || host_of(endpoint) == name
}

/// The TLS settings of a host that are known here.
fn settings(out: &mut Generated<'_>, host: &str, configs: &[(YamlNode, YamlNode)]) {
    let mut configs = configs.iter();
    let tls = configs.find(|(key, _)| key.text().is_some_and(|k| matches(k, host) || k == host));
    if let Some(skip) = tls.and_then(|(_, value)| value.at(&["tls", "insecure_skip_verify"]))
        && skip.boolean() == Some(true)
    {
        out.boolean("skip_verify", skip);
    }
}

fn upstream_first(parent: &Text, registry: &str, endpoints: &[YamlNode], carried: &mut Carried) {
    let Some((first, [_, ..])) = endpoints.split_first() else {
        return;
    };
    let url = first.text().unwrap_or_default();
    if is_upstream(registry, url) && !parent.touches_unknown(&first.span) {
        carried.facts.push(Fact::UpstreamFirst {
            at: parent.in_carrier(&first.span),
            endpoint: url.to_owned(),
            registry: registry.to_owned(),
        });
    }
}

/// Settings are found by host, not by URL.
pub fn keyed_by_url(parent: &Text, key: &YamlNode, table: &'static str, carried: &mut Carried) {
    let name = key.text().unwrap_or_default();
    if let Some((_, rest)) = name.split_once("://") {
        let host = rest.split('/').next().unwrap_or_default();
        carried.facts.push(Fact::KeyedByUrl {
            at: parent.in_carrier(&key.span),
            key: name.to_owned(),
            host: host.to_owned(),
            table,
        });
    }
}

/// Secrets that are written out.
pub fn credentials(
    parent: &Text,
    host: &str,
    config: &YamlNode,
    secrets: &[&str],
    carried: &mut Carried,
) {
    let auth = config
        .get("auth")
        .map(YamlNode::entries)
        .unwrap_or_default();
    for (key, value) in auth {
        let name = key.text().unwrap_or_default();
        if secrets.contains(&name) && is_written_out(parent, value) {
            carried.facts.push(Fact::Credential {
                at: parent.in_carrier(&value.span),
                key: name.to_owned(),
                host: host.to_owned(),
            });
        }
    }
}

fn unknown_keys(
    parent: &Text,
    node: &YamlNode,
    known: &'static [&'static str],
    carried: &mut Carried,
) {
    for (key, _) in node.entries() {
        let name = key.text().unwrap_or_default();
        if !known.contains(&name) && name != "<<" && !parent.touches_unknown(&key.span) {
            let at: Range<usize> = parent.in_carrier(&key.span);
            carried.facts.push(Fact::UnknownKey {
                at,
                key: name.to_owned(),
                known,
            });
        }
    }
}
