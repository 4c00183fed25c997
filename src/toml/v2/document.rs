//! The document that go-toml v2 decodes, before it is known what becomes of its values.
//!
//! Keys that have no field in the struct are skipped, as go-toml skips them: their values are not
//! looked at, and below a header without a field not even duplicates are found.

use super::numbers;
use super::parser::{Expression, KeyPart, KeyValue, Node as Written, NodeKind, Parser};
use super::seen::Seen;
use crate::toml::document::{Key, MAX_DEPTH, Place, PlacedValue, Table, Value, integer};
use crate::toml::shape::{Dialect, Shape, field};
use crate::toml::{Problem, ProblemKind, Span};

/// Reads a text for a struct with these fields as go-toml v2 does. The first problem is all there is to be had of a
/// text that it does not take; whether the values fit the fields is not looked at.
pub fn document(
    text: &[u8],
    fields: &'static [(&'static str, Shape)],
    file: usize,
) -> Result<Table, Problem> {
    let mut builder = Builder {
        text,
        file,
        root: Table::default(),
        current: Vec::new(),
        skipping: false,
        fields,
    };
    let mut parser = Parser::new(text);
    let mut seen = Seen::new();
    loop {
        let next = parser.next().map_err(|error| Problem {
            kind: ProblemKind::Syntax(error.message),
            span: error.span,
        })?;
        let Some(expression) = next else {
            return Ok(builder.root);
        };
        if builder.skipping && matches!(expression, Expression::KeyValue(_)) {
            continue;
        }
        seen.check(&expression)?;
        match expression {
            Expression::KeyValue(key_value) => builder.key_value(&key_value)?,
            Expression::Table(key) => builder.header(&key, false)?,
            Expression::ArrayTable(key) => builder.header(&key, true)?,
        }
    }
}

struct Builder<'t> {
    text: &'t [u8],
    file: usize,
    root: Table,
    /// The table that keys go to.
    current: Vec<Key>,
    /// It has no field.
    skipping: bool,
    fields: &'static [(&'static str, Shape)],
}

