//! The JSON Schema of hosts.toml, made from the list of keys that the rules use.
//!
//! It objects only to what is wrong for every release: what differs between releases is in the descriptions, and for the linter
//! to judge.

use serde_json::{Map, Value, json};

use crate::containerd::Capabilities;
use crate::facts::{KEY_DOCS, KeyDoc, KeyShape};

/// The schema, for taplo, tombi and the editors that use them.
pub fn hosts_toml() -> Value {
    let home = env!("CARGO_PKG_REPOSITORY").trim_end_matches('/');
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": format!("{home}/raw/v{version}/docs/schemas/hosts.schema.json"),
        "title": "containerd registry hosts (hosts.toml)",
        "description": "Where containerd sends requests for one registry: certs.d/<registry>/hosts.toml below the config path. \
            containerd reports mistakes in this file only in its log, and then ignores the file.",
        "type": "object",
        "properties": properties(KEY_DOCS.iter()),
        "patternProperties": any_case(KEY_DOCS.iter()),
        "additionalProperties": false,
        "definitions": {
            "hostTable": {
                "type": "object",
                "title": "endpoint",
                "description": "An endpoint. The key of the table is its URL; containerd adds https:// to one that does not begin with http.",
                "properties": properties(KeyDoc::of_host_tables()),
                "patternProperties": any_case(KeyDoc::of_host_tables()),
                "additionalProperties": false,
            },
        },
    })
}

fn properties(keys: impl Iterator<Item = &'static KeyDoc>) -> Value {
    let properties: Map<String, Value> = keys
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    Value::Object(properties)
}

/// Keys in other letters: containerd 2.x reads some of them, 1.x does not, so their values are not described.
fn any_case(keys: impl Iterator<Item = &'static KeyDoc>) -> Value {
    // containerd has no order for what is in a table `Host`.
    let names = keys.map(|key| key.name).filter(|name| *name != "host");
    // To tombi, a schema that says nothing allows no keys.
    let anything = json!({ "additionalProperties": true });
    let patterns: Map<String, Value> = names
        .map(|name| (format!("^{}$", letters_of_any_case(name)), anything.clone()))
        .collect();
    Value::Object(patterns)
}

fn letters_of_any_case(word: &str) -> String {
    word.chars()
        .map(|c| match c.is_ascii_alphabetic() {
            true => format!("[{}{c}]", c.to_ascii_uppercase()),
            false => c.to_string(),
        })
        .collect()
}

fn property(key: &KeyDoc) -> Value {
    let path = json!({ "type": "string", "minLength": 1 });
    let text = json!({ "type": "string" });
    let mut property = match key.shape {
        KeyShape::Url => text,
        KeyShape::Hosts => json!({
            "type": "object",
            "additionalProperties": { "$ref": "#/definitions/hostTable" },
        }),
        KeyShape::Capabilities => {
            let words: Vec<&str> = Capabilities::WORDS.iter().map(|(word, _)| *word).collect();
            let letters: Vec<String> = words.iter().map(|word| letters_of_any_case(word)).collect();
            let pattern = format!("^({})$", letters.join("|"));
            // Case does not matter to containerd; the list is what editors offer.
            json!({
                "type": "array",
                "items": { "anyOf": [{ "enum": words }, { "type": "string", "pattern": pattern }] },
            })
        }
        KeyShape::Paths => json!({ "anyOf": [path, { "type": "array", "items": path }] }),
        KeyShape::Clients => {
            let pair = json!({ "type": "array", "items": path, "minItems": 1, "maxItems": 2 });
            json!({
                "anyOf": [path, { "type": "array", "items": path }, { "type": "array", "items": pair }],
            })
        }
        KeyShape::Boolean => json!({ "type": "boolean" }),
        KeyShape::Header => json!({
            "type": "object",
            "additionalProperties": {
                "anyOf": [text, { "type": "array", "items": text }],
            },
        }),
        KeyShape::Duration => text,
    };
    if let Value::Object(property) = &mut property {
        property.insert("description".to_owned(), key.description().into());
    }
    property
}
