//! Tables of a hosts.toml that are meant as host tables and are not one, or not the one that was meant.
//!
//! This module assigns each table to one rule, so that one cause gives one finding: a table that containerd does
//! not read is reported once, and its keys are not.

use super::keys;
use crate::toml::view::{Document, HostTable, Item, Node, Spelling, TableHeader};

/// A host inside a host table.
#[derive(Debug, Clone)]
pub struct NestedHost<'a> {
    /// The URL of the host table around it.
    pub outer: String,
    /// Its own URL; `None` for a table `host` with nothing in it.
    pub url: Option<String>,
    /// Its header, its key in a table `host`, or that table.
    pub span: std::ops::Range<usize>,
    /// How it is written.
    pub spelling: Spelling,
    /// The headers that lead to it or into it, and the number of the part that begins the nested `host`.
    pub headers: Vec<(&'a TableHeader, usize)>,
}

fn is_host(key: &str) -> bool {
    key.eq_ignore_ascii_case("host")
}

/// Whether a key of a host table contains hosts of its own.
pub fn is_nested_host(item: &Item) -> bool {
    is_host(&item.key.value) && matches!(item.node, Node::Table(_) | Node::Tables(_))
}

/// Where the innermost nested `host` of a header begins: 2 in `[host."a".host."b"]`.
fn nested_at(header: &TableHeader) -> Option<usize> {
    if header.part(0) != Some("host") {
        return None;
    }
    (2..)
        .step_by(2)
        .take_while(|&i| header.part(i).is_some_and(is_host))
        .last()
}

/// The hosts inside host tables, in the order of the text.
pub fn nested_hosts<'a>(document: &Document, headers: &'a [TableHeader]) -> Vec<NestedHost<'a>> {
    let mut found: Vec<(Vec<String>, NestedHost<'a>)> = Vec::new();
    for header in headers {
        let Some(at) = nested_at(header) else {
            continue;
        };
        let length = header.parts.len().min(at + 2);
        let path: Vec<String> = header.parts[..length]
            .iter()
            .map(|part| part.value.clone())
            .collect();
        match found.iter_mut().find(|(known, _)| *known == path) {
            Some((_, nested)) => nested.headers.push((header, at)),
            None => {
                let nested = NestedHost {
                    outer: path[at - 1].clone(),
                    url: header.part(at + 1).map(str::to_owned),
                    span: header.span.clone(),
                    spelling: Spelling::Header,
                    headers: vec![(header, at)],
                };
                found.push((path, nested));
            }
        }
    }
    // Those without a header: in braces, or dotted. Most files have no table so deep.
    for (path, item) in walked(document) {
        let [.., outer, host, url] = path.as_slice() else {
            continue;
        };
        let is_nested = path.len() % 2 == 0
            && path[0] == "host"
            && path.iter().skip(2).step_by(2).all(|key| is_host(key));
        if is_nested
            && is_host(host)
            && path.len() >= 4
            && matches!(item.node, Node::Table(_))
            && matches!(item.spelling, Spelling::Inline | Spelling::Dotted)
        {
            let nested = NestedHost {
                outer: (*outer).to_owned(),
                url: Some((*url).to_owned()),
                span: item.key.span.clone(),
                spelling: item.spelling,
                headers: Vec::new(),
            };
            let path = path.iter().map(|key| (*key).to_owned()).collect();
            found.push((path, nested));
        }
    }
    // A bare `[host."a".host]` is not worth a word of its own beside the hosts in it.
    let paths: Vec<Vec<String>> = found.iter().map(|(path, _)| path.clone()).collect();
    let mut found: Vec<NestedHost<'a>> = found
        .into_iter()
        .filter(|(path, nested)| {
            nested.url.is_some()
                || !paths
                    .iter()
                    .any(|other| other.len() > path.len() && other.starts_with(path))
        })
        .map(|(_, nested)| nested)
        .collect();
    found.sort_by_cached_key(|nested| nested.span.start);
    found
}

/// All items, if host tables contain tables that could contain others.
fn walked(document: &Document) -> Vec<(Vec<&str>, &Item)> {
    let hosts = document.root.get("host").into_iter();
    let inner = hosts.flat_map(items_below).flat_map(items_below);
    match inner
        .flat_map(items_below)
        .any(|item| item.table().is_some())
    {
        true => document.root.walk(),
        false => Vec::new(),
    }
}

/// The items of the tables under a key.
fn items_below(item: &Item) -> impl Iterator<Item = &Item> {
    let tables = match &item.node {
        Node::Table(table) => std::slice::from_ref(table),
        Node::Tables(tables) => tables,
        _ => &[],
    };
    tables.iter().flat_map(|table| &table.items)
}

