//! From a tree on disk through the engine to the formats.

use std::collections::BTreeSet;
use std::path::Path;

use certsd_lint::disk::{FindOptions, find};
use certsd_lint::engine;
use certsd_lint::finding::{Report, Run, Settings};
use certsd_lint::report::{Format, Options};
use serde_json::Value;

use crate::{sarif, services, written};

const HOSTS: &str = "server = \"https://é😀.internal\"\r\n[host.\"https://mirror.internal\"]\r\n\tcapabilities = [\"pull\", \"pul\", \"psuh\"] # certsd-lint: ignore[nonsense]\r\n";

fn write(root: &Path, namespace: &str, text: &str) {
    let dir = root.join("certs.d").join(namespace);
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("hosts.toml"), text).unwrap();
}

fn lint_tree(root: &Path) -> Report {
    let (trees, errors) = find(&[root.join("certs.d")], &FindOptions::default());
    assert!(errors.is_empty());
    let settings = Settings::default();
    engine::lint(&trees, &Run { settings, now: 0 })
}

fn options(root: &Path) -> Options {
    Options {
        root: root.to_owned(),
        ..Options::default()
    }
}

#[test]
fn regions_of_a_linted_tree_are_the_texts_meant() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "reg.internal:5000", HOSTS);
    write(dir.path(), "docker.io", &format!("\u{feff}{HOSTS}"));
    let report = lint_tree(dir.path());
    let document = sarif::checked(&written(Format::Sarif, &report, &options(dir.path())));
    let mut texts = BTreeSet::new();
    for result in document["runs"][0]["results"].as_array().unwrap() {
        let location = &result["locations"][0]["physicalLocation"];
        let uri = location["artifactLocation"]["uri"].as_str().unwrap();
        let text = std::fs::read_to_string(dir.path().join(uri)).unwrap();
        let cut = sarif::cut(&text, &location["region"]);
        texts.insert((
            uri.to_owned(),
            result["ruleId"].as_str().unwrap().to_owned(),
            cut.to_owned(),
        ));
    }
    let namespace = "certs.d/reg.internal:5000/hosts.toml";
    for (rule, text) in [
        ("unknown-capability", "\"pul\""),
        ("unknown-capability", "\"psuh\""),
        ("unknown-suppression", "nonsense"),
    ] {
        let expected = (namespace.to_owned(), rule.to_owned(), text.to_owned());
        assert!(texts.contains(&expected), "{expected:?} in {texts:#?}");
    }
}

#[test]
fn fingerprints_are_unique_and_stay_when_a_line_is_added_above() {
    let dir = tempfile::tempdir().unwrap();
    let fingerprints = || -> Vec<String> {
        let report = lint_tree(dir.path());
        let text = written(Format::Gitlab, &report, &options(dir.path()));
        let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
        let of = |issue: &Value| issue["fingerprint"].as_str().unwrap().to_owned();
        issues.iter().map(of).collect()
    };
    write(dir.path(), "quay.io", HOSTS);
    write(dir.path(), "ghcr.io", HOSTS);
    let before = fingerprints();
    assert!(before.len() >= 6);
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len());
    write(dir.path(), "quay.io", &format!("# a line\r\n{HOSTS}"));
    assert_eq!(fingerprints(), before);
}

#[test]
fn every_format_of_one_run_tells_the_same_findings() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "docker.io", HOSTS);
    let report = lint_tree(dir.path());
    let options = options(dir.path());
    let total = report.findings.len();
    let write = |format| written(format, &report, &options);
    let json = |format| serde_json::from_str::<Value>(&write(format)).unwrap();
    let length = |value: &Value| value.as_array().unwrap().len();
    assert!(total >= 3);
    assert_eq!(length(&json(Format::Json)["findings"]), total);
    assert_eq!(length(&json(Format::Sarif)["runs"][0]["results"]), total);
    assert_eq!(length(&json(Format::Gitlab)), total);
    assert_eq!(length(&json(Format::Rdjson)["diagnostics"]), total);
    assert_eq!(write(Format::Concise).lines().count(), total);
    assert_eq!(write(Format::Github).lines().count(), total + 1);
    for (format, element) in [(Format::Junit, "failure"), (Format::Checkstyle, "error")] {
        let elements = services::elements(&write(format));
        assert_eq!(elements.iter().filter(|e| e.0 == element).count(), total);
    }
    let human = write(Format::Human);
    let headers = human.lines().filter(|line| {
        let words = ["error[", "warning[", "note["];
        words.iter().any(|word| line.starts_with(word))
    });
    assert_eq!(headers.count(), total);
    assert_eq!(
        write(Format::Markdown)
            .matches("docker.io/hosts.toml:")
            .count(),
        total
    );
}
