//! The loader: directory, fate of hosts.toml, endpoints.

use certsd_lint::containerd::{Endpoint, HostsToml, Outcome, Verdict, load};
use serde_json::{Map, Value, json};

use super::memory::{Memory, ROOT};
use super::vectors::{Expected, LOADER, assert_none, read};

#[test]
fn every_outcome_of_the_loader_is_containerds() {
    let (mut contradictions, mut outcomes) = (Vec::new(), 0);
    for case in LOADER.iter().flat_map(|name| read(name)) {
        let files = Memory::new(&case);
        for expected in &case.expect {
            for release in expected.releases() {
                outcomes += 1;
                let outcome = load(release, &files, ROOT, &case.host);
                if let Err(why) = compare(&outcome, expected) {
                    contradictions.push(format!("{} [{release}] {why}", case.id));
                }
            }
        }
    }
    assert_none(&contradictions, outcomes);
}

fn compare(outcome: &Outcome, expected: &Expected) -> Result<(), String> {
    if outcome.lookup.chosen != expected.dir {
        return Err(format!(
            "chose {:?}, not {:?}",
            outcome.lookup.chosen, expected.dir
        ));
    }
    let verdict = match (expected.panic, &expected.error) {
        (true, _) => Verdict::Crash,
        (false, Some(_)) => Verdict::PullsFail,
        (false, None) => Verdict::Endpoints,
    };
    let reason = outcome.reason().map(ToString::to_string);
    if outcome.verdict != verdict {
        return Err(format!(
            "{:?} ({reason:?}), not {verdict:?}",
            outcome.verdict
        ));
    }
    if verdict == Verdict::Crash {
        return Ok(());
    }
    let ignored = outcome.hosts_toml == HostsToml::Ignored;
    if ignored != expected.hosts_toml_ignored.is_some() {
        return Err(format!(
            "ignored: {ignored} ({reason:?}), {:?}",
            expected.hosts_toml_ignored
        ));
    }
    if verdict == Verdict::Endpoints {
        let ours: Vec<Value> = outcome.endpoints().iter().map(as_recorded).collect();
        let theirs: Vec<Value> = expected.endpoints.iter().map(comparable).collect();
        if ours != theirs {
            return Err(format!(
                "{}\n  not {}",
                Value::from(ours),
                Value::from(theirs)
            ));
        }
    }
    Ok(())
}

fn as_recorded(endpoint: &Endpoint) -> Value {
    comparable(&json!({
        "scheme": endpoint.scheme,
        "host": endpoint.host,
        "path": endpoint.path,
        "capabilities": endpoint.capabilities.words(),
        "skip_verify": endpoint.skips_verification(),
        "http_fallback": endpoint.http_fallback,
        "header": endpoint.header,
    }))
}

/// Keys that say nothing are left out; `skip_verify` was recorded only where containerd's HTTP client
/// can be read directly, so not behind the fallback.
fn comparable(endpoint: &Value) -> Value {
    let empty = |value: &Value| {
        *value == json!(false) || value.as_object().is_some_and(Map::is_empty) || value.is_null()
    };
    let fallback = endpoint["http_fallback"] == json!(true);
    let mut kept = Map::new();
    for key in [
        "scheme",
        "host",
        "path",
        "capabilities",
        "skip_verify",
        "http_fallback",
        "header",
    ] {
        let value = &endpoint[key];
        let unknown = fallback && key == "skip_verify";
        if !unknown && !empty(value) {
            kept.insert(key.to_owned(), value.clone());
        }
    }
    Value::Object(kept)
}
