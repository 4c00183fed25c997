//! Where a certificate file is named.

use crate::containerd::hosts::ClientPair;
use crate::facts::view::NamespaceView;
use crate::toml::Span;
use crate::toml::view::{Item, Node, Table};

/// A place at which a file is named, or the file itself in Docker's layout.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where it stands in hosts.toml; `None` in Docker's layout.
    pub span: Option<Span>,
    /// The value of `client` that it stands in, as containerd took it apart, and which of its parts this is.
    pub client: Option<(Vec<ClientPair>, usize)>,
}

impl Place {
    /// The pair of certificate and key that is named here.
    pub fn pair(&self) -> Option<&ClientPair> {
        let (pairs, index) = self.client.as_ref()?;
        pairs.get(*index)
    }

    /// Where the key is named.
    pub fn key_span(&self) -> Option<Span> {
        self.pair()?.key.as_ref()?.span.clone()
    }
}

/// The last part of a path.
pub fn base_name(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
}

/// What to call a file: as hosts.toml has it, by its own name in Docker's layout.
pub fn named<'a>(written: &'a str, path: &'a str) -> &'a str {
    if written.is_empty() {
        base_name(path)
    } else {
        written
    }
}

/// The array that is an element of another, and holds the value at `inner`: a pair in `client`.
pub fn array_element(context: &NamespaceView, inner: &Span) -> Option<Span> {
    fn search(table: &Table, inner: &Span) -> Option<Span> {
        table.items.iter().find_map(|item| in_item(item, inner))
    }
    fn in_item(item: &Item, inner: &Span) -> Option<Span> {
        match &item.node {
            Node::Table(table) => search(table, inner),
            Node::Tables(tables) => tables.iter().find_map(|table| search(table, inner)),
            Node::Array(elements) => elements.iter().find_map(|(node, span)| match node {
                Node::Array(pair) if pair.iter().any(|(_, at)| at == inner) => Some(span.clone()),
                _ => None,
            }),
            _ => None,
        }
    }
    search(&context.document.as_ref()?.root, inner)
}
