//! The fixes of the rules about config.toml, applied to the fixtures: what they mend is gone.

use std::fs;
use std::path::Path;

use certsd_lint::finding::{Category, Edit, Report};

use super::{lint_tree, modes, settings_beside};

#[test]
fn what_a_fix_mends_is_gone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let mut applied = 0;
    for rule in certsd_lint::rules::RULES
        .iter()
        .filter(|rule| rule.category == Category::Node)
    {
        for case in fs::read_dir(root.join(rule.name)).unwrap() {
            let copy = tempfile::tempdir().unwrap();
            modes::copy(&case.unwrap().path(), copy.path());
            let config_path = copy.path().join("certs.d");
            let lint = || lint_tree(&config_path, settings_beside(&config_path));
            let report = lint();
            let Some((message, path, edits)) = first_fix(&report, rule.name) else {
                continue;
            };
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, mended(&text, &edits)).unwrap();
            let left = lint();
            let same = left
                .findings
                .iter()
                .find(|finding| finding.rule.name == rule.name && finding.message == message);
            assert!(same.is_none(), "{}: {message}\n{text}", rule.name);
            // Nor does the mended file keep more releases from starting.
            assert!(broken(&left) <= broken(&report), "{}: {message}", rule.name);
            applied += 1;
        }
    }
    assert!(applied >= 8, "{applied} fixes were applied");
}

/// How many releases do not come up.
fn broken(report: &Report) -> usize {
    let findings = report.findings.iter();
    findings
        .filter(|finding| finding.rule.name == "invalid-node-config")
        .map(|finding| finding.releases.len())
        .sum()
}

fn first_fix(report: &Report, rule: &str) -> Option<(String, String, Vec<Edit>)> {
    report.findings.iter().find_map(|finding| {
        let fix = finding.fix.as_ref()?;
        (finding.rule.name == rule).then(|| {
            let path = finding.location.path.clone();
            (finding.message.clone(), path, fix.edits.clone())
        })
    })
}

fn mended(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.clone(), &edit.replacement);
    }
    text
}
