//! How 2.x brings older files up to date: short names of version 1, and CRI's one plugin of version 2, which became three.

use super::fault::NodeFault;
use super::names::{CRI, IMAGES, RUNTIME, full};
use crate::containerd::release::Release;
use crate::toml::document::{Key, PlacedValue, Table, Value};

/// Gives the plugins of a file of version 1 their full names (`v1Migrate`), the settings as well as the names
/// in lists. Of two names that become one, the later counts here; containerd leaves that to chance.
pub fn rename_plugins(config: &mut Table) {
    if let Some(PlacedValue {
        value: Value::Table(plugins),
        ..
    }) = config.get_mut("plugins")
    {
        *plugins = plugins
            .entries()
            .map(|(key, node)| {
                let name = full(&key.name);
                (
                    Key {
                        name,
                        ..key.clone()
                    },
                    node.clone(),
                )
            })
            .collect();
    }
    for list in ["disabled_plugins", "required_plugins"] {
        if let Some(PlacedValue {
            value: Value::Array(elements),
            ..
        }) = config.get_mut(list)
        {
            for element in elements {
                if let Value::String(name) = &mut element.value {
                    *name = full(name);
                }
            }
        }
    }
}

/// Which of the plugins that migrate something take part: before 2.3 the disabled ones do not.
#[derive(Debug, Clone, Copy)]
pub struct Migrating {
    /// The image service.
    pub images: bool,
    /// CRI's settings for pods.
    pub runtime: bool,
    /// CRI's server, which takes the old section away.
    pub server: bool,
}

/// Moves the settings of `io.containerd.grpc.v1.cri` to the plugins that they belong to from 2.0
/// (`configMigration` of the CRI plugins). The image service takes the old settings over its own, the other
/// one only where it has none.
pub fn split_cri(release: Release, config: &mut Table, who: Migrating) -> Result<(), NodeFault> {
    let Some(PlacedValue {
        value: Value::Table(plugins),
        ..
    }) = config.get_mut("plugins")
    else {
        return Ok(());
    };
    let Some((key, node)) = plugins.entry(CRI).cloned() else {
        return Ok(());
    };
    // A value that is not a table is asserted to be one, and the daemon panics.
    let old = table(&node, CRI)?.clone();
    if who.images {
        let images = target(plugins, IMAGES, &key, &node)?;
        move_to_images(release, images, &old)?;
    }
    if who.runtime {
        let runtime = target(plugins, RUNTIME, &key, &node)?;
        move_to_runtime(runtime, &old);
    }
    if who.server {
        let rest: Table = old
            .entries()
            .filter(|(key, _)| SERVER.contains(&key.name.as_str()))
            .cloned()
            .collect();
        match rest.is_empty() {
            true => drop(plugins.remove(CRI)),
            false => {
                let value = Value::Table(rest);
                plugins.set(key, PlacedValue { value, ..node });
            }
        }
    }
    Ok(())
}

/// The settings that stay with CRI's server.
const SERVER: &[&str] = &[
    "disable_tcp_service",
    "stream_server_address",
    "stream_server_port",
    "stream_idle_timeout",
    "enable_tls_streaming",
    "x509_key_pair_streaming",
];

/// The settings that move from the old section to the image service.
const TO_IMAGES: &[&str] = &[
    "registry",
    "image_decryption",
    "max_concurrent_downloads",
    "image_pull_progress_timeout",
    "image_pull_with_sync_fs",
    "stats_collect_period",
];

/// The settings that move there from the table `containerd` in it, if that has the table `runtimes`: without, containerd
/// turns back before it gets to them.
const TO_IMAGES_FROM_CONTAINERD: &[&str] = &[
    "snapshotter",
    "disable_snapshot_annotations",
    "discard_unpacked_layers",
];

fn move_to_images(release: Release, images: &mut Table, old: &Table) -> Result<(), NodeFault> {
    for (key, node) in old.entries() {
        if TO_IMAGES.contains(&key.name.as_str()) {
            images.set(key.clone(), node.clone());
        }
    }
    if release.default_beside_mirrors()
        && let Some(PlacedValue {
            value: Value::Table(registry),
            ..
        }) = images.get_mut("registry")
        && registry.get("config_path").and_then(PlacedValue::as_str) == Some("")
    {
        // These releases put the built-in list there, as where nothing is set.
        registry.remove("config_path");
    }
    if let Some((key, image)) = old.entry("sandbox_image") {
        let pinned = target(images, "pinned_images", key, image)?;
        let name = "sandbox".to_owned();
        pinned.set(
            Key {
                name,
                ..key.clone()
            },
            image.clone(),
        );
    }
    if let Some(node) = old.get("containerd") {
        let containerd = table(node, "containerd")?;
        let Some(runtimes) = containerd.get("runtimes") else {
            return Ok(());
        };
        table(runtimes, "runtimes")?;
        for (key, node) in containerd.entries() {
            if TO_IMAGES_FROM_CONTAINERD.contains(&key.name.as_str()) {
                images.set(key.clone(), node.clone());
            }
        }
    }
    Ok(())
}

fn move_to_runtime(runtime: &mut Table, old: &Table) {
    for (key, node) in old.entries() {
        let name = key.name.as_str();
        if SERVER.contains(&name) || TO_IMAGES.contains(&name) || name == "sandbox_image" {
            continue;
        }
        let moved = match (name, &node.value) {
            ("containerd", Value::Table(table)) => table
                .entries()
                .filter(|(key, _)| !TO_IMAGES_FROM_CONTAINERD.contains(&key.name.as_str()))
                .cloned()
                .collect(),
            ("cni", Value::Table(table)) => table.clone(),
            _ => {
                if runtime.get(name).is_none() {
                    runtime.set(key.clone(), node.clone());
                }
                continue;
            }
        };
        let Ok(there) = target(runtime, name, key, node) else {
            continue;
        };
        for (key, node) in moved.entries() {
            if there.get(&key.name).is_none() {
                there.set(key.clone(), node.clone());
            }
        }
    }
}

/// The table of this name, made if it is missing.
fn target<'t>(
    tables: &'t mut Table,
    name: &str,
    key: &Key,
    node: &PlacedValue,
) -> Result<&'t mut Table, NodeFault> {
    if tables.get(name).is_none() {
        let name = name.to_owned();
        let empty = PlacedValue {
            value: Value::Table(Table::default()),
            place: node.place.clone(),
        };
        tables.set(
            Key {
                name,
                ..key.clone()
            },
            empty,
        );
    }
    let node = tables.get_mut(name);
    match node {
        Some(PlacedValue {
            value: Value::Table(table),
            ..
        }) => Ok(table),
        Some(node) => Err(NodeFault::no_table(name, node)),
        None => unreachable!("it was put there"),
    }
}

fn table<'t>(node: &'t PlacedValue, name: &str) -> Result<&'t Table, NodeFault> {
    node.as_table()
        .ok_or_else(|| NodeFault::no_table(name, node))
}

/// How much a release migrates: all older versions, and with whom.
pub fn migrating(release: Release, is_disabled: impl Fn(&str) -> bool) -> Migrating {
    let takes_part = |id| release.migrates_each_file() || !is_disabled(id);
    Migrating {
        images: takes_part(IMAGES),
        runtime: takes_part(RUNTIME),
        server: takes_part(CRI),
    }
}
