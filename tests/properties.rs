//! What holds for every text and every tree.

use std::fs;
use std::path::Path;

use certsd_lint::containerd::{Effect, Files, Release, load_directory};
use certsd_lint::disk::{FindOptions, PathKind, Tree, TreeOptions, find};
use certsd_lint::engine;
use certsd_lint::finding::{Consequence, Report, Run, Settings};
use proptest::prelude::*;

#[path = "properties/document.rs"]
mod document;

use document::document;

const RELEASES: [Release; 7] = [
    Release::new(1, 5, 18),
    Release::new(1, 6, 39),
    Release::new(1, 7, 34),
    Release::new(2, 0, 11),
    Release::new(2, 1, 9),
    Release::new(2, 2, 7),
    Release::new(2, 3, 4),
];

fn open(root: &Path) -> Vec<Tree> {
    let options = FindOptions {
        kind: Some(PathKind::ConfigPath),
        tree: TreeOptions {
            deploy_path: Some(root.to_string_lossy().into_owned()),
            sysroot: None,
        },
        ..FindOptions::default()
    };
    find(&[root.to_owned()], &options).0
}

fn lint(trees: &[Tree]) -> Report {
    let settings = Settings {
        releases: RELEASES.to_vec(),
        ..Settings::default()
    };
    engine::lint(trees, &Run { settings, now: 0 })
}

/// Lints one hosts.toml of docker.io, and hands over the report and what was linted.
fn lint_text(text: &[u8], check: impl FnOnce(&Report, &Tree)) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("certs.d");
    fs::create_dir_all(root.join("docker.io")).unwrap();
    fs::write(root.join("docker.io/hosts.toml"), text).unwrap();
    let trees = open(&root);
    let report = lint(&trees);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    check(&report, &trees[0]);
}

/// Every finding's places are in the text they belong to, on whole characters.
fn assert_places(report: &Report) {
    for finding in &report.findings {
        let related = finding.related.iter().map(|related| &related.location);
        for location in std::iter::once(&finding.location).chain(related) {
            if let (Some(source), Some(span)) = (&location.source, &location.span) {
                assert!(
                    source.text.get(span.clone()).is_some(),
                    "{}: {span:?}",
                    finding.message
                );
            }
        }
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            let source = finding.location.source.as_ref().unwrap();
            assert!(
                source.text.get(edit.span.clone()).is_some(),
                "{}",
                finding.message
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Model and linter say the same: a finding claims that the file is dropped, that pulls fail or that
    /// containerd dies for a release if and only if the model does.
    #[test]
    fn a_claim_is_found_if_and_only_if_the_model_makes_it(text in document()) {
        lint_text(text.as_bytes(), |report, tree| {
            for release in RELEASES {
                let dir = format!("{}/docker.io", tree.root);
                let outcome = load_directory(release, tree, &dir, "docker.io");
                for (consequence, effect) in [
                    (Consequence::FileIgnored, Effect::FileIgnored),
                    (Consequence::PullsFail, Effect::PullsFail),
                    (Consequence::Crash, Effect::Crash),
                ] {
                    let claimed = report
                        .findings
                        .iter()
                        .any(|f| f.consequence == consequence && f.releases.contains(&release));
                    let decided = outcome.problems.iter().any(|p| p.effect == effect);
                    // What is hidden behind a file that is dropped may be told of as well, for the day
                    // on which it is read.
                    let masked = outcome.masked.iter().any(|p| p.effect == effect);
                    let right = claimed == decided || claimed && masked;
                    assert!(right, "{release} {consequence:?} claimed: {claimed}\n{text}");
                }
            }
        });
    }

    #[test]
    fn any_bytes_are_linted_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        lint_text(&bytes, |report, _| assert_places(report));
    }

    #[test]
    fn places_and_edits_are_in_the_text(text in document()) {
        lint_text(text.as_bytes(), |report, _| assert_places(report));
    }

    /// Whatever order the file system lists names in, the report is the same.
    #[test]
    fn findings_do_not_depend_on_the_order_of_creation(
        texts in prop::collection::vec(document(), 3),
        order in Just(vec!["docker.io", "quay.io", "_default"]).prop_shuffle(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut reports = Vec::new();
        for (index, names) in [vec!["_default", "docker.io", "quay.io"], order].iter().enumerate() {
            let root = directory.path().join(index.to_string()).join("certs.d");
            for name in names {
                let text = &texts[["_default", "docker.io", "quay.io"].iter().position(|n| n == name).unwrap()];
                fs::create_dir_all(root.join(name)).unwrap();
                fs::write(root.join(name).join("hosts.toml"), text).unwrap();
            }
            let report = lint(&open(&root));
            let prefix = root.to_string_lossy().into_owned();
            let seen: Vec<String> = report
                .findings
                .iter()
                .map(|f| format!("{} {:?} {}", f.location.path.replace(&prefix, ""), f.location.span, f.message.replace(&prefix, "")))
                .collect();
            reports.push(seen);
        }
        prop_assert_eq!(&reports[0], &reports[1]);
    }
}

/// A tree is read through the same interface that the model takes.
#[test]
fn a_tree_is_a_file_system() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("quay.io")).unwrap();
    let trees = open(directory.path());
    assert!(trees[0].stat(&format!("{}/quay.io", trees[0].root)).is_ok());
    assert!(trees[0].list(&trees[0].root).is_ok());
}
