//! A typed view of a document in which every value knows its place and its spelling.
//!
//! Built from toml_edit's immutable document: its spans vanish on the mutable one.

use std::cell::OnceCell;
use std::ops::Range;

use crate::toml::{Span, Spanned};

/// How a key or a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// `[a.b]` or `[[a]]`, a header of its own.
    Header,
    /// Not written itself: a deeper header names it, as `[a.b]` does `a`.
    Implied,
    /// Part of a dotted key: `a` in `a.b = 1`.
    Dotted,
    /// `{ … }`.
    Inline,
    /// `key = value`.
    Plain,
}

/// A key with what is under it.
#[derive(Debug, Clone)]
pub struct Item {
    /// The key, escapes resolved, and its place.
    pub key: Spanned<String>,
    /// How it is written.
    pub spelling: Spelling,
    /// The value under it.
    pub node: Node,
    /// The value; for a table its header, its braces, or its key.
    pub span: Span,
}

impl Item {
    /// The table under this key, whatever its spelling.
    pub fn table(&self) -> Option<&Table> {
        match &self.node {
            Node::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The text under this key.
    pub fn string(&self) -> Option<&str> {
        match &self.node {
            Node::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value under this key.
    pub fn boolean(&self) -> Option<bool> {
        match self.node {
            Node::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// From the key to the end of the value, for `key = value`; the header for a table.
    pub fn whole(&self) -> Span {
        match self.spelling {
            Spelling::Header => self.span.clone(),
            _ => self.key.span.start.min(self.span.start)..self.span.end.max(self.key.span.end),
        }
    }
}

/// The value under a key, or in an array.
#[derive(Debug, Clone)]
pub enum Node {
    /// Text, escapes resolved.
    String(String),
    /// A whole number.
    Integer,
    /// Any other number.
    Float,
    /// A truth value.
    Boolean(bool),
    /// A date, a time or both.
    Datetime,
    /// An array: nodes and their places.
    Array(Vec<(Node, Span)>),
    /// A table in any spelling.
    Table(Table),
    /// `[[a]]`, once or more.
    Tables(Vec<Table>),
}

impl Node {
    /// The word a person would use, with its article.
    pub fn describe(&self) -> &'static str {
        match self {
            Node::String(_) => "a string",
            Node::Integer => "an integer",
            Node::Float => "a float",
            Node::Boolean(_) => "a boolean",
            Node::Datetime => "a date or time",
            Node::Array(_) => "an array",
            Node::Table(_) => "a table",
            Node::Tables(_) => "an array of tables",
        }
    }
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// How it is written.
    pub spelling: Spelling,
    /// Its header with brackets, its braces, or its key.
    pub span: Span,
    /// Its keys in the order of the text.
    pub items: Vec<Item>,
}

impl Table {
    /// The item of this key, exactly.
    pub fn get(&self, key: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.key.value == key)
    }

    /// All items below, at any depth, in the order of the text, with the keys that lead to them.
    pub fn walk(&self) -> Vec<(Vec<&str>, &Item)> {
        let mut found = Vec::new();
        walk_into(self, &mut Vec::new(), &mut found);
        found
    }
}

fn walk_into<'a>(
    table: &'a Table,
    path: &mut Vec<&'a str>,
    found: &mut Vec<(Vec<&'a str>, &'a Item)>,
) {
    for item in &table.items {
        path.push(&item.key.value);
        found.push((path.clone(), item));
        match &item.node {
            Node::Table(inner) => walk_into(inner, path, found),
            Node::Tables(tables) => tables.iter().for_each(|t| walk_into(t, path, found)),
            _ => {}
        }
        path.pop();
    }
}

/// Why a text is not TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// In toml_edit's words.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// A host table: the entry of `host` for one URL.
#[derive(Debug, Clone, Copy)]
pub struct HostTable<'a> {
    /// The URL as written, escapes resolved, and its place.
    pub name: &'a Spanned<String>,
    /// How it is written.
    pub spelling: Spelling,
    /// Its keys.
    pub table: &'a Table,
}

/// A document that is TOML.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its root table.
    pub root: Table,
    /// Its headers, once someone asked for them.
    pub(crate) headers: OnceCell<Vec<TableHeader>>,
}

impl Document {
    /// Parses `text`. A byte order mark is skipped.
    pub fn parse(text: &str) -> Result<Document, SyntaxError> {
        match toml_edit::Document::parse(text) {
            Ok(parsed) => {
                let items = table_items(parsed.as_table());
                Ok(Document {
                    root: Table {
                        spelling: Spelling::Implied,
                        span: 0..0,
                        items,
                    },
                    headers: OnceCell::new(),
                })
            }
            Err(error) => {
                let end = text.len();
                let span = error.span().unwrap_or(end..end);
                Err(SyntaxError {
                    message: error.message().to_owned(),
                    span,
                })
            }
        }
    }

