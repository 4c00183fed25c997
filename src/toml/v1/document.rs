//! The tree that go-toml v1 builds, as a document.

use super::tree::{Datum, TableId, Tree};
use super::{Step, Version, lexer, parser, source};
use crate::toml::document::{Key, MAX_DEPTH, Place, PlacedValue, Table, Value, integer};
use crate::toml::{Problem, ProblemKind, Span, Spanned};

/// Reads a text as go-toml v1 does. The first problem is all there is to be had of a text that it does not take.
pub fn document(text: &[u8], version: Version, file: usize) -> Step<Table> {
    let source = source::Source::new(text);
    let tokens = lexer::lex(&source, version);
    let tree = parser::parse(tokens, text, version)?;
    let converter = Converter {
        tree: &tree,
        text,
        file,
    };
    converter.table(Tree::ROOT, 0)
}

struct Converter<'t> {
    tree: &'t Tree<'t>,
    text: &'t [u8],
    file: usize,
}

impl Converter<'_> {
    fn table(&self, id: TableId, depth: usize) -> Step<Table> {
        let entries = self.tree.table(id).nodes().map(|(name, node)| {
            let key = Key {
                name: name.to_owned(),
                place: self.place(&node.key),
            };
            Ok((key, self.node(&node.value, depth + 1)?))
        });
        entries.collect()
    }

    fn node(&self, datum: &Spanned<Datum>, depth: usize) -> Step<PlacedValue> {
        if depth > MAX_DEPTH {
            return Err(Problem {
                kind: ProblemKind::Syntax("tables nested too deep".to_owned()),
                span: datum.span.clone(),
            });
        }
        let value = match &datum.value {
            Datum::String(text) => Value::String(text.to_string()),
            Datum::Integer => Value::Integer(integer(self.written(&datum.span))),
            // Beyond an `int`: Go wraps it around, and it becomes negative.
            Datum::UnsignedInteger => Value::Integer(i64::MIN),
            Datum::Float => Value::Float,
            Datum::Boolean(value) => Value::Boolean(*value),
            Datum::Datetime => Value::Datetime,
            Datum::Array(items) => {
                let items = items.iter().map(|item| self.node(item, depth + 1));
                Value::Array(items.collect::<Step<_>>()?)
            }
            Datum::Table(id) => Value::Table(self.table(*id, depth)?),
            Datum::Tables(ids) => {
                let tables = ids.iter().map(|id| {
                    Ok(PlacedValue {
                        value: Value::Table(self.table(*id, depth)?),
                        place: self.place(&datum.span),
                    })
                });
                Value::Array(tables.collect::<Step<_>>()?)
            }
        };
        Ok(PlacedValue {
            value,
            place: self.place(&datum.span),
        })
    }

    fn written(&self, span: &Span) -> &str {
        let bytes = self.text.get(span.clone()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    fn place(&self, span: &Span) -> Place {
        Place {
            file: self.file,
            span: span.clone(),
        }
    }
}
