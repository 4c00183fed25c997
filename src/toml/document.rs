//! A whole TOML document as a tree of values, each with its place.
//!
//! hosts.toml is decoded straight into its own struct; config.toml has parts that several structs read,
//! that are merged with other files and moved about before they are decoded. So its files
//! become trees first. Both dialects end here.

use indexmap::IndexMap;

use super::Span;

/// How deep tables and arrays may be in each other. go-toml has no limit but its stack; no real file
/// needs more than ten.
pub const MAX_DEPTH: usize = 200;

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which of the files that were read.
    pub file: usize,
    /// Where in it.
    pub span: Span,
}

/// A part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name, escapes resolved.
    pub name: String,
    /// Where it is written, for the first time.
    pub place: Place,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedValue {
    /// The value.
    pub value: Value,
    /// Where it is written. A table has the place of the header or key that first needed it.
    pub place: Place,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction or exponent, `inf` or `nan`.
    Float,
    /// `true` or `false`.
    Boolean(bool),
    /// Any of TOML's four dates and times.
    Datetime,
    /// An array, of tables too.
    Array(Vec<PlacedValue>),
    /// A table.
    Table(Table),
}

/// A table: keys and what they hold, in the order in which they were first named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    entries: IndexMap<String, (Key, PlacedValue)>,
}

impl Table {
    /// The keys and what they hold.
    pub fn entries(&self) -> impl Iterator<Item = &(Key, PlacedValue)> {
        self.entries.values()
    }

    /// The value of a key.
    pub fn get(&self, name: &str) -> Option<&PlacedValue> {
        self.entry(name).map(|(_, node)| node)
    }

    /// A key and what it contains.
    pub fn entry(&self, name: &str) -> Option<&(Key, PlacedValue)> {
        self.entries.get(name)
    }

    /// The value of a key, mutable.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut PlacedValue> {
        self.entries.get_mut(name).map(|(_, node)| node)
    }

    /// Sets a key, whatever it held; a new one comes last.
    pub fn set(&mut self, key: Key, node: PlacedValue) {
        self.entries.insert(key.name.clone(), (key, node));
    }

    /// Takes a key out.
    pub fn remove(&mut self, name: &str) -> Option<(Key, PlacedValue)> {
        self.entries.shift_remove(name)
    }

    /// The table at a path.
    pub fn table(&self, path: &[&str]) -> Option<&Table> {
        path.iter()
            .try_fold(self, |table, name| table.get(name)?.as_table())
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl PlacedValue {
    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if it is a whole one.
    pub fn as_integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// The texts of an array, with their places; other elements are skipped.
    pub fn strings(&self) -> impl Iterator<Item = (&str, &Place)> {
        let elements = match &self.value {
            Value::Array(elements) => elements.as_slice(),
            _ => &[],
        };
        elements
            .iter()
            .filter_map(|node| Some((node.as_str()?, &node.place)))
    }
}

impl Value {
    /// The word a person would use for it, with its article.
    pub fn describe(&self) -> &'static str {
        match self {
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float => "a float",
            Value::Boolean(_) => "a boolean",
            Value::Datetime => "a date or time",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }

    /// Go's zero value of its type: mergo takes it for nothing.
    pub fn is_zero(&self) -> bool {
        match self {
            Value::String(text) => text.is_empty(),
            Value::Integer(value) => *value == 0,
            Value::Boolean(value) => !value,
            Value::Array(elements) => elements.is_empty(),
            Value::Table(table) => table.is_empty(),
            // A float that is zero is the only one that is; nothing that is decided here is a float.
            Value::Float | Value::Datetime => false,
        }
    }
}

/// The value of a whole number as it is written: sign, base and underscores. What does not fit is zero;
/// the dialects have refused it before.
pub(super) fn integer(text: &str) -> i64 {
    let text = text.replace('_', "");
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ => (text.as_str(), 10),
    };
    i64::from_str_radix(digits, radix).unwrap_or_default()
}

impl FromIterator<(Key, PlacedValue)> for Table {
    fn from_iter<T: IntoIterator<Item = (Key, PlacedValue)>>(entries: T) -> Table {
        let entries = entries.into_iter();
        Table {
            entries: entries.map(|e| (e.0.name.clone(), e)).collect(),
        }
    }
}
