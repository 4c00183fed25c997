//! An unsafe fix brings no finding that was not there before, over all fixtures. What safe fixes bring to light, the text says plainly
//! and was there to be read, so they are made first.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn run(here: &Path, arguments: &[&str]) -> std::process::Output {
    let always = ["--no-config", "--deploy-path", "/etc/containerd/certs.d"];
    Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
        .args(always)
        .args(["--now", "2026-06-01T00:00:00Z"])
        .args(arguments)
        .arg("./rules")
        .current_dir(here)
        .output()
        .unwrap()
}

/// How many findings there are of each rule in each file: warnings and errors.
fn findings(here: &Path) -> BTreeMap<(String, String), usize> {
    let output = run(here, &["--format", "json", "--min-severity", "warning"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut counts = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        *counts.entry((text("path"), text("rule"))).or_default() += 1;
    }
    counts
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn unsafe_fixes_bring_no_new_finding() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    copy(&fixtures, &here.join("rules"));
    run(here, &["--fix"]);
    let before = findings(here);
    assert!(before.len() > 100, "{}", before.len());
    run(here, &["--fix", "--unsafe-fixes"]);
    let after = findings(here);
    let had = |key| before.get(key).copied().unwrap_or_default();
    let new: Vec<_> = after
        .iter()
        .filter(|(key, count)| **count > had(key))
        .collect();
    assert!(new.is_empty(), "{new:#?}");
    assert!(after.values().sum::<usize>() < before.values().sum());
}
