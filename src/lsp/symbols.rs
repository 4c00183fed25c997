//! The outline of a hosts.toml: `server`, the host tables, their keys.

use std::ops::Range;

use crate::toml::view::{Document, Item, Node, Spelling, Table};

/// The kind of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// `server`, or a host table.
    Endpoint,
    /// A key with a value.
    Key,
    /// Any other table.
    Table,
}

/// A part of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// The value, if it is short.
    pub detail: Option<String>,
    /// The kind.
    pub what: What,
    /// All that belongs to it.
    pub range: Range<usize>,
    /// Where its name is.
    pub name_range: Range<usize>,
    /// The children.
    pub children: Vec<Symbol>,
}

/// A detail that is longer is left out.
const MAX_DETAIL: usize = 60;

/// The outline of a text; empty where it is not TOML.
pub fn symbols(text: &str) -> Vec<Symbol> {
    match Document::parse(text) {
        Ok(document) => of_table(text, &document.root, 0),
        Err(_) => Vec::new(),
    }
}

fn of_table(text: &str, table: &Table, depth: usize) -> Vec<Symbol> {
    // Nothing that containerd reads is deeper.
    if depth > 8 {
        return Vec::new();
    }
    let symbols = table
        .items
        .iter()
        .flat_map(|item| match (&item.node, item.key.value.as_str()) {
            // The level `host` itself says nothing.
            (Node::Table(hosts), "host") if depth == 0 => {
                let hosts = hosts.items.iter();
                hosts
                    .map(|item| symbol(text, item, What::Endpoint, depth + 1))
                    .collect()
            }
            (Node::Tables(_) | Node::Table(_), _) => vec![symbol(text, item, What::Table, depth)],
            (_, "server") if depth == 0 => vec![symbol(text, item, What::Endpoint, depth)],
            _ => vec![symbol(text, item, What::Key, depth)],
        });
    let mut symbols: Vec<Symbol> = symbols.collect();
    symbols.sort_by_cached_key(|symbol| symbol.range.start);
    symbols
}

fn symbol(text: &str, item: &Item, what: What, depth: usize) -> Symbol {
    let children = match &item.node {
        Node::Table(table) => of_table(text, table, depth + 1),
        Node::Tables(tables) => tables
            .iter()
            .flat_map(|table| of_table(text, table, depth + 1))
            .collect(),
        _ => Vec::new(),
    };
    let own = match item.spelling {
        Spelling::Implied => item.key.span.clone(),
        _ => item.whole(),
    };
    let end = children.iter().map(|child| child.range.end).max();
    let start = children.iter().map(|child| child.range.start).min();
    let name_range = item.key.span.clone();
    let range =
        own.start
            .min(start.unwrap_or(own.start))
            .min(name_range.start)..own.end.max(end.unwrap_or(own.end)).max(name_range.end);
    let is_value = !matches!(item.node, Node::Table(_) | Node::Tables(_));
    let written = text.get(item.span.clone()).filter(|_| is_value);
    Symbol {
        // A name must not be empty for editors.
        name: match item.key.value.is_empty() {
            true => "\"\"".to_owned(),
            false => item.key.value.clone(),
        },
        detail: written
            .filter(|written| written.len() <= MAX_DETAIL && !written.contains('\n'))
            .map(str::to_owned),
        what,
        range,
        name_range,
        children,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_at_the_top() {
        let text = "server = \"https://a\"\n\n[host.\"https://b\"]\n  ca = \"x\"\n[host.\"https://b\".header]\n  k = \"v\"\n";
        let all = symbols(text);
        let names: Vec<&str> = all.iter().map(|symbol| symbol.name.as_str()).collect();
        assert_eq!(names, ["server", "https://b"]);
        assert_eq!(all[0].detail.as_deref(), Some("\"https://a\""));
        let inner: Vec<&str> = all[1].children.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(inner, ["ca", "header"]);
        assert_eq!(
            text[all[1].range.clone()],
            *text[text.find("[host").unwrap()..].trim_end()
        );
    }

    #[test]
    fn a_symbol_is_around_its_name_and_what_is_in_it() {
        fn check(symbols: &[Symbol]) {
            for symbol in symbols {
                assert!(symbol.range.start <= symbol.name_range.start, "{symbol:?}");
                assert!(symbol.range.end >= symbol.name_range.end, "{symbol:?}");
                for child in &symbol.children {
                    assert!(symbol.range.start <= child.range.start, "{symbol:?}");
                    assert!(symbol.range.end >= child.range.end, "{symbol:?}");
                }
                check(&symbol.children);
            }
        }
        for text in [
            "host.a.ca = 1\nhost.b = {header = {x = 1}}\n",
            "[host.a.header]\nx = 1\n[host]\n\"\" = {}\n[[x]]\n[[x.y]]\nz = [1]\n",
        ] {
            check(&symbols(text));
        }
    }
}
