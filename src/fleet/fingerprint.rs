//! A short text that is the same for what means the same, on every machine and in every later version.
//!
//! The hash covers everything that decides where a pull goes, without texts for people, places in files, the names under which a machine
//! knows its files, and whatever later versions add. Header values are hashed as they are printed: secret ones are `***`.

use ed25519_compact::sha512::Hash;
use serde_json::{Value, json};

/// The parts that decide the pulls of one release.
const PLAN: [&str; 4] = ["hosts_toml", "result", "pull", "endpoints"];

/// The parts that decide the requests to an endpoint.
const ENDPOINT: [&str; 8] = [
    "url",
    "capabilities",
    "skip_verify",
    "http_fallback",
    "header",
    "ca",
    "client",
    "dial_timeout",
];

/// The parts of a node's config.toml that have an effect.
const NODE: [&str; 6] = [
    "daemon",
    "cri",
    "config_path",
    "roots",
    "pull",
    "sandbox_image",
];

/// The fingerprint of some bytes: the first 128 bits of their SHA-512.
pub fn of_bytes<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Hash::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digits = hash.finalize();
    digits[..16].iter().map(|b| format!("{b:02x}")).collect()
}

/// The fingerprint of one release's plan for a registry, as `resolve` prints it.
pub fn of_plan(outcome: &Value) -> String {
    of_value(&plan(outcome))
}

/// The fingerprint of one release's outcome for a config.toml, as `node` prints it.
pub fn of_node(outcome: &Value) -> String {
    of_value(&picked(outcome, &NODE))
}

/// The fingerprint of a whole answer: for each question the releases and the fingerprints of their outcomes. The order of the
/// questions has no meaning.
pub fn of_answers<'a>(answers: impl IntoIterator<Item = (&'a str, &'a Value)>) -> String {
    let mut answers: Vec<(&str, Vec<Value>)> = answers
        .into_iter()
        .map(|(question, outcomes)| {
            let outcomes = outcomes.as_array().map(Vec::as_slice).unwrap_or_default();
            let outcomes = outcomes.iter();
            let parts =
                outcomes.map(|outcome| json!([outcome["releases"], outcome["fingerprint"]]));
            (question, parts.collect())
        })
        .collect();
    answers.sort_by_key(|(question, _)| *question);
    of_value(&json!(answers))
}

fn plan(outcome: &Value) -> Value {
    let mut plan = picked(outcome, &PLAN);
    if let Some(endpoints) = plan["endpoints"].as_array_mut() {
        for endpoint in endpoints {
            let mut certificates = Vec::new();
            for file in endpoint["certificates"].as_array().into_iter().flatten() {
                certificates.push(json!([file["path"], file["as"], file["fingerprint"]]));
            }
            let mut picked = picked(endpoint, &ENDPOINT);
            picked["certificates"] = Value::Array(certificates);
            *endpoint = picked;
        }
    }
    if let Some(local) = outcome.get("local_pull") {
        plan["local_pull"] = self::plan(local);
    }
    plan
}

/// The value with these keys alone, in this order; `null` where one is absent.
fn picked(value: &Value, keys: &[&str]) -> Value {
    let mut picked = serde_json::Map::new();
    for key in keys {
        picked.insert((*key).to_owned(), value[*key].clone());
    }
    Value::Object(picked)
}

fn of_value(value: &Value) -> String {
    of_bytes([value.to_string().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Value {
        json!({
            "directory": "docker.io",
            "hosts_toml": "loaded",
            "result": "endpoints",
            "location": { "path": "a/hosts.toml", "line": 1 },
            "endpoints": [{
                "url": "https://m.internal/v2",
                "capabilities": ["pull"],
                "skip_verify": false,
                "header": { "Authorization": ["***"] },
                "ca": ["/etc/ca.pem"],
                "certificates": [{ "path": "/etc/ca.pem", "as": "ca", "fingerprint": "00", "subject": "CA" }],
            }],
        })
    }

    #[test]
    fn it_stays_what_it_is_from_version_to_version() {
        assert_eq!(of_plan(&outcome()), "a8926a65974f90768874f29b7c9d6572");
        let answers = json!([{ "releases": ["2.2.7"], "fingerprint": of_plan(&outcome()) }]);
        assert_eq!(
            of_answers([("docker.io", &answers)]),
            "20e68d3d27edb447da90645117090b08"
        );
    }

    #[test]
    fn what_decides_nothing_changes_nothing() {
        let mut other = outcome();
        other["location"]["path"] = json!("b/hosts.toml");
        other["added"] = json!("later");
        other["endpoints"][0]["added"] = json!("later");
        other["endpoints"][0]["certificates"][0]["subject"] = json!("another name");
        assert_eq!(of_plan(&outcome()), of_plan(&other));
        let answers = json!([]);
        assert_eq!(
            of_answers([("a", &answers), ("b", &answers)]),
            of_answers([("b", &answers), ("a", &answers)]),
        );
    }

    #[test]
    fn whatever_decides_changes_it() {
        for change in [
            "/hosts_toml",
            "/result",
            "/endpoints/0/url",
            "/endpoints/0/capabilities",
            "/endpoints/0/skip_verify",
            "/endpoints/0/header",
            "/endpoints/0/ca",
            "/endpoints/0/certificates/0/fingerprint",
        ] {
            let mut other = outcome();
            *other.pointer_mut(change).unwrap() = json!("changed");
            assert_ne!(of_plan(&outcome()), of_plan(&other), "{change}");
        }
    }

    #[test]
    fn parts_are_kept_apart() {
        assert_ne!(of_bytes([&b"ab"[..], b"c"]), of_bytes([&b"a"[..], b"bc"]));
    }
}