/// The header of the host table for a URL: `[host."https://mirror.internal"]`.
pub fn header_for(url: &str) -> String {
    let plain = |c: char| c != '"' && c != '\\' && !c.is_control();
    match url.chars().all(plain) {
        true => format!("[host.\"{url}\"]"),
        false => format!("[host.{}]", toml_edit::Key::new(url)),
    }
}

/// Names that people give to the table `host`.
const HOST_SYNONYMS: [&str; 9] = [
    "hosts",
    "mirror",
    "mirrors",
    "registry",
    "registries",
    "endpoint",
    "endpoints",
    "upstream",
    "upstreams",
];

/// Whether a key at the root of the file is a table that is meant as `host`, and is not: by its name, or because
/// what is in it are URLs with tables.
pub fn is_misspelled_host_table(item: &Item) -> bool {
    let key = item.key.value.as_str();
    let is_table = matches!(item.node, Node::Table(_) | Node::Tables(_));
    if !is_table || key == "host" {
        return false;
    }
    if is_host(key) {
        // Arrays of tables under `host`, in any case, are of the wrong type for the decoder.
        return !holds_arrays(item);
    }
    if keys::root_key(key).is_some() {
        return false;
    }
    let lower = key.to_lowercase();
    HOST_SYNONYMS.contains(&lower.as_str())
        || strsim::damerau_levenshtein(&lower, "host") == 1
        || is_url(key)
        || hosts_within(item)
            .iter()
            .any(|host| is_url(&host.key.value))
}

fn holds_arrays(item: &Item) -> bool {
    let within = item.table().map_or(&[][..], |table| &table.items);
    let is_array = |item: &Item| matches!(item.node, Node::Tables(_));
    is_array(item) || within.iter().any(is_array)
}

fn is_url(key: &str) -> bool {
    key.contains("://")
}

/// The tables in a table.
pub fn hosts_within(item: &Item) -> Vec<&Item> {
    let tables: &[_] = match &item.node {
        Node::Table(table) => std::slice::from_ref(table),
        Node::Tables(tables) => tables,
        _ => &[],
    };
    tables
        .iter()
        .flat_map(|table| &table.items)
        .filter(|item| item.table().is_some())
        .collect()
}

/// A host whose dots TOML takes for levels.
#[derive(Debug, Clone)]
pub struct UnquotedHost<'a> {
    /// The name as it was meant: `mirror.example.com`.
    pub name: String,
    /// The host that containerd sees: `mirror`.
    pub seen: String,
    /// The place of the name in its first header.
    pub span: std::ops::Range<usize>,
    /// The headers that name it, and the number of parts that the name has in them.
    pub headers: Vec<(&'a TableHeader, usize)>,
}

/// The hosts without quotes, in the order of the text: `[host.mirror.example.com]`.
pub fn unquoted_hosts<'a>(headers: &'a [TableHeader], text: &str) -> Vec<UnquotedHost<'a>> {
    let mut found: Vec<UnquotedHost<'a>> = Vec::new();
    for header in headers.iter().filter(|h| h.part(0) == Some("host")) {
        let length = header.parts[1..]
            .iter()
            .enumerate()
            .take_while(|(level, part)| {
                let bare = text.get(part.span.clone()) == Some(part.value.as_str());
                bare && (*level == 0 || is_label(&part.value))
            })
            .count();
        if length < 2 {
            continue;
        }
        let parts = &header.parts[1..=length];
        let name = parts
            .iter()
            .map(|part| part.value.as_str())
            .collect::<Vec<_>>()
            .join(".");
        match found.iter_mut().find(|host| host.name == name) {
            Some(host) => host.headers.push((header, length)),
            None => found.push(UnquotedHost {
                name,
                seen: parts[0].value.clone(),
                span: parts[0].span.start..parts[length - 1].span.end,
                headers: vec![(header, length)],
            }),
        }
    }
    found
}

/// Whether a part of a header can be a label of a host name rather than a key that someone
/// expected containerd to know.
fn is_label(part: &str) -> bool {
    keys::host_key(part).is_none()
        && !is_host(part)
        && !keys::is_elsewhere(part)
        && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Whether the text names this host table by levels, and not by one key.
pub fn is_unquoted(table: &HostTable<'_>, unquoted: &[UnquotedHost<'_>]) -> bool {
    unquoted.iter().any(|host| host.seen == table.name.value)
}

/// Whether a host table is one only because its URL was left out: `[host.header]`.
pub fn is_key_as_host(table: &HostTable<'_>) -> bool {
    keys::root_key(&table.name.value).is_some()
}