impl Builder<'_> {
    fn header(&mut self, parts: &[KeyPart], is_array: bool) -> Result<(), Problem> {
        let path = self.known(&[], parts);
        self.skipping = path.is_none();
        let Some(path) = path else { return Ok(()) };
        self.current = path;
        check_depth(&self.current)?;
        let Some((last, parents)) = self.current.split_last() else {
            return Ok(());
        };
        let place = last.place.clone();
        let Some(parent) = descend(&mut self.root, parents) else {
            return Err(in_the_way(parts));
        };
        let empty = || PlacedValue {
            value: Value::Table(Table::default()),
            place: place.clone(),
        };
        match parent.get_mut(&last.name).map(|node| &mut node.value) {
            Some(Value::Array(tables)) if is_array => tables.push(empty()),
            Some(Value::Table(_)) if !is_array => {}
            None if is_array => {
                let value = Value::Array(vec![empty()]);
                parent.set(
                    last.clone(),
                    PlacedValue {
                        value,
                        place: place.clone(),
                    },
                );
            }
            None => parent.set(last.clone(), empty()),
            Some(_) => return Err(in_the_way(parts)),
        }
        Ok(())
    }

    fn key_value(&mut self, key_value: &KeyValue) -> Result<(), Problem> {
        let Some(path) = self.known(&self.current, &key_value.key) else {
            return Ok(());
        };
        check_depth(&path)?;
        let node = self.node(&key_value.value)?;
        let Some((last, parents)) = path.split_last() else {
            return Ok(());
        };
        match descend(&mut self.root, parents) {
            Some(table) => merge(table, last.clone(), node),
            None => return Err(in_the_way(&key_value.key)),
        }
        Ok(())
    }

    /// The whole path of a key, under the fields' own names; `None` where there is no field.
    fn known(&self, base: &[Key], parts: &[KeyPart]) -> Option<Vec<Key>> {
        let mut shape = Shape::Struct(self.fields);
        let mut path = Vec::with_capacity(base.len() + parts.len());
        let written = parts.iter().map(|part| Key {
            name: part.name.to_string(),
            place: self.place(&part.span),
        });
        for mut key in base.iter().cloned().chain(written) {
            while let Shape::List(element) = shape {
                shape = *element;
            }
            shape = match shape {
                Shape::Struct(fields) => {
                    let (name, shape) = field(fields, &key.name, Dialect::V2)?;
                    key.name = name.to_owned();
                    shape
                }
                Shape::Map(element) => *element,
                // A scalar has no keys, and is reported later.
                _ => Shape::Any,
            };
            path.push(key);
        }
        Some(path)
    }

    fn node(&self, written: &Written) -> Result<PlacedValue, Problem> {
        let bytes = &self.text[written.span.clone()];
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let checked = match &written.kind {
            NodeKind::Integer => numbers::check_integer(text),
            NodeKind::Float => numbers::check_float(text),
            NodeKind::Date(kind) => numbers::check_date(bytes, *kind),
            _ => Ok(()),
        };
        checked.map_err(|message| Problem {
            kind: ProblemKind::Syntax(message.to_owned()),
            span: written.span.clone(),
        })?;
        let value = match &written.kind {
            NodeKind::String(text) => Value::String(text.to_string()),
            NodeKind::Boolean(flag) => Value::Boolean(*flag),
            NodeKind::Integer => Value::Integer(integer(text)),
            NodeKind::Float => Value::Float,
            NodeKind::Date(_) => Value::Datetime,
            NodeKind::Array(elements) => {
                let elements = elements.iter().map(|element| self.node(element));
                Value::Array(elements.collect::<Result<_, _>>()?)
            }
            NodeKind::Table(entries) => Value::Table(self.inline_table(entries)?),
        };
        Ok(PlacedValue {
            value,
            place: self.place(&written.span),
        })
    }

    fn inline_table(&self, entries: &[KeyValue]) -> Result<Table, Problem> {
        let mut table = Table::default();
        for entry in entries {
            let path: Vec<Key> = entry
                .key
                .iter()
                .map(|part| Key {
                    name: part.name.to_string(),
                    place: self.place(&part.span),
                })
                .collect();
            check_depth(&path)?;
            let node = self.node(&entry.value)?;
            if let Some((last, parents)) = path.split_last() {
                match descend(&mut table, parents) {
                    Some(table) => merge(table, last.clone(), node),
                    None => return Err(in_the_way(&entry.key)),
                }
            }
        }
        Ok(table)
    }

    fn place(&self, span: &Span) -> Place {
        Place {
            file: self.file,
            span: span.clone(),
        }
    }
}

/// The table at a path, made where it is missing; of an array of tables the last. `None` where
/// something else is in the way.
fn descend<'t>(mut table: &'t mut Table, path: &[Key]) -> Option<&'t mut Table> {
    for key in path {
        if table.get(&key.name).is_none() {
            let node = PlacedValue {
                value: Value::Table(Table::default()),
                place: key.place.clone(),
            };
            table.set(key.clone(), node);
        }
        let mut node = table.get_mut(&key.name)?;
        loop {
            match &mut node.value {
                Value::Table(next) => {
                    table = next;
                    break;
                }
                Value::Array(elements) => node = elements.last_mut()?,
                _ => return None,
            }
        }
    }
    Some(table)
}

/// Sets a key. One field can be named twice, in different case: tables add up, and of anything else the last counts.
fn merge(table: &mut Table, key: Key, node: PlacedValue) {
    if let (Some(there), Value::Table(more)) = (table.get_mut(&key.name), &node.value)
        && let Value::Table(table) = &mut there.value
    {
        for (key, node) in more.entries() {
            merge(table, key.clone(), node.clone());
        }
        return;
    }
    table.set(key, node);
}

fn check_depth(path: &[Key]) -> Result<(), Problem> {
    match path.get(MAX_DEPTH) {
        None => Ok(()),
        Some(key) => Err(Problem {
            kind: ProblemKind::Syntax("tables nested too deep".to_owned()),
            span: key.place.span.clone(),
        }),
    }
}

fn in_the_way(parts: &[KeyPart]) -> Problem {
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_ref()).collect();
    Problem {
        kind: ProblemKind::Redefined {
            key: names.join("."),
            first: None,
        },
        span: span(parts),
    }
}

fn span(parts: &[KeyPart]) -> Span {
    match parts {
        [first, .., last] => first.span.start..last.span.end,
        [only] => only.span.clone(),
        [] => 0..0,
    }
}
