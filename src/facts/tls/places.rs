//! Where hosts.toml names a certificate file.

use crate::containerd::hosts::ClientPair;
use crate::facts::view::NamespaceView;
use crate::toml::Span;
use crate::toml::view::{Item, Node, Table};

/// A place that names a file, or the file itself in Docker's layout.
#[derive(Debug, Clone)]
pub struct FileMention {
    /// Its span in hosts.toml; `None` in Docker's layout.
    pub span: Option<Span>,
    /// The value of `client` around it, as containerd reads it, and the index of this pair.
    pub client: Option<(Vec<ClientPair>, usize)>,
}

impl FileMention {
    /// The pair of certificate and key.
    pub fn pair(&self) -> Option<&ClientPair> {
        let (pairs, index) = self.client.as_ref()?;
        pairs.get(*index)
    }

    /// Whether the pair is `["", ""]`.
    pub fn is_empty_pair(&self) -> bool {
        let is_empty = |pair: &ClientPair| {
            let key = pair.key.as_ref();
            pair.certificate.written.is_empty() && key.is_some_and(|key| key.written.is_empty())
        };
        self.span.is_some() && self.pair().is_some_and(is_empty)
    }

    /// The span of the key's path.
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

/// The name of a file in messages: as written, or its base name in Docker's layout.
pub fn named<'a>(written: &'a str, path: &'a str) -> &'a str {
    if written.is_empty() {
        base_name(path)
    } else {
        written
    }
}

/// The span of the inner array around the value at `inner`: a pair in `client`.
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
