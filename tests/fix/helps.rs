//! What a help says to write mends what it is about and brings no fault of its own, over all fixtures.

use std::fs;
use std::path::Path;

use certsd_lint::disk::{Tree, TreeOptions};
use certsd_lint::engine;
use certsd_lint::finding::{Finding, Report, Run, Settings};
use certsd_lint::fix::{HostsFiles, followed};

use super::{NOW, open};

#[test]
fn helps_mend_what_they_are_about() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let settings = Settings::default();
    let run = Run { settings, now: NOW };
    let keep = |_: &mut Report| {};
    let (mut tried, mut held_back, mut failures) = (0, Vec::new(), Vec::new());
    for rule in fs::read_dir(fixtures).unwrap() {
        for case in fs::read_dir(rule.unwrap().path()).unwrap() {
            let config_path = case.unwrap().path().join("certs.d");
            if !config_path.is_dir() {
                continue;
            }
            let trees = open(&config_path, TreeOptions::default());
            let report = engine::lint(&trees, &run);
            let files = HostsFiles::new(&[], &trees, &[], &run, &keep);
            for finding in report.findings.iter().filter(|f| f.fix.is_none()) {
                match files.try_help(&finding) {
                    Ok(false) => continue,
                    Ok(true) => tried += 1,
                    Err(_) => held_back.push(finding.rule.name),
                }
                let shown = config_path.display();
                if !mends(&trees, &run, &finding) {
                    let Finding { rule, help, .. } = finding;
                    failures.push(format!("{shown}: {}: {help}", rule.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(tried >= 30, "{tried}");
    // Those whose help has to say what follows.
    held_back.sort_unstable();
    held_back.dedup();
    assert_eq!(held_back, HELD_BACK);
}

/// Rules with a fixture in which the help brings another fault to light: a file that is missing, TLS settings for what is
/// then plain HTTP, a key that is unknown in a table that is then read.
const HELD_BACK: [&str; 3] = [
    "http-server-behind-https",
    "invalid-client-pair",
    "misspelled-host-table",
];

/// Whether what the finding says is said less often of its file once the help is followed.
fn mends(trees: &[Tree], run: &Run, finding: &Finding) -> bool {
    let source = finding.location.source.as_ref().unwrap();
    let text = followed(&source.text, finding).unwrap();
    let namespace = finding.namespace.as_deref().unwrap();
    let file = format!("{namespace}/hosts.toml");
    let mut trees = trees.iter();
    let tree = trees.find(|tree| tree.shown(&file) == source.path).unwrap();
    let changed = tree.with_texts([(file, text.into_bytes())]);
    let same = |other: &Finding| {
        other.rule == finding.rule
            && other.message == finding.message
            && other.location.path == finding.location.path
    };
    let count = |tree: &Tree| {
        let report = engine::lint(std::slice::from_ref(tree), run);
        let places = report.findings.iter().filter(same);
        places
            .map(|finding| 1 + finding.related.len())
            .sum::<usize>()
    };
    count(&changed) < count(tree)
}
