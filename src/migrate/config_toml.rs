//! containerd's config.toml with the deprecated registry tables.

use super::report::{Remark, SourceError, Weight};
use super::section::{Plugin, SectionHeader, Written};
use super::source::{Source, SourceKind};
use super::tables::{Reader, shown};
use super::tree::{self, Entry, SourceValue, Value};
use crate::containerd::mirrors::RegistryTables;

/// The tables that config_path takes the place of, or that go with them.
const TABLES: [&str; 3] = ["mirrors", "configs", "auths"];

/// Reads the file.
///
/// # Errors
/// When it is not TOML, or a table contains what containerd would refuse.
pub fn read(text: &str) -> Result<Source, SourceError> {
    let root = tree::toml(text)?;
    let is_hosts_file = ["host", "server"].iter().any(|key| root.get(key).is_some());
    if is_hosts_file && root.get("plugins").is_none() {
        return Err(
            SourceError::new("it is a hosts.toml, which is what this command writes")
                .help("pass the config.toml that contains the old tables"),
        );
    }
    let mut reader = Reader::new("containerd");
    let version = version(&root)?;
    let (plugin, others) = choose(&root, version);
    for other in others {
        reader.remarks.push(
            Remark::new(
                Weight::Doubtful,
                other.header(""),
                format!(
                    "also has registry tables; containerd reads those of {}, so these are migrated",
                    plugin.header("")
                ),
            )
            .line(registry(&root, other).and_then(|node| node.line)),
        );
    }
    let registry = registry(&root, plugin);
    let child = |name: &str| registry.and_then(|node| node.at(&[name]));
    let keys = ["config_path", "mirrors", "configs", "auths", "headers"];
    known(&mut reader, registry, &keys);
    let mirrors = reader.mirrors(child("mirrors"), &["endpoint"])?.endpoints;
    let configs = reader.configs(child("configs"), "identitytoken")?;
    let auths = reader.table(child("auths"), "auths")?;
    unused_configs(&mut reader, child("configs"));
    credentials(&mut reader, &configs.credentials, auths);
    let holds_registries = !mirrors.is_empty() || !configs.hosts.is_empty() || !auths.is_empty();
    config_path(&mut reader, child("config_path"), holds_registries)?;
    elsewhere(&mut reader, &root, registry);
    Ok(Source {
        kind: SourceKind::Containerd,
        written: Some(Written {
            version,
            plugin,
            delete: to_delete(&root),
            keep: to_keep(&root),
            has_tls: !configs.tls.is_empty(),
        }),
        old: Box::new(RegistryTables {
            mirrors,
            tls: configs.tls,
        }),
        holds_registries,
        remarks: reader.remarks,
    })
}

fn version(root: &SourceValue) -> Result<u8, SourceError> {
    match root.get("version") {
        None => Ok(0),
        Some(entry) => match &entry.node.value {
            Value::Integer(text) if matches!(text.as_str(), "0" | "1" | "2" | "3" | "4") => {
                Ok(text.parse().unwrap_or_default())
            }
            _ => Err(SourceError::at(
                entry.line,
                "unknown `version`: containerd up to 2.3 knows 1, 2, 3 and 4",
            )),
        },
    }
}

fn registry(root: &SourceValue, plugin: Plugin) -> Option<&SourceValue> {
    root.at(&["plugins", plugin.name(), "registry"])
}

/// The plugin whose tables count, and others that have some too.
fn choose(root: &SourceValue, version: u8) -> (Plugin, Vec<Plugin>) {
    let has = |plugin: &Plugin, keys: &[&str]| {
        registry(root, *plugin).is_some_and(|node| keys.iter().any(|key| node.at(&[key]).is_some()))
    };
    let mut with: Vec<Plugin> = Plugin::ALL
        .into_iter()
        .filter(|plugin| has(plugin, &TABLES))
        .collect();
    // In a file of version 1 it is the short name that 1.x reads.
    if version < 2 && with.contains(&Plugin::Short) {
        with.sort_by_key(|plugin| *plugin != Plugin::Short);
    }
    if with.is_empty() {
        let any = Plugin::ALL
            .into_iter()
            .find(|plugin| registry(root, *plugin).is_some());
        let by_version = match version {
            0 | 1 => Plugin::Short,
            2 => Plugin::Cri,
            _ => Plugin::Images,
        };
        return (any.unwrap_or(by_version), Vec::new());
    }
    let first = with.remove(0);
    (first, with)
}

fn known(reader: &mut Reader, registry: Option<&SourceValue>, keys: &[&str]) {
    let Some(node) = registry else { return };
    for entry in node.entries() {
        if !keys.contains(&entry.key.as_str()) {
            reader.remarks.push(
                Remark::new(
                    Weight::Doubtful,
                    "registry",
                    format!(
                        "containerd does not read `{}` here, so it had no effect",
                        shown(&entry.key)
                    ),
                )
                .line(entry.line),
            );
        }
    }
}

