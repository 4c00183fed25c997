//! From the merged settings to the plugins: what the daemon itself checks, which plugins there are, and whether
//! their settings decode (containerd's `main` and `server.New`).

use super::fault::{NodeFault, Reason};
use super::names::{self, CONTENT, CONTENT_TYPE, CRI, IMAGES, PODSANDBOX, RUNTIME};
use super::{ConfigOutcome, Cri, migrate, schema};
use crate::containerd::release::Release;
use crate::go::duration;
use crate::toml::document::{Key, Place, PlacedValue, Table};
use crate::toml::shape::{self, Dialect};

/// Where the daemon keeps what it keeps, and what it does not keep.
const DIRECTORIES: (&str, &str) = ("/var/lib/containerd", "/run/containerd");

/// Checks what keeps the daemon from starting, and migrates where the release does that with what was merged.
pub(super) fn start(outcome: &mut ConfigOutcome, merged: &mut Table) -> Result<(), NodeFault> {
    let release = outcome.release;
    logging(merged)?;
    directories(merged)?;
    if release.is_v2() && !release.migrates_each_file() {
        let newest = release.config_version();
        if outcome.version < 0 {
            let place = merged.get("version").map(|node| node.place.clone());
            let reason = Reason::NegativeVersion(outcome.version);
            return Err(NodeFault { reason, place });
        }
        if outcome.version < newest {
            let disabled = Disabled::new(release, outcome.version, merged);
            let who = migrate::migrating(release, |id| disabled.place(id).is_some());
            migrate::split_cri(release, merged, who)?;
        }
    }
    timeouts(merged)?;
    proxy_plugins(release, merged)?;
    let disabled = Disabled::new(release, outcome.version, merged);
    let others = schema::OTHER_PLUGINS.iter();
    for (id, fields) in schema::cri_plugins(release).iter().chain(others) {
        if disabled.place(id).is_some() {
            continue;
        }
        settings(release, outcome.version, merged, id, fields)?;
    }
    Ok(())
}

/// The settings of a plugin, decoded; empty where there are none.
pub(super) fn settings(
    release: Release,
    version: i64,
    merged: &Table,
    id: &'static str,
    fields: schema::Fields,
) -> Result<Table, NodeFault> {
    let name = match !release.is_v2() && version == 1 {
        true => names::short(id),
        false => id,
    };
    let Some(node) = merged.table(&["plugins"]).and_then(|all| all.get(name)) else {
        return Ok(Table::default());
    };
    let Some(table) = node.as_table() else {
        return Err(NodeFault::no_table(id, node));
    };
    // 2.x writes the settings out again, sorted, and reads that: first what is not a table.
    let sorted: Table;
    let (table, dialect) = match release.is_v2() {
        true => {
            sorted = sort(table);
            (&sorted, Dialect::V2)
        }
        false => (table, Dialect::V1),
    };
    let (decoded, mismatches) = shape::decode(table, fields, dialect);
    match mismatches.first() {
        Some(mismatch) => Err(NodeFault::wrong_type(Some(id), mismatch)),
        None => Ok(decoded),
    }
}

fn sort(table: &Table) -> Table {
    let mut entries: Vec<_> = table.entries().collect();
    entries.sort_by_key(|(key, node)| (node.as_table().is_some(), key.name.clone()));
    let sorted = entries.into_iter().map(|(key, node)| {
        let node = match node.as_table() {
            Some(table) => PlacedValue {
                value: crate::toml::document::Value::Table(sort(table)),
                place: node.place.clone(),
            },
            None => node.clone(),
        };
        (key.clone(), node)
    });
    sorted.collect()
}

/// The plugins that `disabled_plugins` takes out.
pub(super) struct Disabled<'a> {
    release: Release,
    version: i64,
    list: Option<&'a PlacedValue>,
}

