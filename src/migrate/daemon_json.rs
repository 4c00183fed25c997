//! Docker's daemon.json.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::docker::{Daemon, HUB};
use super::report::{Remark, SourceError, Weight};
use super::source::{Source, SourceKind};
use super::tables::{Reader, shown};
use super::tree::{self, Value};

/// Reads the file.
///
/// # Errors
/// When it is not JSON, or contains what Docker would refuse.
pub fn read(text: &str) -> Result<Source, SourceError> {
    // Docker takes an empty file for one without settings.
    let root = match text.trim().is_empty() {
        true => tree::json("{}")?,
        false => tree::json(text)?,
    };
    if !matches!(root.value, Value::Table(_)) {
        let found = root.describe();
        return Err(SourceError::new(format!(
            "it is {found}; daemon.json must be an object"
        )));
    }
    let mut reader = Reader::new("Docker");
    let mirrors = reader.endpoints(root.at(&["registry-mirrors"]), "registry-mirrors")?;
    let listed = reader.texts(root.at(&["insecure-registries"]), "insecure-registries")?;
    for mirror in mirrors.iter().filter(|mirror| !mirror.contains("://")) {
        reader.remarks.push(Remark::new(
            Weight::Doubtful,
            format!("registry-mirrors: {}", shown(mirror)),
            "Docker rejects a mirror without `https://` or `http://` and does not start; `https://` is written",
        ));
    }
    let holds_registries = !mirrors.is_empty() || !listed.is_empty();
    let mut insecure = BTreeSet::new();
    let mut networks = Vec::new();
    for text in &listed {
        if let Ok(network) = text.parse::<IpNet>() {
            reader.remarks.push(network_remark(text));
            networks.push(network);
            continue;
        }
        let host = text
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_end_matches('/');
        match host {
            "index.docker.io" | HUB => reader.remarks.push(Remark::new(
                Weight::Fine,
                format!("insecure-registries: {host}"),
                "had no effect: Docker always verifies Docker Hub",
            )),
            _ => {
                insecure.insert(host.to_owned());
            }
        }
    }
    if !insecure.is_empty() || !mirrors.is_empty() {
        reader.remarks.push(
            Remark::new(
                Weight::Fine,
                "/etc/docker/certs.d",
                "certificates there are not read for a registry that has a hosts.toml",
            )
            .help("name them in its hosts.toml: `ca` and `client`"),
        );
    }
    for key in ["allow-nondistributable-artifacts", "proxies"] {
        if root.get(key).is_some() {
            reader.remarks.push(Remark::new(
                Weight::Fine,
                key,
                match key {
                    "proxies" => "does not belong in a certs.d tree: containerd takes HTTP_PROXY, HTTPS_PROXY and NO_PROXY from its environment",
                    _ => "is about pushes, and does not belong in a certs.d tree",
                },
            ));
        }
    }
    Ok(Source {
        kind: SourceKind::Docker,
        old: Box::new(Daemon {
            mirrors,
            insecure,
            networks,
        }),
        holds_registries,
        remarks: reader.remarks,
        written: None,
    })
}

fn network_remark(text: &str) -> Remark {
    Remark::new(
        Weight::Lost,
        format!("insecure-registries: {}", shown(text)),
        "containerd looks up registries by name, and a network has no name",
    )
    .help(format!(
        "list the registries in {text} one by one in `insecure-registries`, as image names contain them, and migrate again: `10.1.2.3:5000`"
    ))
}
