//! Go's types, as far as containerd decodes config.toml into them, and what each dialect decodes into one.

use super::document::{Key, Place, PlacedValue, Table, Value};
use crate::go::duration;

/// A Go type that TOML is decoded into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `string`.
    Text,
    /// A duration that is written as text and read while it is decoded.
    Duration,
    /// `int`, `int64`.
    Integer,
    /// `float64`.
    Float,
    /// `bool`.
    Boolean,
    /// `interface{}`: whatever it is.
    Any,
    /// A slice.
    List(&'static Shape),
    /// A map with text for keys.
    Map(&'static Shape),
    /// A struct, or a pointer to one.
    Struct(&'static [(&'static str, Shape)]),
    /// A struct that is embedded in another: where its own table is missing, go-toml v1 looks for its fields in the
    /// table of the other.
    Embedded(&'static [(&'static str, Shape)]),
}

impl Shape {
    /// The accepted values, as the end of "and takes …".
    pub fn wanted(self) -> &'static str {
        match self {
            Shape::Text => "text",
            Shape::Duration => "a duration in text, such as \"10s\"",
            Shape::Integer => "a whole number",
            Shape::Float => "a number",
            Shape::Boolean => "true or false",
            Shape::Any => "anything",
            Shape::List(Shape::Text) => "an array of text",
            Shape::List(_) => "an array of tables",
            Shape::Map(_) | Shape::Struct(_) | Shape::Embedded(_) => "a table",
        }
    }
}

/// Which go-toml decodes, and so how a key finds its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// go-toml v1: the field's name, exactly or in capitals.
    V1,
    /// go-toml v2: in any case.
    V2,
}

/// A value that does not go into the type of its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The key, dotted.
    pub key: String,
    /// The actual value.
    pub found: &'static str,
    /// The accepted type.
    pub wanted: &'static str,
    /// Where.
    pub place: Place,
}

/// Decodes a table into a struct: what is left are the fields that exist, under their own names, and
/// what does not fit is reported, in the order in which it would be met.
pub fn decode(
    table: &Table,
    fields: &'static [(&'static str, Shape)],
    dialect: Dialect,
) -> (Table, Vec<Mismatch>) {
    let mut decoder = Decoder {
        dialect,
        path: Vec::new(),
        mismatches: Vec::new(),
    };
    let mut decoded = Table::default();
    decoder.fields(table, fields, &mut decoded);
    (decoded, decoder.mismatches)
}

/// The name of the field that a key means.
pub fn field(
    fields: &'static [(&'static str, Shape)],
    key: &str,
    dialect: Dialect,
) -> Option<(&'static str, Shape)> {
    let matches = |name: &str| match dialect {
        Dialect::V1 => key == name || key == name.to_ascii_uppercase(),
        Dialect::V2 => lower(key) == name,
    };
    fields.iter().copied().find(|(name, _)| matches(name))
}

/// Go's `strings.ToLower`, as far as the result can be ASCII: two characters outside ASCII become that, the Kelvin
/// sign and the dotted capital I.
fn lower(key: &str) -> String {
    key.chars()
        .map(|c| match c {
            '\u{212a}' => 'k',
            '\u{130}' => 'i',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

struct Decoder {
    dialect: Dialect,
    path: Vec<String>,
    mismatches: Vec<Mismatch>,
}

impl Decoder {
    fn fields(
        &mut self,
        table: &Table,
        fields: &'static [(&'static str, Shape)],
        decoded: &mut Table,
    ) {
        for (key, node) in table.entries() {
            let Some((name, shape)) = field(fields, &key.name, self.dialect) else {
                continue;
            };
            // v1 looks for the exact name first.
            if self.dialect == Dialect::V1 && key.name != name && table.get(name).is_some() {
                continue;
            }
            self.path.push(name.to_owned());
            let there = decoded.remove(name).map(|(_, node)| node);
            if let Some(node) = self.value(node, shape, there) {
                let key = Key {
                    name: name.to_owned(),
                    place: key.place.clone(),
                };
                decoded.set(key, node);
            }
            self.path.pop();
        }
        if self.dialect == Dialect::V1 {
            self.embedded(table, fields, decoded);
        }
    }

    /// The fields of embedded structs that have no table of their own.
    fn embedded(
        &mut self,
        table: &Table,
        fields: &'static [(&'static str, Shape)],
        decoded: &mut Table,
    ) {
        for (name, shape) in fields {
            let Shape::Embedded(inner) = shape else {
                continue;
            };
            let is_there = |(key, _): &(Key, PlacedValue)| {
                field(fields, &key.name, self.dialect).is_some_and(|(found, _)| found == *name)
            };
            if table.entries().any(is_there) {
                continue;
            }
            let mut struct_table = Table::default();
            self.fields(table, inner, &mut struct_table);
            let Some(place) = struct_table
                .entries()
                .next()
                .map(|(key, _)| key.place.clone())
            else {
                continue;
            };
            let key = Key {
                name: (*name).to_owned(),
                place: place.clone(),
            };
            let value = Value::Table(struct_table);
            decoded.set(key, PlacedValue { value, place });
        }
    }

    /// Decodes a value; tables add to what was decoded there before, under the name in another case.
    fn value(
        &mut self,
        node: &PlacedValue,
        shape: Shape,
        there: Option<PlacedValue>,
    ) -> Option<PlacedValue> {
        let before = || match there {
            Some(PlacedValue {
                value: Value::Table(table),
                ..
            }) => table,
            _ => Table::default(),
        };
        let value = match (shape, &node.value) {
            (Shape::Any, value) => value.clone(),
            (Shape::Text, Value::String(text)) => Value::String(text.clone()),
            (Shape::Duration, Value::String(text)) if duration::parse(text).is_ok() => {
                Value::String(text.clone())
            }
            (Shape::Integer, Value::Integer(number)) => Value::Integer(*number),
            (Shape::Float, Value::Integer(_) | Value::Float) => Value::Float,
            (Shape::Boolean, Value::Boolean(flag)) => Value::Boolean(*flag),
            (Shape::List(element), Value::Array(elements)) => {
                let told = self.mismatches.len();
                let elements = elements
                    .iter()
                    .filter_map(|node| self.value(node, *element, None))
                    .collect();
                // Half a list would look like another list.
                if self.mismatches.len() > told {
                    return None;
                }
                Value::Array(elements)
            }
            (Shape::Map(element), Value::Table(table)) => {
                let mut map = before();
                for (key, node) in table.entries() {
                    self.path.push(key.name.clone());
                    let there = map.get(&key.name).cloned();
                    if let Some(node) = self.value(node, *element, there) {
                        map.set(key.clone(), node);
                    }
                    self.path.pop();
                }
                Value::Table(map)
            }
            (Shape::Struct(fields) | Shape::Embedded(fields), Value::Table(table)) => {
                let mut decoded = before();
                self.fields(table, fields, &mut decoded);
                Value::Table(decoded)
            }
            _ => {
                self.mismatches.push(Mismatch {
                    key: self.path.join("."),
                    found: match (shape, &node.value) {
                        (Shape::Duration, Value::String(_)) => "text that is not a duration",
                        (_, value) => value.describe(),
                    },
                    wanted: shape.wanted(),
                    place: node.place.clone(),
                });
                return None;
            }
        };
        Some(PlacedValue {
            value,
            place: node.place.clone(),
        })
    }
}
