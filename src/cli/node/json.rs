//! The answers as JSON. The contract is in `fixtures/conformance/README.md`; what it does not name (`location`, `files`,
//! `unknown_imports`, `ignored`, `fingerprint`) is an addition.

use serde_json::{Map, Value, json};

use super::answer::NodeAnswer;
use crate::containerd::Release;
use crate::containerd::node::{ConfigOutcome, Cri, Pull};
use crate::fleet;
use crate::toml::document::Place;

/// The whole document.
pub fn document(node: &NodeAnswer) -> Value {
    // Releases that answer alike share one outcome: alike is what is printed alike.
    let mut outcomes: Vec<(Vec<Release>, Value)> = Vec::new();
    for outcome in &node.outcomes {
        let value = answer(node, outcome);
        match outcomes.iter_mut().find(|(_, known)| *known == value) {
            Some((releases, _)) => releases.push(outcome.release),
            None => outcomes.push((vec![outcome.release], value)),
        }
    }
    let outcomes: Value = outcomes
        .into_iter()
        .map(|(releases, value)| {
            let mut with_releases = Map::new();
            with_releases.insert("releases".to_owned(), json!(releases));
            if let Value::Object(map) = value {
                with_releases.extend(map);
            }
            let mut outcome = Value::Object(with_releases);
            outcome["fingerprint"] = json!(fleet::of_node(&outcome));
            outcome
        })
        .collect();
    json!({
        "version": 1,
        "fingerprint": fleet::of_answers([("", &outcomes)]),
        "nodes": [{ "path": node.shown, "outcomes": outcomes }],
    })
}

fn answer(node: &NodeAnswer, outcome: &ConfigOutcome) -> Value {
    let place = |place: &Place| {
        node.locate(outcome, place).map(|location| {
            json!({
                "path": location.path,
                "line": location.position.line,
                "column": location.position.column,
            })
        })
    };
    let fault = outcome.fault.as_ref();
    let deprecated: Vec<&str> = outcome.deprecated.iter().map(|(name, _)| *name).collect();
    let files: Vec<String> = outcome
        .files
        .iter()
        .map(|file| node.shown(&file.path))
        .collect();
    let ignored: Vec<Value> = outcome
        .ignored
        .iter()
        .map(|ignored| {
            json!({
                "what": node.hidden(outcome, &ignored.what),
                "why": node.hidden(outcome, &node.why_ignored(outcome, &ignored.why)),
                "location": place(&ignored.place),
            })
        })
        .collect();
    let sandbox = node.sandbox(outcome);
    let verdict = node.verdict(outcome);
    json!({
        "verdict": verdict.text,
        "daemon": if outcome.starts { "starts" } else { "fails" },
        "cri": match outcome.cri {
            Cri::Loads => "loads",
            Cri::Fails => "fails",
            Cri::Absent => "absent",
        },
        "error": fault.map(|fault| node.hidden(outcome, &fault.reason.to_string())),
        "location": fault.and_then(|fault| place(fault.place.as_ref()?)),
        "config_path": outcome.config_path,
        "roots": outcome.roots,
        "pull": match outcome.pull {
            Pull::Transfer => "transfer",
            Pull::Local => "local",
        },
        // The recordings have the name of a setting; the tables are in `deprecated`.
        "forced_local_pull": outcome
            .forced_local_pull
            .as_ref()
            .filter(|forced| !forced.is_table)
            .map(|forced| forced.name),
        "deprecated": deprecated,
        "sandbox_image": sandbox.image,
        "files": files,
        "unknown_imports": outcome.unknown.iter().filter_map(&place).collect::<Vec<_>>(),
        "ignored": ignored,
    })
}
