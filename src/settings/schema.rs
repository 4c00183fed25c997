//! The JSON Schema of the settings file, from the same list as everything else.

use serde_json::{Map, Value, json};

use super::list::{NAMESPACE_KEYS, SETTINGS, Setting, ValueKind, override_settings};
use super::selector::Selector;
use crate::carriers::CarrierKind;
use crate::finding::Category;
use crate::rules::RULES;

/// The schema, for editors and for checks in pipelines.
pub fn schema() -> Value {
    let selectors: Vec<Value> = Selector::names().map(|(name, _)| name.into()).collect();
    let mut rules = Map::new();
    let level =
        |description: String| json!({ "$ref": "#/definitions/level", "description": description });
    for category in Category::ALL {
        let word = category.word();
        rules.insert(
            word.to_owned(),
            level(format!("the rules of the category {word}")),
        );
    }
    rules.insert("all".to_owned(), level("every rule".to_owned()));
    for rule in RULES {
        rules.insert(rule.name.to_owned(), level(rule.summary().to_owned()));
    }
    let namespace: Map<String, Value> = NAMESPACE_KEYS
        .iter()
        .map(|(name, docs, _)| {
            let key = json!({ "type": "string", "minLength": 1, "description": docs });
            ((*name).to_owned(), key)
        })
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": address(),
        "title": "Settings of certsd-lint",
        "description": "certsd-lint.toml or .certsd-lint.toml",
        "type": "object",
        "properties": properties(SETTINGS.iter()),
        "additionalProperties": false,
        "definitions": {
            "level": { "enum": ["error", "warning", "note", "on", "off"] },
            "selector": { "enum": selectors },
            "rules": { "type": "object", "properties": rules, "additionalProperties": false },
            "namespace": {
                "type": "object",
                "properties": namespace,
                "required": ["path", "registry"],
                "additionalProperties": false,
            },
            "override": {
                "type": "object",
                "properties": properties(override_settings()),
                "required": ["paths"],
                "additionalProperties": false,
            },
        },
    })
}

/// Where the schema of this version is: what `#:schema` in a settings file can name.
fn address() -> String {
    let home = env!("CARGO_PKG_REPOSITORY").trim_end_matches('/');
    let version = env!("CARGO_PKG_VERSION");
    format!("{home}/raw/v{version}/docs/schemas/settings.schema.json")
}

fn properties(settings: impl Iterator<Item = &'static Setting>) -> Value {
    let properties: Map<String, Value> = settings
        .map(|setting| (setting.name.to_owned(), property(setting)))
        .collect();
    Value::Object(properties)
}

fn property(setting: &Setting) -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let mut property = match setting.value {
        ValueKind::Releases => one_or_many(json!({
            "type": "string",
            "pattern": r"^\s*(>=|<=?)?v?\d+\.\d+(\.\d+)?(\.\.=?v?\d+\.\d+(\.\d+)?)?\s*$",
        })),
        ValueKind::NodePath => json!({ "type": "string", "pattern": "^/" }),
        ValueKind::Path => text,
        ValueKind::Days => json!({ "type": "integer", "minimum": 0, "maximum": 36500 }),
        ValueKind::Environment => json!({ "enum": ["production", "development"] }),
        ValueKind::Severity => json!({ "enum": ["error", "warning", "note"] }),
        ValueKind::FailOn => json!({ "enum": ["error", "warning", "note", "never"] }),
        ValueKind::Hosts | ValueKind::Globs => one_or_many(text),
        ValueKind::Carriers => {
            let kinds = CarrierKind::ALL.into_iter();
            let properties: Map<String, Value> = kinds
                .map(|kind| (kind.word().to_owned(), json!({ "type": "boolean" })))
                .collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        ValueKind::Selectors => one_or_many(json!({ "$ref": "#/definitions/selector" })),
        ValueKind::Rules => json!({ "$ref": "#/definitions/rules" }),
        ValueKind::Namespaces => {
            json!({ "type": "array", "items": { "$ref": "#/definitions/namespace" } })
        }
        ValueKind::Overrides => {
            json!({ "type": "array", "items": { "$ref": "#/definitions/override" } })
        }
    };
    if let Value::Object(property) = &mut property {
        let docs: Vec<_> = setting.paragraphs().collect();
        property.insert("description".to_owned(), docs.join("\n\n").into());
    }
    property
}

/// A list, or one text that represents a list of one.
fn one_or_many(item: Value) -> Value {
    json!({ "anyOf": [item, { "type": "array", "items": item }] })
}