    /// `server`, at the root.
    pub fn server(&self) -> Option<&Item> {
        self.root.get("server")
    }

    /// The tables under `host`, in the order of the text, in any spelling.
    pub fn hosts(&self) -> Vec<HostTable<'_>> {
        let Some(host) = self.root.get("host").and_then(Item::table) else {
            return Vec::new();
        };
        let mut hosts: Vec<HostTable<'_>> = host
            .items
            .iter()
            .filter_map(|item| {
                let table = item.table()?;
                Some(HostTable {
                    name: &item.key,
                    spelling: item.spelling,
                    table,
                })
            })
            .collect();
        hosts.sort_by_cached_key(|host| host.name.span.start);
        hosts
    }
}

fn span_or_empty(span: Option<Range<usize>>) -> Span {
    span.unwrap_or(0..0)
}

fn table_items(table: &toml_edit::Table) -> Vec<Item> {
    let mut items: Vec<Item> = table
        .iter()
        .filter_map(|(name, item)| {
            let key = Spanned {
                value: name.to_owned(),
                span: span_or_empty(table.key(name).and_then(toml_edit::Key::span)),
            };
            let (spelling, node) = match item {
                toml_edit::Item::None => return None,
                toml_edit::Item::Value(value) => value_node(value),
                toml_edit::Item::Table(inner) => {
                    let spelling = match (inner.is_dotted(), inner.is_implicit()) {
                        (true, _) => Spelling::Dotted,
                        (false, true) => Spelling::Implied,
                        (false, false) => Spelling::Header,
                    };
                    let span = span_or_empty(inner.span());
                    (
                        spelling,
                        Node::Table(Table {
                            spelling,
                            span,
                            items: table_items(inner),
                        }),
                    )
                }
                toml_edit::Item::ArrayOfTables(tables) => {
                    let tables = tables
                        .iter()
                        .map(|inner| Table {
                            spelling: Spelling::Header,
                            span: span_or_empty(inner.span()),
                            items: table_items(inner),
                        })
                        .collect();
                    (Spelling::Header, Node::Tables(tables))
                }
            };
            let span = item.span().unwrap_or_else(|| key.span.clone());
            Some(Item {
                key,
                spelling,
                node,
                span,
            })
        })
        .collect();
    items.sort_by_cached_key(|item| item.key.span.start);
    items
}

fn inline_items(table: &toml_edit::InlineTable) -> Vec<Item> {
    table
        .iter()
        .map(|(name, value)| {
            let key = Spanned {
                value: name.to_owned(),
                span: span_or_empty(table.key(name).and_then(toml_edit::Key::span)),
            };
            let (spelling, node) = value_node(value);
            let span = value.span().unwrap_or_else(|| key.span.clone());
            Item {
                key,
                spelling,
                node,
                span,
            }
        })
        .collect()
}

