//! The baseline: known findings are quiet, new ones count, vanished ones are told.

use std::path::Path;

use certsd_lint::disk::{FindOptions, find};
use certsd_lint::engine::{self, Baseline};
use certsd_lint::finding::{Level, Paths, Report, Run, Settings};
use certsd_lint::report::{summary, vanished};

/// Lints what is at `path` below `root`, and takes the baseline into account.
fn lint_at(root: &Path, path: &str, baseline: Option<&Baseline>, settings: Settings) -> Report {
    let (trees, errors) = find(&[root.join(path)], &FindOptions::default());
    assert!(errors.is_empty(), "{errors:?}");
    let run = Run { settings, now: 0 };
    let mut report = engine::lint(&trees, &run);
    if let Some(baseline) = baseline {
        report.apply_baseline(baseline, &Paths::new(root), &run.settings);
    }
    report
}

fn lint_tree(root: &Path, baseline: Option<&Baseline>) -> Report {
    lint_at(root, "certs.d", baseline, only_suppressions())
}

/// Only rules of whose findings these tests are made.
fn only_suppressions() -> Settings {
    let mut settings = Settings::default();
    for rule in certsd_lint::rules::RULES {
        if rule.category != certsd_lint::finding::Category::Suppressions {
            settings.severities.insert(rule.name, Level::Off);
        }
    }
    settings
}

fn write(root: &Path, namespace: &str, text: &str) {
    let dir = root.join("certs.d").join(namespace);
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("hosts.toml"), text).unwrap();
}

const TWO: &str = "server = \"https://a\" # certsd-lint: ignore[nonsense]\n# certsd-lint: ignore\n";

fn names(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|f| f.rule.name).collect()
}

#[test]
fn known_findings_are_quiet_and_lines_may_move() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    write(root, "docker.io", TWO);
    write(root, "quay.io", TWO);
    let first = lint_tree(root, None);
    assert_eq!(first.findings.len(), 4);
    let text = Baseline::of(&first, &Paths::new(root)).to_json();
    assert!(!text.contains(&root.display().to_string()), "{text}");
    let baseline = Baseline::parse(&text).unwrap();
    assert_eq!(baseline.known.len(), 4);

    write(
        root,
        "docker.io",
        &format!("# a line\n\n{}", TWO.replace('\n', "\r\n")),
    );
    let report = lint_tree(root, Some(&baseline));
    assert!(report.findings.is_empty());
    assert_eq!(report.suppressed.len(), 4);
    assert_eq!(vanished(&report), "");
    assert!(summary(&report).ends_with("no findings; 4 known from the baseline"));
    // Written anew, it knows the same.
    assert_eq!(Baseline::of(&report, &Paths::new(root)), baseline);
}

#[test]
fn new_findings_count_and_vanished_ones_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    write(root, "docker.io", TWO);
    let baseline = Baseline::of(&lint_tree(root, None), &Paths::new(root));
    let changed =
        "server = \"https://b\" # certsd-lint: ignore[other-nonsense]\n# certsd-lint: ignore\n";
    write(root, "docker.io", changed);
    let report = lint_tree(root, Some(&baseline));
    assert_eq!(names(&report), ["unknown-suppression"]);
    assert!(
        report
            .findings
            .get(0)
            .unwrap()
            .message
            .contains("other-nonsense")
    );
    assert_eq!(
        vanished(&report),
        "certs.d/docker.io/hosts.toml: unknown-suppression is in the baseline and is no longer found\n"
    );
    assert!(summary(&report).ends_with("1 warning; 1 known from the baseline, 1 of it gone"));
}

#[test]
fn one_more_of_the_same_is_new() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let once = "# certsd-lint: ignore[nonsense]\n";
    write(root, "docker.io", once);
    let baseline = Baseline::of(&lint_tree(root, None), &Paths::new(root));
    write(root, "docker.io", &once.repeat(2));
    let report = lint_tree(root, Some(&baseline));
    assert_eq!((report.findings.len(), report.suppressed.len()), (1, 1));
}

#[test]
fn what_was_not_looked_at_has_not_vanished() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    write(root, "docker.io", TWO);
    write(root, "quay.io", TWO);
    let baseline = Baseline::of(&lint_tree(root, None), &Paths::new(root));
    write(root, "docker.io", "server = \"https://a\"\n");
    write(root, "quay.io", "server = \"https://a\"\n");
    let file = "certs.d/docker.io/hosts.toml";
    let report = lint_at(root, file, Some(&baseline), only_suppressions());
    assert_eq!(vanished(&report).lines().count(), 2);
    assert!(!vanished(&report).contains("quay.io"));
    let whole = lint_tree(root, Some(&baseline));
    assert_eq!(vanished(&whole).lines().count(), 4);

    let mut off = only_suppressions();
    off.severities.insert("unknown-suppression", Level::Off);
    let report = lint_at(root, "certs.d", Some(&baseline), off);
    assert_eq!(vanished(&report), "");
}

#[test]
fn other_items_of_the_file_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let text = "server = \"https://quay.io\"\n[host.\"https://m.internal\"]\n  capabilities = [\"pull\", \"resolve\"]\n  skip_verify = true\n";
    let lint =
        |baseline: Option<&Baseline>| lint_at(root, "certs.d", baseline, Settings::default());
    write(root, "quay.io", text);
    let first = lint(None);
    assert!(!first.findings.is_empty());
    let baseline = Baseline::of(&first, &Paths::new(root));
    let other = "[host.\"https://n.internal\"]\n  capabilities = [\"pull\", \"resolve\"]\n";
    for edited in [
        format!("{text}\n{other}"),
        text.replace("[host", &format!("{other}[host")),
        text.replace("true", "true # for now"),
        text.replace("  skip_verify", "\n\tskip_verify"),
    ] {
        write(root, "quay.io", &edited);
        let report = lint(Some(&baseline));
        let new: Vec<_> = report.findings.iter().map(|f| f.message).collect();
        assert!(new.is_empty(), "{new:?} in {edited}");
    }
    // The same key of another host is new.
    write(
        root,
        "quay.io",
        &format!("{text}{other}  skip_verify = true\n"),
    );
    assert!(!lint(Some(&baseline)).findings.is_empty());
}
