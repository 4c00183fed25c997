//! The result of CRI's settings (containerd's `ValidateImageConfig` and its like, and `CheckLocalImagePullConfigs`).

use super::fault::{NodeFault, Reason};
use super::names::{CRI, IMAGES, RUNTIME, SNAPSHOTTER, SNAPSHOTTERS};
use super::plugins::{self, Disabled};
use super::{BUILT_IN_CONFIG_PATH, ConfigOutcome, Cri, Forced, Pull, schema};
use crate::containerd::release::Release;
use crate::go::{duration, url};
use crate::toml::document::{Place, PlacedValue, Table};

/// How many layers are downloaded at a time unless it is set.
const MAX_CONCURRENT_DOWNLOADS: i64 = 3;

/// CRI's settings, under the plugins that read them. On 1.x one table serves for all.
struct Settings {
    images: Table,
    runtime: Table,
    server: Table,
}

/// Looks what CRI makes of the settings. A fault of CRI is put down in the outcome; the error is one that the daemon
/// does not survive.
pub(super) fn load(outcome: &mut ConfigOutcome, merged: &Table) -> Result<(), NodeFault> {
    let release = outcome.release;
    let disabled = Disabled::new(release, outcome.version, merged);
    let mut settings = Settings {
        images: Table::default(),
        runtime: Table::default(),
        server: Table::default(),
    };
    for (id, fields) in schema::cri_plugins(release) {
        if disabled.place(id).is_some() {
            continue;
        }
        let decoded = plugins::settings(release, outcome.version, merged, id, fields)?;
        match (*id, release.is_v2()) {
            (IMAGES, _) => settings.images = decoded,
            (RUNTIME, _) => settings.runtime = decoded,
            (CRI, true) => settings.server = decoded,
            _ => {
                settings = Settings {
                    images: decoded.clone(),
                    runtime: decoded.clone(),
                    server: decoded,
                }
            }
        }
    }
    if let Some(place) = disabled.all_of_cri() {
        outcome.cri = Cri::Absent;
        outcome.disabled = Some(place);
        return plugins::required(outcome, merged);
    }
    outcome.server_disabled = disabled.place(CRI);
    let registry = settings.images.table(&["registry"]);
    outcome.registry.settings = registry.cloned().unwrap_or_default();
    match validate(outcome, &settings, merged, &disabled) {
        Ok(()) => outcome.cri = Cri::Loads,
        Err(fault) => {
            outcome.cri = Cri::Fails;
            outcome.fault = Some(fault);
        }
    }
    config_path(outcome);
    outcome.sandbox_image = sandbox_image(release, &settings);
    pull(outcome, &settings.images);
    roots(outcome);
    plugins::required(outcome, merged)
}

fn validate(
    outcome: &mut ConfigOutcome,
    settings: &Settings,
    merged: &Table,
    disabled: &Disabled<'_>,
) -> Result<(), NodeFault> {
    let release = outcome.release;
    plugins::needed(merged, disabled)?;
    if !release.is_v2() {
        runtimes(release, &settings.runtime)?;
    }
    registry(outcome)?;
    durations(&settings.images, &["image_pull_progress_timeout"])?;
    snapshotter(release, &settings.images, merged, disabled)?;
    if release.is_v2() {
        runtimes(release, &settings.runtime)?;
    }
    durations(&settings.runtime, &["drain_exec_sync_io_timeout"])?;
    durations(&settings.server, &["stream_idle_timeout"])
}

/// The registry settings: what is deprecated, and what does not go together.
fn registry(outcome: &mut ConfigOutcome) -> Result<(), NodeFault> {
    let release = outcome.release;
    let settings = outcome.registry.settings.clone();
    let path = settings.get("config_path").and_then(PlacedValue::as_str);
    let has_path = path.is_some_and(|path| !path.is_empty());
    // An empty table is as good as none.
    let filled = |name: &'static str| {
        let (key, node) = settings.entry(name)?;
        let table = node.as_table().filter(|table| !table.is_empty())?;
        Some((name, key.place.clone(), table))
    };
    if let Some((name, place, _)) = filled("mirrors") {
        if has_path {
            return Err(NodeFault::at(Reason::BesideConfigPath(name), &place));
        }
        if path.is_none() && release.default_beside_mirrors() {
            return Err(NodeFault::at(Reason::BesideDefault, &place));
        }
        outcome.deprecated.push((name, place));
    }
    if let Some((name, place, table)) = filled("configs") {
        let tls = table.entries().find_map(|(_, node)| {
            let (key, _) = node.as_table()?.entry("tls")?;
            Some(key.place.clone())
        });
        if let Some(place) = tls.filter(|_| has_path) {
            return Err(NodeFault::at(
                Reason::BesideConfigPath("configs.tls"),
                &place,
            ));
        }
        if release.deprecates_configs() {
            outcome.deprecated.push((name, place));
        }
    }
    if let Some((name, place, table)) = filled("auths") {
        for (key, _) in table.entries() {
            if let Err(error) = url::parse(&key.name, release.go()) {
                let url = key.name.clone();
                return Err(NodeFault::at(Reason::AuthUrl { url, error }, &key.place));
            }
        }
        outcome.deprecated.push((name, place));
    }
    Ok(())
}

