//! config.toml and its imports, read and merged (containerd's `LoadConfig`).

use std::collections::{HashSet, VecDeque};

use super::fault::{NodeFault, Reason};
use super::{ConfigOutcome, File, imports, merge, migrate, schema};
use crate::containerd::files::Files;
use crate::containerd::release::Release;
use crate::toml::document::{Key, Place, PlacedValue, Table, Value};
use crate::toml::shape::{self, Dialect};
use crate::toml::{Problem, v1, v2};

/// More files than these are not read: a pattern that catches them all is a mistake, and each is read whole.
const MAX_FILES: usize = 1000;

/// Of more bytes than these, nothing is known: all releases read them.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The merged settings.
pub(super) fn read(
    outcome: &mut ConfigOutcome,
    files: &dyn Files,
    path: &str,
) -> Result<Table, NodeFault> {
    let release = outcome.release;
    let mut merged = Table::default();
    // A file without a version is of version 1 on 1.x. Later the daemon begins with its own, and brings such files up
    // to the version merged so far.
    let mut version = match release.is_v2() {
        true => release.config_version(),
        false => 1,
    };
    let mut root_version = 0;
    let budget = imports::Budget::default();
    let mut read = 0;
    let mut loaded = HashSet::new();
    let mut pending = VecDeque::from([(path.to_owned(), None)]);
    while let Some((path, imported)) = pending.pop_front() {
        if loaded.contains(&path) {
            continue;
        }
        if outcome.files.len() >= MAX_FILES {
            outcome.unknown.extend(imported);
            continue;
        }
        let bytes = match files.read(&path) {
            Ok(bytes) if read + bytes.len() > MAX_BYTES => {
                outcome.unknown.extend(imported);
                continue;
            }
            Ok(bytes) => bytes,
            Err(error) if imported.is_some() && error.is_ours_alone() => {
                outcome.unknown.extend(imported);
                continue;
            }
            Err(error) => {
                let reason = Reason::Unreadable { path, error };
                return Err(NodeFault {
                    reason,
                    place: imported,
                });
            }
        };
        read += bytes.len();
        let index = outcome.files.len();
        outcome.files.push(File {
            path: path.clone(),
            imported,
            version: 0,
            settings: Table::default(),
        });
        let mut settings = decode(release, &bytes, index)?;
        let own = settings.get("version").and_then(PlacedValue::as_integer);
        let own_place = settings.get("version").map(|node| node.place.clone());
        let own = own.unwrap_or_default();
        outcome.files[index].version = own;
        outcome.files[index].settings = settings.clone();
        if release.is_v2() {
            if root_version == 0 {
                root_version = own;
            }
            update(release, &mut settings, own, version, root_version)
                .map_err(|reason| fault(reason, own_place.as_ref()))?;
        }
        // Zero is nothing to merge. A migrated file has the version of the files merged so far.
        if own != 0
            && !(release.is_v2() && own == 1 || release.migrates_each_file() && own < version)
        {
            version = own;
        }
        merge::merge(&mut merged, &settings, release);
        if let Some(list) = settings.get("imports") {
            for (text, place) in list.strings() {
                let imports = imports::resolve(release, files, &budget, &path, text)
                    .map_err(|_| NodeFault::at(Reason::BadPattern(text.to_owned()), place))?;
                if imports.are_unknown {
                    outcome.unknown.push(place.clone());
                }
                let paths = imports.paths;
                pending.extend(paths.into_iter().map(|path| (path, Some(place.clone()))));
            }
        }
        loaded.insert(path);
    }
    outcome.version = version;
    validate(release, version, &merged)?;
    Ok(merged)
}

/// Decodes a file into the daemon's struct.
fn decode(release: Release, bytes: &[u8], file: usize) -> Result<Table, NodeFault> {
    let fields = schema::config(release);
    let (document, dialect) = match release.is_v2() {
        true => (v2::document(bytes, fields, file), Dialect::V2),
        false => (
            v1::document(bytes, release.toml_v1().version, file),
            Dialect::V1,
        ),
    };
    let document = document.map_err(|Problem { kind, span }| NodeFault {
        reason: Reason::Toml(kind),
        place: Some(Place { file, span }),
    })?;
    let (settings, mismatches) = shape::decode(&document, fields, dialect);
    match mismatches.first() {
        Some(mismatch) => Err(NodeFault::wrong_type(None, mismatch)),
        None => Ok(settings),
    }
}

/// How 2.x changes a file before it is merged.
fn update(
    release: Release,
    settings: &mut Table,
    own: i64,
    version: i64,
    root: i64,
) -> Result<(), Reason> {
    if release.migrates_each_file() && own > root {
        return Err(Reason::DropInVersion { found: own, root });
    }
    if own < 0 && release.migrates_each_file() {
        return Err(Reason::NegativeVersion(own));
    }
    if !release.migrates_each_file() {
        if matches!(own, 0 | 1) {
            migrate::rename_plugins(settings);
        }
        return Ok(());
    }
    let everybody = migrate::migrating(release, |_| false);
    for step in own..version {
        if step == 1 {
            migrate::rename_plugins(settings);
        }
        // The plugins migrate at every step: at the first the names may still be short.
        if let Err(fault) = migrate::split_cri(release, settings, everybody) {
            return Err(fault.reason);
        }
    }
    Ok(())
}

/// `ValidateV2` and `ValidateVersion`.
fn validate(release: Release, version: i64, merged: &Table) -> Result<(), NodeFault> {
    let place = merged.get("version").map(|node| &node.place);
    let newest = release.config_version();
    if version > newest && release.refuses_newer_config() {
        let reason = Reason::UnsupportedVersion {
            found: version,
            newest,
        };
        return Err(fault(reason, place));
    }
    if !release.is_v2() && version < 2 {
        return Ok(());
    }
    // 1.x counts the parts of a name, and from 1.7 looks for the first two; 2.x looks for one point.
    let prefix = match release.full_plugin_names() {
        true => "io.containerd.",
        false => "",
    };
    let is_full = |name: &str| match release.is_v2() {
        true => name.contains('.'),
        false => name.split('.').count() >= 4 && name.starts_with(prefix),
    };
    let short = |key: &'static str, name: &str, place: &Place| {
        let name = name.to_owned();
        Err(NodeFault::at(Reason::ShortName { key, name }, place))
    };
    for key in ["disabled_plugins", "required_plugins"] {
        let names = merged.get(key).into_iter().flat_map(PlacedValue::strings);
        for (name, place) in names {
            if !is_full(name) {
                return short(key, name, place);
            }
        }
    }
    if let (false, Some(Value::Table(plugins))) =
        (release.is_v2(), merged.get("plugins").map(|n| &n.value))
    {
        for (Key { name, place }, _) in plugins.entries() {
            if !is_full(name) {
                return short("plugins", name, place);
            }
        }
    }
    Ok(())
}

fn fault(reason: Reason, place: Option<&Place>) -> NodeFault {
    NodeFault {
        reason,
        place: place.cloned(),
    }
}
