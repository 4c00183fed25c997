//! registries.yaml of k3s and RKE2.

use std::collections::HashMap;

use super::hosts_toml::is_own;
use super::k3s::Registries;
use super::report::{Remark, SourceError, Weight};
use super::source::{Source, SourceKind};
use super::tables::{Reader, Rewrite, shown};
use super::tree::{self, Value};
use crate::containerd::Endpoint;

/// Reads the file.
///
/// # Errors
/// When it is not YAML, or a table contains what k3s would refuse.
pub fn read(text: &str) -> Result<Source, SourceError> {
    let root = tree::yaml(text)?;
    if !matches!(root.value, Value::Table(_) | Value::Null) {
        let found = root.describe();
        return Err(SourceError::at(
            root.line,
            format!(
                "it is {found}; registries.yaml must be a mapping with `mirrors` and `configs`"
            ),
        ));
    }
    let mut reader = Reader::new("k3s");
    for entry in root.entries() {
        // Keys of this kind hold what anchors are set on.
        let is_known = ["mirrors", "configs", "auths"].contains(&entry.key.as_str());
        if !is_known && !entry.key.starts_with("x-") {
            reader.remarks.push(
                Remark::new(
                    Weight::Doubtful,
                    shown(&entry.key),
                    "k3s does not read this key of registries.yaml, so it had no effect",
                )
                .line(entry.line),
            );
        }
    }
    let read = reader.mirrors(root.at(&["mirrors"]), &["endpoint", "rewrite"])?;
    let mirrors = read.endpoints;
    let configs = reader.configs(root.at(&["configs"]), "identity_token")?;
    let auths = reader.table(root.at(&["auths"]), "auths")?;
    let auths = auths.iter().map(|entry| (&entry.key, entry.line));
    let credentials: Vec<(String, Option<usize>)> = auths
        .map(|(key, line)| (format!("auths.\"{}\"", shown(key)), line))
        .chain(
            configs
                .credentials
                .iter()
                .map(|(host, line)| (format!("configs.\"{}\".auth", shown(host)), *line)),
        )
        .collect();
    for (table, line) in credentials {
        reader.remarks.push(
            Remark::new(
                Weight::Lost,
                table,
                "a certs.d tree cannot contain credentials",
            )
            .line(line)
            .help("use image pull secrets or a credential provider of the kubelet; or set `registry.configs.\"HOST\".auth` in config.toml, as k3s does, although it is deprecated"),
        );
    }
    let old = Registries {
        mirrors,
        tls: configs.tls,
        configured: configs.hosts,
    };
    for rewrite in &read.rewrites {
        reader.remarks.push(remark(rewrite, &old));
    }
    let mirrors = &old.mirrors;
    let table = root.at(&["mirrors"]).map(tree::SourceValue::entries);
    let lines = table.unwrap_or_default().iter().rev();
    let lines: HashMap<&str, Option<usize>> = lines.map(|e| (e.key.as_str(), e.line)).collect();
    for (host, _) in mirrors.iter().filter(|(_, list)| list.is_empty()) {
        let line = lines.get(host.as_str()).copied().flatten();
        reader.remarks.push(
            Remark::new(
                Weight::Fine,
                format!("mirrors.\"{}\"", shown(host)),
                "has no endpoint; k3s then uses its embedded registry, which containerd alone does not have",
            )
            .line(line),
        );
    }
    let holds_registries = !mirrors.is_empty() || !old.configured.is_empty();
    if holds_registries {
        reader.remarks.push(Remark::new(
            Weight::Fine,
            "registries.yaml",
            "k3s and RKE2 generate their own tree from it; this one is for a containerd that they do not run",
        ));
    }
    Ok(Source {
        kind: SourceKind::K3s,
        old: Box::new(old),
        holds_registries,
        remarks: reader.remarks,
        written: None,
    })
}

/// k3s applies rewrites at mirror endpoints only: its documentation, "Private Registry Configuration", says that the default
/// endpoint gets none, and an endpoint that is the registry itself is that one.
fn remark(rewrite: &Rewrite, old: &Registries) -> Remark {
    let about = format!("mirrors.\"{}\".rewrite", shown(&rewrite.host));
    let listed = old.mirrors.get(&rewrite.host);
    // Docker Hub also answers as `index.docker.io`.
    let is_hub =
        |endpoint: &Endpoint| rewrite.host == "docker.io" && endpoint.host == "index.docker.io";
    let is_mirror = |text: &&String| {
        let endpoints = old.listed(std::slice::from_ref(text)).endpoints;
        endpoints
            .iter()
            .any(|e| !is_own(Some(&rewrite.host), e) && !is_hub(e))
    };
    let Some(mirror) = listed.into_iter().flatten().find(is_mirror) else {
        return Remark::new(
            Weight::Fine,
            about,
            "had no effect and is not written: k3s and RKE2 rewrite names only at mirror endpoints, and the registry's own \
             endpoint is not one",
        )
        .line(rewrite.line);
    };
    let remark = Remark::new(
        Weight::Lost,
        about,
        "only the containerd of k3s and RKE2 rewrites image names",
    )
    .line(rewrite.line);
    let endpoint = shown(mirror);
    remark.help(match prefix(rewrite) {
        Some(prefix) => {
            let base = endpoint.trim_end_matches('/').trim_end_matches("/v2");
            format!(
                "the rewrite only puts `{prefix}` in front of every name, which a path also does: write \
                 `[host.\"{base}/v2/{prefix}\"]` with `override_path = true`, and try a pull, because some registries issue \
                 tokens for the original name only"
            )
        }
        None => "keep the images under their upstream names on the mirror, or give the mirror a host name of its own for \
                 each registry"
            .to_owned(),
    })
}

/// The prefix of every name, if the rewrite does nothing else.
fn prefix(rewrite: &Rewrite) -> Option<String> {
    let [(pattern, replacement)] = rewrite.rules.as_slice() else {
        return None;
    };
    let all = ["(.*)", "^(.*)", "(.*)$", "^(.*)$", "(.+)", "^(.+)$"];
    let rest = replacement
        .strip_suffix("/$1")
        .or(replacement.strip_suffix("/${1}"))?;
    let plain = !rest.is_empty()
        && rest
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    (all.contains(&pattern.as_str()) && plain).then(|| rest.trim_matches('/').to_owned())
}
