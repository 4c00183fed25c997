//! Bytes are a hosts.toml: linted, mended, and linted again.

use std::collections::BTreeMap;

use certsd_lint::containerd::{HostsToml, Outcome, Release, Verdict, load_directory};
use certsd_lint::disk::Tree;
use certsd_lint::engine;
use certsd_lint::finding::{Run, Settings, Severity};
use certsd_lint::fix::{self, Choice, Fixing, HostsFiles, Refusal};

use super::lint::{assert_places, overlaid};
use super::{Body, Seeds};

pub const BODY: Body = Body {
    name: "fix",
    run: |data| {
        for with_unsafe in [false, true] {
            check(data, with_unsafe);
        }
    },
    seeds: Seeds::hosts_files,
};

fn mend(trees: &[Tree], with_unsafe: bool) -> Fixing {
    let settings = Settings {
        releases: Release::newest().collect(),
        ..Settings::default()
    };
    let run = Run { settings, now: 0 };
    let choice = Choice {
        with_unsafe,
        min_severity: Severity::Note,
    };
    let report = engine::lint(trees, &run);
    let files = HostsFiles::new(&[], trees, &[], &run, &|_| {});
    fix::fix(&files, report, choice)
}

fn outcomes(trees: &[Tree]) -> BTreeMap<Release, Outcome> {
    let load = |tree: &Tree, release| {
        let directory = format!("{}/docker.io", tree.root);
        load_directory(release, tree, &directory, "docker.io")
    };
    let releases = Release::newest();
    releases
        .filter_map(|release| Some((release, load(trees.first()?, release))))
        .collect()
}

/// How well a namespace fares; more is better.
fn rank(outcome: &Outcome) -> u8 {
    match (outcome.verdict, outcome.hosts_toml) {
        (Verdict::Unknown | Verdict::Crash, _) => 0,
        (Verdict::PullsFail, _) => 1,
        (_, HostsToml::Ignored) => 2,
        _ => 3,
    }
}

/// Nothing fares worse, all that is refused is refused for a reason, and there is nothing left to do.
fn check(data: &[u8], with_unsafe: bool) {
    let trees = overlaid(data);
    let fixing = mend(&trees, with_unsafe);
    assert_eq!(fixing.report.failures, []);
    assert_places(&fixing.report);
    for refused in &fixing.refused {
        let is_held_back = matches!(refused.refusal, Refusal::HeldBack(_));
        assert!(is_held_back, "{refused:?}");
    }
    let Some(file) = fixing.files.first() else {
        return;
    };
    let mended = overlaid(&file.text);
    let (before, after) = (outcomes(&trees), outcomes(&mended));
    for (release, outcome) in &after {
        let (had, has) = (rank(&before[release]), rank(outcome));
        assert!(has >= had, "{release} fares worse: {:?}", outcome.problems);
    }
    let again = mend(&mended, with_unsafe);
    assert!(again.files.is_empty(), "a second run changes more");
    // What is shown of it is a diff, whatever stands in the file.
    let shown = fix::shown(&file.path, &file.original.bytes, &file.text);
    assert!(shown.text.starts_with(b"--- "));
    if std::str::from_utf8(&shown.text).is_ok() {
        let text = String::from_utf8_lossy(&shown.text);
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\0']));
    }
}