/// `configs.*.auth` and `auths`: reported by host, never by value.
fn credentials(reader: &mut Reader, configs: &[(String, Option<usize>)], auths: &[Entry]) {
    let configs = configs
        .iter()
        .map(|(host, line)| (format!("configs.\"{}\".auth", shown(host)), *line));
    let auths = auths
        .iter()
        .map(|entry| (format!("auths.\"{}\"", shown(&entry.key)), entry.line));
    for (table, line) in configs.chain(auths) {
        reader.remarks.push(
            Remark::new(Weight::Lost, table, "a certs.d tree cannot contain credentials")
                .line(line)
                .help("keep the table beside `config_path`, in the section below, where every release up to 2.3 reads it, although it is deprecated; or delete it and use image pull secrets or a credential provider of the kubelet"),
        );
    }
}

/// Names in `configs` that no endpoint has.
fn unused_configs(reader: &mut Reader, configs: Option<&SourceValue>) {
    for entry in configs.map(SourceValue::entries).unwrap_or_default() {
        let help = match entry.key.as_str() {
            "docker.io" => "the registry of Docker Hub is `registry-1.docker.io`",
            "*" => "`*` is a name in `mirrors` only",
            key if key.contains("://") => "write the host without a scheme",
            _ => continue,
        };
        reader.remarks.push(
            Remark::new(
                Weight::Doubtful,
                format!("configs.\"{}\"", shown(&entry.key)),
                "no endpoint has this host, so it had no effect",
            )
            .line(entry.line)
            .help(format!(
                "{help}; if that was meant, correct the source and migrate again"
            )),
        );
    }
}

fn config_path(
    reader: &mut Reader,
    node: Option<&SourceValue>,
    holds_registries: bool,
) -> Result<(), SourceError> {
    let Some(node) = node else { return Ok(()) };
    match &node.value {
        Value::Text(text) if text.is_empty() => {}
        Value::Text(text) if !holds_registries => reader.remarks.push(
            Remark::new(
                Weight::Fine,
                "config_path",
                format!("is `{text}`: a tree is already in use"),
            )
            .line(node.line),
        ),
        Value::Text(text) => reader.remarks.push(
            Remark::new(
                Weight::Doubtful,
                "config_path",
                format!("is already set, to `{text}`"),
            )
            .line(node.line)
            .help("with `mirrors`, the CRI plugin does not load; merge the tree that is there and the one that is written here"),
        ),
        _ => {
            return Err(SourceError::at(
                node.line,
                format!("`config_path` is {}; containerd expects text", node.describe()),
            ));
        }
    }
    Ok(())
}

/// Settings outside of these tables that have an effect.
fn elsewhere(reader: &mut Reader, root: &SourceValue, registry: Option<&SourceValue>) {
    if let Some(imports) = root.get("imports") {
        reader.remarks.push(
            Remark::new(
                Weight::Fine,
                "imports",
                "the imported files are not read here; migrate each one that has registry tables",
            )
            .line(imports.line),
        );
    }
    let headers = registry.and_then(|node| node.get("headers"));
    if let Some(headers) = headers.filter(|h| !h.node.entries().is_empty()) {
        reader.remarks.push(
            Remark::new(
                Weight::Fine,
                "headers",
                "stays in config.toml, where it also works with `config_path`",
            )
            .line(headers.line),
        );
    }
}

/// The tables to delete: all of `mirrors`, and `tls` of `configs`, in any section.
fn to_delete(root: &SourceValue) -> Vec<SectionHeader> {
    let mut tables = Vec::new();
    for (plugin, registry) in registries(root) {
        let mut add = |below: String, line| tables.push((plugin.header(&below), line));
        if let Some(mirrors) = registry.get("mirrors") {
            if !mirrors.implied {
                add(".mirrors".to_owned(), mirrors.line);
            }
            for entry in mirrors.node.entries() {
                add(format!(".mirrors.\"{}\"", shown(&entry.key)), entry.line);
            }
        }
        for entry in entries(registry, "configs") {
            let host = shown(&entry.key);
            match (entry.node.get("tls"), entry.node.get("auth")) {
                (Some(tls), Some(_)) => add(format!(".configs.\"{host}\".tls"), tls.line),
                (Some(tls), None) if entry.implied => {
                    add(format!(".configs.\"{host}\".tls"), tls.line);
                }
                (_, None) => add(format!(".configs.\"{host}\""), entry.line),
                _ => {}
            }
        }
    }
    tables.sort_by_cached_key(|(_, line)| *line);
    tables
}

/// The tables of credentials.
fn to_keep(root: &SourceValue) -> Vec<SectionHeader> {
    let mut tables = Vec::new();
    for (plugin, registry) in registries(root) {
        for entry in entries(registry, "configs") {
            if let Some(auth) = entry.node.get("auth") {
                let below = format!(".configs.\"{}\".auth", shown(&entry.key));
                tables.push((plugin.header(&below), auth.line));
            }
        }
        for entry in entries(registry, "auths") {
            let below = format!(".auths.\"{}\"", shown(&entry.key));
            tables.push((plugin.header(&below), entry.line));
        }
    }
    tables.sort_by_cached_key(|(_, line)| *line);
    tables
}

fn registries(root: &SourceValue) -> impl Iterator<Item = (Plugin, &SourceValue)> {
    Plugin::ALL
        .into_iter()
        .filter_map(|plugin| Some((plugin, registry(root, plugin)?)))
}

fn entries<'a>(registry: &'a SourceValue, name: &str) -> &'a [Entry] {
    registry
        .get(name)
        .map(|e| e.node.entries())
        .unwrap_or_default()
}
