//! How a file is merged into those before it (containerd's `mergeConfig`, on top of the library mergo).

use crate::containerd::release::Release;
use crate::toml::document::{Key, PlacedValue, Table, Value};

/// Merges a decoded file into what the files before it made. What is not set, or set to nothing (an empty text, zero,
/// `false`), leaves what was there.
pub fn merge(into: &mut Table, file: &Table, release: Release) {
    for (key, node) in file.entries() {
        match (key.name.as_str(), &node.value) {
            ("plugins", Value::Table(plugins)) => {
                let there = table_of(into, key, node);
                match release.is_v2() {
                    true => merge_maps(there, plugins),
                    false => replace_entries(there, plugins),
                }
            }
            ("stream_processors" | "proxy_plugins" | "timeouts", Value::Table(table)) => {
                replace_entries(table_of(into, key, node), table);
            }
            (_, Value::Table(table)) => merge(table_of(into, key, node), table, release),
            (_, Value::Array(elements)) => append(into, key, node, elements, release),
            (_, value) if value.is_zero() => {}
            _ => into.set(key.clone(), node.clone()),
        }
    }
}

fn table_of<'t>(into: &'t mut Table, key: &Key, node: &PlacedValue) -> &'t mut Table {
    if into
        .get(&key.name)
        .and_then(PlacedValue::as_table)
        .is_none()
    {
        let empty = PlacedValue {
            value: Value::Table(Table::default()),
            place: node.place.clone(),
        };
        into.set(key.clone(), empty);
    }
    match into.get_mut(&key.name).map(|node| &mut node.value) {
        Some(Value::Table(table)) => table,
        _ => unreachable!("a table was put there"),
    }
}

/// Each entry replaces the one of its name, whatever that held.
fn replace_entries(into: &mut Table, from: &Table) {
    for (key, node) in from.entries() {
        into.set(key.clone(), node.clone());
    }
}

/// Lists grow: by what they do not hold yet, on 1.x by all of it.
fn append(
    into: &mut Table,
    key: &Key,
    node: &PlacedValue,
    elements: &[PlacedValue],
    release: Release,
) {
    let Some(PlacedValue {
        value: Value::Array(there),
        ..
    }) = into.get_mut(&key.name)
    else {
        into.set(key.clone(), node.clone());
        return;
    };
    for element in elements {
        let known = |other: &PlacedValue| other.as_str() == element.as_str();
        if !release.is_v2() || !there.iter().any(known) {
            there.push(element.clone());
        }
    }
}

/// mergo's way with maps of anything, from 2.0: maps in maps are merged, all else is replaced, by nothing too. Only
/// a map does not replace what is not a map, unless that is empty.
fn merge_maps(into: &mut Table, from: &Table) {
    for (key, node) in from.entries() {
        match (into.get_mut(&key.name).map(|n| &mut n.value), &node.value) {
            (Some(Value::Table(there)), Value::Table(table)) => merge_maps(there, table),
            (Some(there), Value::Table(_)) if !there.is_zero() => {}
            _ => into.set(key.clone(), node.clone()),
        }
    }
}
