//! The headers that hosts.toml sets, with their places.

use std::rc::Rc;

use super::view::{Entry, NamespaceView};
use crate::toml::Span;
use crate::toml::view::{Item, Node, Table};

/// A header of one endpoint.
pub struct HttpHeader<'a> {
    /// Its name and value as written.
    pub item: &'a Item,
    /// The texts of its value, each with its place.
    pub values: Vec<(&'a str, Span)>,
    /// The endpoint.
    pub entry: Rc<Entry<'a>>,
}

/// Finds the headers of a namespace.
pub(super) fn find_headers<'a>(context: &NamespaceView<'a>) -> Vec<Vec<HttpHeader<'a>>> {
    let Some(document) = &context.document else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for entry in context.entries() {
        let table = match entry.table {
            Some(host) => host.table,
            None if entry.host.role == crate::containerd::Role::Server => &document.root,
            None => continue,
        };
        let Some(header) = table.get("header").and_then(Item::table) else {
            continue;
        };
        all.push(of_table(header, &Rc::new(entry.clone())));
    }
    all
}

fn of_table<'a>(header: &'a Table, entry: &Rc<Entry<'a>>) -> Vec<HttpHeader<'a>> {
    header
        .items
        .iter()
        .map(|item| {
            let values = match &item.node {
                Node::String(text) => vec![(text.as_str(), item.span.clone())],
                Node::Array(elements) => elements
                    .iter()
                    .filter_map(|(node, span)| match node {
                        Node::String(text) => Some((text.as_str(), span.clone())),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            };
            HttpHeader {
                item,
                values,
                entry: Rc::clone(entry),
            }
        })
        .collect()
}
