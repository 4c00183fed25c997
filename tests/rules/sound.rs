//! Sound trees stay clean.

use std::fs;
use std::path::Path;

use certsd_lint::finding::Severity;

use super::{lint_tree, modes, settings_beside};

#[test]
fn sound_trees_give_no_error_and_no_warning() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sound");
    let (mut trees, mut complaints) = (0, Vec::new());
    for entry in fs::read_dir(root).unwrap() {
        let case = entry.unwrap().path();
        if !case.join("certs.d").is_dir() {
            continue;
        }
        // A copy, for what lies in this repository is tracked by Git, keys included.
        let copy = tempfile::tempdir().unwrap();
        modes::copy(&case, copy.path());
        let config_path = copy.path().join("certs.d");
        trees += 1;
        let report = lint_tree(&config_path, settings_beside(&config_path));
        assert!(report.summary.namespaces > 0, "{}", case.display());
        for finding in report
            .findings
            .iter()
            .filter(|f| f.severity > Severity::Note)
        {
            let rule = finding.rule.name;
            complaints.push(format!(
                "{}: {rule}: {}",
                finding.location.path, finding.message
            ));
        }
    }
    assert!(trees >= 12, "{trees} trees");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
