//! One shape for TOML, YAML and JSON: what the readers of old configurations look through.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::report::SourceError;
use crate::limits::{self, MAX_ENTRIES};
use crate::toml::view::{Document, LineIndex, Node as Toml, Spelling, Table};
use crate::yaml;

/// A value and the line that it begins on, if the format has lines.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceValue {
    /// The value.
    pub value: Value,
    /// From 1.
    pub line: Option<usize>,
}

/// The value of a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number, in its own spelling.
    Integer(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<SourceValue>),
    /// Keys and what is under them, in order.
    Table(Vec<Entry>),
    /// Something that no registry configuration contains, in a word.
    Other(&'static str),
}

/// A key and what is under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The line of the key, or of a table's header.
    pub line: Option<usize>,
    /// The table is not written itself: a deeper header names it.
    pub implied: bool,
    /// The children.
    pub node: SourceValue,
}

impl SourceValue {
    /// The entries of a table; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The entry of this key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Returns the node at the end of these keys.
    pub fn at(&self, keys: &[&str]) -> Option<&SourceValue> {
        keys.iter()
            .try_fold(self, |node, key| node.get(key).map(|entry| &entry.node))
    }

    /// Describes the kind of value, for a person.
    pub fn describe(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Boolean(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Other(word) => word,
        }
    }
}

fn within_limits(has_too_many: bool) -> Result<(), SourceError> {
    match has_too_many {
        true => Err(SourceError::new(format!(
            "it contains more than {MAX_ENTRIES} tables, keys and elements"
        ))
        .help("check the file: no registry configuration is that large")),
        false => Ok(()),
    }
}

/// Reads TOML.
pub fn toml(text: &str) -> Result<SourceValue, SourceError> {
    within_limits(limits::has_too_many_entries(text.as_bytes(), MAX_ENTRIES))?;
    let lines = LineIndex::new(text);
    let document = Document::parse(text).map_err(|error| {
        let at = lines.characters(text, error.span.start);
        SourceError::at(at.line, format!("invalid TOML: {}", error.message.trim()))
            .column(at.column)
    })?;
    let reader = TomlReader {
        text,
        lines: &lines,
    };
    Ok(SourceValue {
        value: Value::Table(reader.table(&document.root)),
        line: Some(1),
    })
}

struct TomlReader<'a> {
    text: &'a str,
    lines: &'a LineIndex,
}

impl TomlReader<'_> {
    fn table(&self, table: &Table) -> Vec<Entry> {
        table
            .items
            .iter()
            .map(|item| {
                let line = Some(self.lines.line(item.key.span.start));
                Entry {
                    key: item.key.value.clone(),
                    line,
                    implied: item.spelling == Spelling::Implied,
                    node: SourceValue {
                        value: self.value(&item.node, &item.span),
                        line,
                    },
                }
            })
            .collect()
    }

    fn value(&self, node: &Toml, span: &std::ops::Range<usize>) -> Value {
        match node {
            Toml::String(text) => Value::Text(text.clone()),
            Toml::Boolean(value) => Value::Boolean(*value),
            Toml::Integer => {
                let written = self.text.get(span.clone()).unwrap_or_default();
                Value::Integer(written.trim().to_owned())
            }
            Toml::Array(nodes) => Value::List(
                nodes
                    .iter()
                    .map(|(node, span)| SourceValue {
                        value: self.value(node, span),
                        line: Some(self.lines.line(span.start)),
                    })
                    .collect(),
            ),
            Toml::Table(table) => Value::Table(self.table(table)),
            other => Value::Other(other.describe()),
        }
    }
}

/// Reads the first document of a YAML text.
pub fn yaml(text: &str) -> Result<SourceValue, SourceError> {
    within_limits(limits::has_too_many_yaml_entries(
        text.as_bytes(),
        MAX_ENTRIES,
    ))?;
    let (documents, error) = yaml::documents(text);
    if let Some(error) = error {
        let message = format!("invalid YAML: {}", error.message);
        return Err(SourceError::at(error.line, message).column(error.column));
    }
    let lines = LineIndex::new(text);
    let nothing = SourceValue {
        value: Value::Null,
        line: None,
    };
    let first = documents.first();
    Ok(first.map_or(nothing, |node| yaml_node(node, &lines)))
}

