//! A schema that lets no key pass that it does not name.

use serde_json::Value;

/// The schema with `additionalProperties: false` wherever it names properties. Readers are to ignore keys that they do not know, so
/// the schema itself allows them.
pub fn strict(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(map) => {
            for value in map.values_mut() {
                *value = strict(value.take());
            }
            let is_closed =
                map.contains_key("properties") && !map.contains_key("additionalProperties");
            if is_closed && map.get("type").is_some_and(|kind| kind == "object") {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = strict(item.take());
            }
        }
        _ => {}
    }
    schema
}
