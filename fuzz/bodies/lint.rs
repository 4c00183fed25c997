//! Bytes are a hosts.toml: linting and every format.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use certsd_lint::containerd::{Effect, Release, load_directory};
use certsd_lint::disk::{FindOptions, Tree, TreeOptions, find};
use certsd_lint::engine;
use certsd_lint::finding::{Consequence, Report, Run, Settings};
use certsd_lint::report::{self, Format, Options};

use super::printable::assert_printable;
use super::{Body, Seeds};

pub const BODY: Body = Body {
    name: "lint",
    run: |data| {
        let trees = overlaid(data);
        check(&trees);
    },
    seeds: Seeds::hosts_files,
};

const FORMATS: [Format; 10] = [
    Format::Human,
    Format::Concise,
    Format::Json,
    Format::Sarif,
    Format::Github,
    Format::Gitlab,
    Format::Junit,
    Format::Checkstyle,
    Format::Rdjson,
    Format::Markdown,
];

static OPTIONS: LazyLock<Options> = LazyLock::new(|| Options {
    verbose: true,
    show_suppressed: true,
    root: PathBuf::from("/"),
    ..Options::default()
});

/// A tree that is on no disk: one namespace, and this hosts.toml in it.
pub fn overlaid(hosts_toml: &[u8]) -> Vec<Tree> {
    let path = Path::new("/no-such-folder/certs.d/docker.io/hosts.toml");
    let options = FindOptions {
        tree: TreeOptions {
            deploy_path: Some("/etc/containerd/certs.d".to_owned()),
            sysroot: None,
        },
        stdin: Some((path.to_owned(), hosts_toml.to_owned())),
        ..FindOptions::default()
    };
    find(&[], &options).0
}

/// Lints for every release line.
pub fn lint(trees: &[Tree]) -> Report {
    let settings = Settings {
        releases: Release::newest().collect(),
        ..Settings::default()
    };
    engine::lint(trees, &Run { settings, now: 0 })
}

/// Lints some trees twice and checks the reports, in every format.
pub fn check(trees: &[Tree]) -> Report {
    let report = lint(trees);
    assert_eq!(report.failures, []);
    assert_places(&report);
    assert_eq!(in_lines(&report), in_lines(&lint(trees)), "not repeatable");
    for tree in trees {
        assert_claims(&report, tree);
    }
    assert_formats(&report);
    report
}

/// Every place and edit is in the text that it belongs to, on whole characters; edits are in order.
pub fn assert_places(report: &Report) {
    let quiet = report.suppressed.iter().map(|s| s.finding);
    for finding in report.findings.iter().chain(quiet) {
        let related = finding.related.iter().map(|related| &related.location);
        for location in std::iter::once(&finding.location).chain(related) {
            if let (Some(source), Some(span)) = (&location.source, &location.span) {
                assert!(source.text.get(span.clone()).is_some(), "{finding:?}");
            }
        }
        let mut end = 0;
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            let source = finding.location.source.as_ref().expect("a text to edit");
            assert!(source.text.get(edit.span.clone()).is_some(), "{finding:?}");
            assert!(edit.span.start >= end, "edits overlap: {finding:?}");
            end = edit.span.end;
        }
    }
}

/// What tells whether two reports are the same.
pub fn in_lines(report: &Report) -> Vec<String> {
    let all = report.everything();
    all.map(|(f, by)| {
        format!(
            "{} {:?} {:?} {} {} {:?} {:?} {by:?}",
            f.location.path, f.location.span, f.severity, f.rule.name, f.message, f.releases, f.fix
        )
    })
    .collect()
}

/// A finding claims that the file is dropped, that pulls fail or that containerd dies for a release if and only
/// if the model says so.
fn assert_claims(report: &Report, tree: &Tree) {
    let all: Vec<_> = report.everything().collect();
    for namespace in tree.namespaces().expect("a tree that can be read") {
        let name = namespace.name.as_str();
        for release in report.releases.iter().copied() {
            if name == "_default" && !release.default_namespace() {
                continue;
            }
            let dir = format!("{}/{name}", tree.root);
            let host = certsd_lint::disk::registry_host(name);
            let outcome = load_directory(release, tree, &dir, &host);
            for (consequence, effect) in [
                (Consequence::FileIgnored, Effect::FileIgnored),
                (Consequence::PullsFail, Effect::PullsFail),
                (Consequence::Crash, Effect::Crash),
            ] {
                let claimed = all.iter().any(|(f, _)| {
                    f.consequence == consequence
                        && f.namespace.as_deref() == Some(name)
                        && f.releases.contains(&release)
                });
                let decided = outcome.problems.iter().any(|p| p.effect == effect);
                let masked = outcome.masked.iter().any(|p| p.effect == effect);
                assert!(
                    claimed == decided || claimed && masked,
                    "{release}, {consequence:?}: claimed {claimed}, decided {decided}: {:?}",
                    outcome.problems
                );
            }
        }
    }
}

pub fn assert_formats(report: &Report) {
    for format in FORMATS {
        let mut out = Vec::new();
        report::write(format, report, &OPTIONS, &mut out).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("every format is UTF-8");
        assert_printable(&format!("{format:?}"), &text);
        match format {
            Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjson => {
                let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
                assert!(parsed.is_ok(), "{format:?} is no JSON: {text}");
            }
            // Whatever a file holds, it gives the runner no command.
            Format::Github => {
                let is_ours = |line: &str| {
                    [
                        "::error file=",
                        "::warning file=",
                        "::notice file=",
                        "certsd-lint ",
                    ]
                    .iter()
                    .any(|start| line.starts_with(start))
                };
                assert!(text.lines().all(is_ours), "{text}");
            }
            Format::Concise => assert_eq!(text.lines().count(), report.findings.len(), "{text}"),
            _ => {}
        }
    }
}