fn value_node(value: &toml_edit::Value) -> (Spelling, Node) {
    let node = match value {
        toml_edit::Value::String(text) => Node::String(text.value().clone()),
        toml_edit::Value::Integer(_) => Node::Integer,
        toml_edit::Value::Float(_) => Node::Float,
        toml_edit::Value::Boolean(value) => Node::Boolean(*value.value()),
        toml_edit::Value::Datetime(_) => Node::Datetime,
        toml_edit::Value::Array(array) => Node::Array(
            array
                .iter()
                .map(|element| (value_node(element).1, span_or_empty(element.span())))
                .collect(),
        ),
        toml_edit::Value::InlineTable(table) => {
            let spelling = if table.is_dotted() {
                Spelling::Dotted
            } else {
                Spelling::Inline
            };
            let span = span_or_empty(table.span());
            return (
                spelling,
                Node::Table(Table {
                    spelling,
                    span,
                    items: inline_items(table),
                }),
            );
        }
    };
    (Spelling::Plain, node)
}

/// `[a."b"]` or `[[a]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableHeader {
    /// With its brackets.
    pub span: Span,
    /// Its keys, escapes resolved, and their places.
    pub parts: Vec<Spanned<String>>,
}

impl TableHeader {
    /// The key of this number, if there are as many.
    pub fn part(&self, index: usize) -> Option<&str> {
        self.parts.get(index).map(|part| part.value.as_str())
    }

    /// Whether its keys begin as those of `other` up to `length`.
    pub fn shares(&self, other: &TableHeader, length: usize) -> bool {
        self.parts.len() >= length
            && other.parts.len() >= length
            && (0..length).all(|i| self.parts[i].value == other.parts[i].value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_knows_its_spelling_and_place() {
        let text = "host.d.ca = \"1\"\n[host.\"https://a\"]\nheader = { a = \"b\" }\n[host.b.host.\"c\"]\n";
        let document = Document::parse(text).unwrap();
        let seen: Vec<(&str, Spelling, &str)> = document
            .hosts()
            .iter()
            .map(|h| {
                (
                    h.name.value.as_str(),
                    h.spelling,
                    &text[h.table.span.clone()],
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("d", Spelling::Dotted, "d"),
                ("https://a", Spelling::Header, "[host.\"https://a\"]"),
                ("b", Spelling::Implied, "b"),
            ]
        );
        let header = document.hosts()[1].table.get("header").unwrap();
        assert_eq!(header.spelling, Spelling::Inline);
        assert_eq!(&text[header.whole()], "header = { a = \"b\" }");
        let nested = document.hosts()[2].table.walk();
        assert_eq!(nested[1].0, ["host", "c"]);
    }

    #[test]
    fn what_stands_in_a_value_is_not_in_a_header() {
        let text = "a = [{ b.c = {} }]\n[[d.e]]\n[[d.e]]\nf.g = 1\n";
        let document = Document::parse(text).unwrap();
        let seen: Vec<(String, Spelling, &str)> = document
            .root
            .walk()
            .into_iter()
            .map(|(path, item)| (path.join("."), item.spelling, &text[item.span.clone()]))
            .collect();
        let own = |path: &str, spelling, span| (path.to_owned(), spelling, span);
        assert_eq!(
            seen,
            [
                own("a", Spelling::Plain, "[{ b.c = {} }]"),
                own("d", Spelling::Implied, "d"),
                own("d.e", Spelling::Header, "[[d.e]]\n[[d.e]]"),
                own("d.e.f", Spelling::Dotted, "f"),
                own("d.e.f.g", Spelling::Plain, "1"),
            ]
        );
        let Node::Array(elements) = &document.root.items[0].node else {
            panic!("an array");
        };
        let Node::Table(table) = &elements[0].0 else {
            panic!("a table");
        };
        assert_eq!(table.spelling, Spelling::Inline);
        assert_eq!(table.items[0].spelling, Spelling::Dotted);
    }

    #[test]
    fn a_number_has_its_limits() {
        for text in ["a = 9223372036854775808", "a = 1e400", "a = [-0.5, -1e400]"] {
            assert!(Document::parse(text).is_err(), "{text}");
        }
        assert!(Document::parse("a = [0xffff, -inf, +nan, 1e9]").is_ok());
    }

    #[test]
    fn an_error_has_its_place() {
        let error = Document::parse("a = 1\na = 2\n").unwrap_err();
        assert_eq!(error.span, 6..7);
    }
}