fn durations(settings: &Table, keys: &[&'static str]) -> Result<(), NodeFault> {
    for key in keys {
        if let Some(node) = settings.get(key)
            && let Some(text) = node.as_str().filter(|text| !text.is_empty())
            && let Err(error) = duration::parse(text)
        {
            let text = text.to_owned();
            return Err(NodeFault::at(
                Reason::Duration { key, text, error },
                &node.place,
            ));
        }
    }
    Ok(())
}

fn snapshotter(
    release: Release,
    images: &Table,
    merged: &Table,
    disabled: &Disabled<'_>,
) -> Result<(), NodeFault> {
    let node = match release.is_v2() {
        true => images.get("snapshotter"),
        false => images
            .table(&["containerd"])
            .and_then(|table| table.get("snapshotter")),
    };
    let name = node.and_then(PlacedValue::as_str).unwrap_or("overlayfs");
    if name.is_empty() && !release.is_v2() {
        return Ok(());
    }
    let off = disabled.place(&format!("{SNAPSHOTTER}{name}"));
    let proxies = merged.table(&["proxy_plugins"]);
    let exists =
        SNAPSHOTTERS.contains(&name) || proxies.is_some_and(|table| table.get(name).is_some());
    if exists && off.is_none() {
        return Ok(());
    }
    Err(NodeFault {
        reason: Reason::NoSnapshotter(name.to_owned()),
        place: node.map(|node| node.place.clone()).or(off),
    })
}

/// The runtimes that pods are run by. Built in is one, `runc`: on 1.x it is gone where others are listed.
fn runtimes(release: Release, settings: &Table) -> Result<(), NodeFault> {
    const OLD: &str = "io.containerd.runtime.v1.linux";
    let Some(containerd) = settings.table(&["containerd"]) else {
        return old_cgroup_setting(release, settings, None, OLD);
    };
    let listed = containerd.table(&["runtimes"]);
    let runtime = |name: &str| listed.and_then(|table| table.get(name));
    let default_runtime = containerd.table(&["default_runtime"]).filter(|table| {
        let kind = table.get("runtime_type").and_then(PlacedValue::as_str);
        kind.is_some_and(|kind| !kind.is_empty())
    });
    let node = containerd.get("default_runtime_name");
    let name = node.and_then(PlacedValue::as_str).unwrap_or("runc");
    let exists = runtime(name).is_some()
        || !name.is_empty() && name == "runc" && (release.is_v2() || listed.is_none());
    if !exists && default_runtime.is_none() {
        return Err(NodeFault {
            reason: Reason::NoRuntime(name.to_owned()),
            place: node
                .or_else(|| containerd.get("runtimes"))
                .map(|node| node.place.clone()),
        });
    }
    let default = default_runtime.or_else(|| runtime(name)?.as_table());
    old_cgroup_setting(release, settings, default, OLD)?;
    let all = listed.into_iter().flat_map(Table::entries);
    for table in all.filter_map(|(_, node)| node.as_table()) {
        let text = |key: &str| {
            let node = table.get(key)?;
            Some((node.as_str().filter(|text| !text.is_empty())?, node))
        };
        let flag = |key: &str| table.get(key).and_then(PlacedValue::as_bool) == Some(true);
        let kind = text("runtime_type").map(|(kind, _)| kind);
        for key in ["runtime_engine", "runtime_root"] {
            if let (false, Some((_, node))) = (release.is_v2() || kind == Some(OLD), text(key)) {
                return Err(NodeFault::at(Reason::OldRuntimeOnly(key), &node.place));
            }
        }
        const ALL_DEVICES: &str = "privileged_without_host_devices_all_devices_allowed";
        if let (true, false, Some(node)) = (
            flag(ALL_DEVICES),
            flag("privileged_without_host_devices"),
            table.get(ALL_DEVICES),
        ) && release.newer_references()
        {
            return Err(NodeFault::at(Reason::AllDevices, &node.place));
        }
        if let Some((text, node)) = text("io_type")
            && release.is_v2()
            && !matches!(text, "fifo" | "streaming")
        {
            return Err(NodeFault::at(Reason::IoType(text.to_owned()), &node.place));
        }
    }
    Ok(())
}

/// `systemd_cgroup` of 1.x is for a runtime that no one uses any more; with `runc` CRI does not load.
fn old_cgroup_setting(
    release: Release,
    settings: &Table,
    default: Option<&Table>,
    old: &str,
) -> Result<(), NodeFault> {
    let kind = default.and_then(|table| table.get("runtime_type")?.as_str());
    if release.is_v2() || kind == Some(old) {
        return Ok(());
    }
    let no_pivot = settings
        .table(&["containerd"])
        .and_then(|table| table.get("no_pivot"));
    for (key, node) in [
        ("systemd_cgroup", settings.get("systemd_cgroup")),
        ("no_pivot", no_pivot),
    ] {
        if let Some(node) = node.filter(|node| node.as_bool() == Some(true)) {
            return Err(NodeFault::at(Reason::OldRuntimeOnly(key), &node.place));
        }
    }
    Ok(())
}

/// The image of the sandbox, which 2.x has among the pinned images.
fn sandbox_image(release: Release, settings: &Settings) -> Option<(String, Place)> {
    let node = match release.is_v2() {
        true => settings.images.table(&["pinned_images"])?.get("sandbox"),
        false => settings.images.get("sandbox_image"),
    };
    let node = node?;
    let text = node.as_str().filter(|text| !text.is_empty())?;
    Some((text.to_owned(), node.place.clone()))
}

/// The config path as the files set it.
fn config_path(outcome: &mut ConfigOutcome) {
    if let Some((_, node)) = outcome.registry.settings.entry("config_path")
        && let Some(text) = node.as_str()
    {
        outcome.config_path = text.to_owned();
        outcome.config_path_place = Some(node.place.clone());
    }
}

/// How images are pulled, and which setting keeps them from going through the transfer service.
fn pull(outcome: &mut ConfigOutcome, images: &Table) {
    if !outcome.release.transfer_service() {
        return;
    }
    if images
        .get("use_local_image_pull")
        .and_then(PlacedValue::as_bool)
        == Some(true)
    {
        outcome.pull = Pull::Local;
        return;
    }
    let flag = |key: &str, value: bool| {
        let node = images.get(key)?;
        (node.as_bool() == Some(value)).then_some(node)
    };
    let table = |key: &str| {
        let (_, node) = outcome.registry.settings.entry(key)?;
        (!node.as_table()?.is_empty()).then_some(node)
    };
    let downloads = images
        .get("max_concurrent_downloads")
        .filter(|node| node.as_integer() != Some(MAX_CONCURRENT_DOWNLOADS));
    let forcing = [
        (
            "DisableSnapshotAnnotations",
            flag("disable_snapshot_annotations", false),
        ),
        (
            "DiscardUnpackedLayers",
            flag("discard_unpacked_layers", true),
        ),
        ("Registry.Mirrors", table("mirrors")),
        ("Registry.Configs", table("configs")),
        ("Registry.Auths", table("auths")),
        ("MaxConcurrentDownloads", downloads),
        ("ImagePullWithSyncFs", flag("image_pull_with_sync_fs", true)),
    ];
    outcome.forced_local_pull = forcing.into_iter().find_map(|(name, node)| {
        let place = node?.place.clone();
        let is_table = name.starts_with("Registry.");
        Some(Forced {
            name,
            is_table,
            place,
        })
    });
    if outcome.forced_local_pull.is_some() {
        outcome.pull = Pull::Local;
    }
}

/// Where a pull looks.
fn roots(outcome: &mut ConfigOutcome) {
    let mirrors = outcome.registry.settings.table(&["mirrors"]);
    let has_mirrors = mirrors.is_some_and(|table| !table.is_empty());
    // In 2.2.0 and 2.2.1 the built-in list is what the files are decoded over: an empty text takes its place.
    let is_built_in = match outcome.release.default_beside_mirrors() {
        true => outcome.config_path_place.is_none(),
        false => outcome.release.default_config_path() && !has_mirrors,
    };
    let path = match outcome.config_path.as_str() {
        "" if is_built_in => BUILT_IN_CONFIG_PATH,
        path => path,
    };
    outcome.roots = match outcome.pull {
        Pull::Transfer if path.is_empty() => Vec::new(),
        Pull::Transfer => vec![path.to_owned()],
        Pull::Local => path
            .split(':')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect(),
    };
}
