use certsd_lint::report::{Format, Options};
use serde_json::Value;

use crate::{sample, written};

#[test]
fn keys_stand_as_the_contract_has_them() {
    let dir = tempfile::tempdir().unwrap();
    let report = sample::full(dir.path(), "");
    let document: Value =
        serde_json::from_str(&written(Format::Json, &report, &Options::default())).unwrap();
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(keys(&document)[..3], ["version", "findings", "summary"]);
    assert_eq!(document["version"], 1);
    let contract = [
        "rule",
        "severity",
        "consequence",
        "message",
        "help",
        "releases",
        "path",
        "namespace",
        "location",
        "fix",
    ];
    for finding in document["findings"].as_array().unwrap() {
        assert_eq!(keys(finding)[..contract.len()], contract);
    }
    assert_eq!(
        keys(&document["summary"])[..5],
        ["errors", "warnings", "notes", "files", "namespaces"]
    );
    assert_eq!(document["summary"]["errors"], 6);
}

#[test]
fn each_place_cut_out_of_its_text_is_the_text_meant() {
    let dir = tempfile::tempdir().unwrap();
    let report = sample::full(dir.path(), "");
    let document: Value =
        serde_json::from_str(&written(Format::Json, &report, &Options::default())).unwrap();
    let fixed = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| !f["fix"].is_null())
        .unwrap();
    let place = &fixed["location"];
    let bytes = |end: &str| place[end]["byte"].as_u64().unwrap() as usize;
    assert_eq!(&sample::AWKWARD[bytes("start")..bytes("end")], "\"pul\"");
    // The line has a tab, a letter of two bytes and one of four before the place.
    assert_eq!(place["start"]["line"], 4);
    assert_eq!(place["start"]["column"], 24);
    assert_eq!(place["end"]["column"], 29);
    assert_eq!(fixed["fix"]["edits"][0]["replacement"], "\"pull\"");
    assert_eq!(fixed["fix"]["edits"][0]["start"], place["start"]);
    assert_eq!(fixed["fix"]["safety"], "safe");
    assert_eq!(fixed["releases"][0], "1.7.34");
}

#[test]
fn a_finding_without_a_text_is_at_the_first_character() {
    let dir = tempfile::tempdir().unwrap();
    let report = sample::full(dir.path(), "");
    let document: Value =
        serde_json::from_str(&written(Format::Json, &report, &Options::default())).unwrap();
    let directory = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["path"] == "certs.d/ghcr.io")
        .unwrap();
    let first = serde_json::json!({"line": 1, "column": 1, "byte": 0});
    assert_eq!(directory["location"]["start"], first);
    assert_eq!(directory["location"]["end"], first);
}

#[test]
fn controls_are_escaped_and_survive() {
    let dir = tempfile::tempdir().unwrap();
    let report = sample::full(dir.path(), "");
    let text = written(Format::Json, &report, &Options::default());
    assert!(
        text.chars()
            .all(|c| c == '\n' || !c.is_control() && c != '\u{202e}')
    );
    let document: Value = serde_json::from_str(&text).unwrap();
    let message = &report.findings.get(0).unwrap().message;
    assert!(message.contains('\u{9b}'));
    assert_eq!(document["findings"][0]["message"], message.as_str());
}