impl<'a> Disabled<'a> {
    pub(super) fn new(release: Release, version: i64, merged: &'a Table) -> Disabled<'a> {
        Disabled {
            release,
            version,
            list: merged.get("disabled_plugins"),
        }
    }

    /// Where a plugin is disabled: 1.x goes by short names in a file of version 1.
    pub(super) fn place(&self, id: &str) -> Option<Place> {
        let name = match !self.release.is_v2() && self.version == 1 {
            true => names::short(id),
            false => id,
        };
        let mut names = self.list?.strings();
        names.find(|(n, _)| *n == name).map(|(_, p)| p.clone())
    }

    /// Where CRI is disabled altogether: nothing of it is left that could fail.
    pub(super) fn all_of_cri(&self) -> Option<Place> {
        let place = self.place(CRI)?;
        if !self.release.is_v2() {
            return Some(place);
        }
        [IMAGES, RUNTIME, PODSANDBOX]
            .iter()
            .all(|id| self.place(id).is_some())
            .then_some(place)
    }
}

/// Whether the plugins come up that CRI cannot do without.
///
/// containerd's own answer is the graph of its plugins: CRI requires services, which require others. Only those are
/// named here whose absence reaches CRI. Recorded from 1.7.0 on; for 1.6 from its sources (`getServicesOpts`).
pub(super) fn needed(merged: &Table, disabled: &Disabled<'_>) -> Result<(), NodeFault> {
    let contents = content_proxies(merged, disabled);
    if let (true, [second, ..]) = (disabled.release.is_v2(), contents.as_slice()) {
        let is_built_in_off = disabled.place(CONTENT).is_some();
        let extra = match is_built_in_off {
            true => contents.get(1),
            false => Some(second),
        };
        if let Some(key) = extra {
            let reason = Reason::SecondContentStore {
                plugin: key.name.clone(),
            };
            return Err(NodeFault::at(reason, &key.place));
        }
    }
    // A content store of the user's own replaces the built-in one.
    let is_needed = |id: &&str| *id != CONTENT || contents.is_empty();
    let mut ids = disabled.release.plugins_of_cri().filter(is_needed);
    match ids.find_map(|id| Some((id, disabled.place(id)?))) {
        Some((id, place)) => Err(NodeFault::at(Reason::Disabled(id), &place)),
        None => Ok(()),
    }
}

/// The proxy plugins that are content stores, and not disabled.
fn content_proxies<'t>(merged: &'t Table, disabled: &Disabled<'_>) -> Vec<&'t Key> {
    let all = merged.table(&["proxy_plugins"]).into_iter();
    let proxies = all.flat_map(Table::entries).filter_map(|(key, node)| {
        let kind = node.as_table()?.get("type")?.as_str()?;
        let id = format!("{CONTENT_TYPE}.{}", key.name);
        (["content", CONTENT_TYPE].contains(&kind) && disabled.place(&id).is_none()).then_some(key)
    });
    proxies.collect()
}

/// Plugins that are required and do not come up, or that are not there, take the daemon with them.
pub(super) fn required(outcome: &ConfigOutcome, merged: &Table) -> Result<(), NodeFault> {
    let disabled = Disabled::new(outcome.release, outcome.version, merged);
    let names = merged.get("required_plugins").into_iter();
    for (name, place) in names.flat_map(PlacedValue::strings) {
        let is = |id: &str| {
            name == id
                || !outcome.release.is_v2() && outcome.version == 1 && name == names::short(id)
        };
        let cri = schema::cri_plugins(outcome.release);
        let part_of_cri = cri.iter().any(|(id, _)| is(id));
        let fails = part_of_cri && outcome.cri == Cri::Fails;
        let is_off = disabled
            .list
            .is_some_and(|list| list.strings().any(|(n, _)| n == name));
        // 1.x goes by short names in a file of version 1, and has none of the plugins that CRI was split into.
        let is_unknown = match (outcome.release.is_v2(), outcome.version) {
            (true, _) => false,
            (false, 1) => name.contains('.'),
            (false, _) => [IMAGES, RUNTIME, PODSANDBOX].contains(&name),
        };
        if is_off || fails || is_unknown {
            let because = outcome.fault.as_ref().filter(|_| fails && !is_off);
            let reason = Reason::Required {
                plugin: name.to_owned(),
                because: because.map(|fault| Box::new(fault.reason.clone())),
            };
            return Err(NodeFault::at(reason, place));
        }
    }
    Ok(())
}

fn logging(merged: &Table) -> Result<(), NodeFault> {
    const LEVELS: [&str; 8] = [
        "trace", "debug", "info", "warn", "warning", "error", "fatal", "panic",
    ];
    let Some(debug) = merged.table(&["debug"]) else {
        return Ok(());
    };
    let known = |key: &str, text: &str| match key {
        "level" => LEVELS.contains(&text.to_lowercase().as_str()),
        _ => matches!(text, "text" | "json"),
    };
    for key in ["level", "format"] {
        if let Some(node) = debug.get(key)
            && let Some(text) = node.as_str().filter(|text| !text.is_empty())
            && !known(key, text)
        {
            let text = text.to_owned();
            return Err(NodeFault::at(Reason::Logging { key, text }, &node.place));
        }
    }
    Ok(())
}

fn directories(merged: &Table) -> Result<(), NodeFault> {
    let directory = |key, default| match merged.get(key).and_then(PlacedValue::as_str) {
        Some(text) => text,
        None => default,
    };
    let root = directory("root", DIRECTORIES.0);
    if root != directory("state", DIRECTORIES.1) {
        return Ok(());
    }
    let node = merged.get("root").or_else(|| merged.get("state"));
    Err(NodeFault {
        reason: Reason::SameDirectory(root.to_owned()),
        place: node.map(|node| node.place.clone()),
    })
}

/// A proxy plugin is registered under its type: without one, that panics.
fn proxy_plugins(release: Release, merged: &Table) -> Result<(), NodeFault> {
    let types = release.proxy_plugin_types();
    let plugins = merged.table(&["proxy_plugins"]).into_iter();
    for (key, node) in plugins.flat_map(Table::entries) {
        let found = node.as_table().and_then(|table| table.get("type"));
        let text = found.and_then(PlacedValue::as_str).unwrap_or_default();
        if types
            .iter()
            .any(|(short, full)| [*short, *full].contains(&text))
        {
            continue;
        }
        let reason = Reason::ProxyType {
            plugin: key.name.clone(),
            found: text.to_owned(),
            known: types.iter().map(|(short, _)| *short).collect(),
        };
        return Err(NodeFault::at(
            reason,
            found.map_or(&key.place, |node| &node.place),
        ));
    }
    Ok(())
}

fn timeouts(merged: &Table) -> Result<(), NodeFault> {
    let timeouts = merged.table(&["timeouts"]).into_iter();
    for (_, node) in timeouts.flat_map(Table::entries) {
        if let Some(text) = node.as_str()
            && let Err(error) = duration::parse(text)
        {
            let text = text.to_owned();
            return Err(NodeFault::at(Reason::Timeout { text, error }, &node.place));
        }
    }
    Ok(())
}