fn yaml_node(node: &yaml::YamlNode, lines: &LineIndex) -> SourceValue {
    let value = match &node.value {
        yaml::Value::Scalar { .. } if node.is_null() => Value::Null,
        yaml::Value::Scalar { text, style } => match (node.boolean(), style) {
            (Some(value), _) => Value::Boolean(value),
            (None, yaml::Style::Plain) if text.parse::<i64>().is_ok() => {
                Value::Integer(text.clone())
            }
            (None, yaml::Style::Plain) if is_float(text) => Value::Other("a float"),
            _ => Value::Text(text.clone()),
        },
        yaml::Value::Sequence(nodes) => {
            Value::List(nodes.iter().map(|node| yaml_node(node, lines)).collect())
        }
        yaml::Value::Mapping(map) => {
            let mut entries = Vec::new();
            let mut merged = Vec::new();
            for (key, value) in map {
                let entry = Entry {
                    key: key.text().unwrap_or_default().to_owned(),
                    line: Some(lines.line(key.span.start)),
                    implied: false,
                    node: yaml_node(value, lines),
                };
                match entry.key.as_str() {
                    "<<" => merged.extend(entry.node.entries().to_vec()),
                    _ => entries.push(entry),
                }
            }
            // A merge key gives what the mapping itself has not.
            let own: HashSet<&str> = entries.iter().map(|own: &Entry| own.key.as_str()).collect();
            merged.retain(|one: &Entry| !own.contains(one.key.as_str()));
            entries.extend(merged);
            Value::Table(entries)
        }
    };
    SourceValue {
        value,
        line: Some(lines.line(node.span.start)),
    }
}

fn is_float(text: &str) -> bool {
    text.contains(['.', 'e', 'E']) && text.parse::<f64>().is_ok()
}

/// Reads JSON, without line numbers.
pub fn json(text: &str) -> Result<SourceValue, SourceError> {
    within_limits(limits::has_too_many_json_entries(
        text.as_bytes(),
        MAX_ENTRIES,
    ))?;
    let value: Json = serde_json::from_str(text).map_err(|error| {
        let whole = error.to_string();
        // serde_json ends its message with the place, which is reported beside it.
        let message = whole.split(" at line ").next().unwrap_or(&whole);
        SourceError::at(error.line(), format!("invalid JSON: {message}"))
            .column(error.column().max(1))
    })?;
    Ok(json_node(&value))
}

fn json_node(value: &Json) -> SourceValue {
    let value = match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => match number.is_f64() {
            true => Value::Other("a float"),
            false => Value::Integer(number.to_string()),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(values) => Value::List(values.iter().map(json_node).collect()),
        Json::Object(map) => Value::Table(
            map.iter()
                .map(|(key, value)| Entry {
                    key: key.clone(),
                    line: None,
                    implied: false,
                    node: json_node(value),
                })
                .collect(),
        ),
    };
    SourceValue { value, line: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_formats_give_one_shape() {
        let items = |node: &SourceValue| match &node.at(&["a", "b"]).unwrap().value {
            Value::List(items) => items.iter().map(|item| item.value.clone()).collect(),
            other => vec![other.clone()],
        };
        let want = [Value::Text("x".to_owned())];
        let toml = toml("[a]\nb = [\"x\"]").unwrap();
        assert_eq!(toml.at(&["a", "b"]).unwrap().line, Some(2));
        assert_eq!(items(&toml), want);
        let yaml = yaml("a:\n  b: [x]\n").unwrap();
        assert_eq!(yaml.get("a").unwrap().node.get("b").unwrap().line, Some(2));
        assert_eq!(items(&yaml), want);
        assert_eq!(items(&json("{\"a\": {\"b\": [\"x\"]}}").unwrap()), want);
    }

    #[test]
    fn anchors_and_merge_keys() {
        let node = yaml("x: &t {ca_file: /a, key_file: /k}\ny: *t\nz:\n  <<: *t\n  ca_file: /b\n")
            .unwrap();
        let text = |keys: &[&str]| node.at(keys).map(|n| n.value.clone());
        let is = |text: &str| Some(Value::Text(text.to_owned()));
        assert_eq!(text(&["y", "ca_file"]), is("/a"));
        assert_eq!(text(&["z", "ca_file"]), is("/b"));
        assert_eq!(text(&["z", "key_file"]), is("/k"));
    }

    #[test]
    fn errors_tell_their_place() {
        let place = |error: SourceError| (error.line, error.column);
        assert_eq!(place(toml("a = 1\nb = \n").unwrap_err()).0, Some(2));
        assert!(place(yaml("a: 1\nb: [\n").unwrap_err()).0.is_some());
        assert_eq!(place(json("{\n\"a\": }").unwrap_err()), (Some(2), Some(6)));
    }
}
