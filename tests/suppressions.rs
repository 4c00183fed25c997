//! Suppression comments, wherever a person would try one: each silences what it should, or is told to
//! be of no use.

use std::path::Path;

use certsd_lint::disk::{Tree, TreeOptions};
use certsd_lint::engine;
use certsd_lint::finding::{Finding, Level, Packed, Report, Run, Settings, Suppressor};

fn run(settings: Settings) -> Run {
    Run { settings, now: 0 }
}

fn write(root: &Path, text: &str) {
    std::fs::create_dir_all(root.join("docker.io")).unwrap();
    std::fs::write(root.join("docker.io/hosts.toml"), text).unwrap();
}

fn lint_with(text: &str, settings: Settings) -> Report {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), text);
    let tree = Tree::open(dir.path(), "certs.d", &TreeOptions::default());
    engine::lint(&[tree], &run(settings))
}

/// Only the rules that these tests are about, so that new rules do not disturb them.
fn only_these() -> Settings {
    let mut settings = Settings::default();
    let kept = [
        "unknown-capability",
        "unknown-suppression",
        "unused-suppression",
    ];
    for rule in certsd_lint::rules::RULES {
        if !kept.contains(&rule.name) {
            settings.severities.insert(rule.name, Level::Off);
        }
    }
    settings
}

fn lint_text(text: &str) -> Report {
    lint_with(text, only_these())
}

/// The findings in short: rule, and the text they stand at.
fn shown(findings: &Packed<Finding>) -> Vec<String> {
    let short = |finding: &Finding| {
        let source = finding.location.source.as_ref().expect("a place in a text");
        let span = finding.location.span.clone().expect("a place in a text");
        format!("{} {}", finding.rule.name, &source.text[span])
    };
    findings.iter().map(|finding| short(&finding)).collect()
}

/// The text after all fixes, each applied unless it overlaps one before it.
fn fixed(text: &str, findings: &Packed<Finding>) -> String {
    let mut edits: Vec<_> = findings
        .iter()
        .filter_map(|f| f.fix)
        .flat_map(|fix| fix.edits)
        .collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::new();
    let mut at = 0;
    for edit in edits {
        if edit.span.start >= at {
            out.push_str(&text[at..edit.span.start]);
            out.push_str(&edit.replacement);
            at = edit.span.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

const UNKNOWN_CAPABILITY: &str = "# certsd-lint: ignore[unknown-capability] ours";

/// A text with the comment in place of each `@`, one at a time: in every spot it silences both, one
/// or none of the faults, and is told when it silences none.
#[test]
fn every_spot_works_or_is_told() {
    let spots = [
        // How many of the two faults are silenced with the comment there.
        ("before the header", 2),
        ("behind the header", 2),
        ("before the key", 2),
        ("behind the opening bracket", 2),
        ("behind the first element", 1),
        ("before the second element", 1),
        ("behind the second element", 1),
        ("before the closing bracket", 0),
        ("behind the closing bracket", 2),
        ("before another key", 0),
        ("behind another key", 0),
        ("before another header", 0),
        ("behind another header", 0),
        ("at the end", 0),
    ];
    let template = "@1\n[host.\"https://a\"] @2\n  @3\n  capabilities = [ @4\n    \"pul\", @5\n    @6\n    \"push it\" @7\n    @8\n  ] @9\n  @10\n  override_path = true @11\n@12\n[host.\"https://b\"] @13\n@14";
    for (index, (spot, silenced)) in spots.iter().enumerate() {
        // From the last, so that `@1` is not found in `@10`.
        let text = (1..=spots.len())
            .rev()
            .fold(template.to_owned(), |text, n| {
                let comment = if n == index + 1 {
                    UNKNOWN_CAPABILITY
                } else {
                    ""
                };
                text.replace(&format!("@{n}"), comment)
            });
        let report = lint_text(&text);
        assert_eq!(report.suppressed.len(), *silenced, "{spot}\n{text}");
        let faults = shown(&report.findings);
        let loud = faults
            .iter()
            .filter(|f| f.starts_with("unknown-capability"))
            .count();
        assert_eq!(loud, 2 - silenced, "{spot}\n{text}\n{faults:?}");
        let told = faults.contains(&"unused-suppression unknown-capability".to_owned());
        assert_eq!(told, *silenced == 0, "{spot}\n{text}\n{faults:?}");
    }
}

#[test]
fn a_silenced_finding_is_kept_with_its_reason() {
    let report = lint_text(&format!(
        "[host.\"https://a\"]\ncapabilities = [\"pul\"] {UNKNOWN_CAPABILITY}\n"
    ));
    assert!(report.findings.is_empty());
    let by = Suppressor::Comment {
        reason: "ours".to_owned(),
    };
    assert_eq!(report.suppressed.get(0).unwrap().by, by);
    assert_eq!(
        report.suppressed.get(0).unwrap().finding.rule.name,
        "unknown-capability"
    );
}

#[test]
fn a_file_is_silenced_at_its_head_only() {
    let head = "# certsd-lint: ignore-file[unknown-capability]\n";
    let body = "[host.\"https://a\"]\ncapabilities = [\"pul\"]\n[host.\"https://b\"]\ncapabilities = [\"pul\"]\n";
    let report = lint_text(&format!("# ours\n{head}\n{body}"));
    assert!(report.findings.is_empty(), "{:?}", shown(&report.findings));
    assert_eq!(report.suppressed.len(), 2);
    let report = lint_text(&format!("{body}{head}"));
    assert_eq!(report.suppressed.len(), 0);
    assert_eq!(report.findings.len(), 3);
    let told = report.findings.last().unwrap();
    assert_eq!(told.rule.name, "unused-suppression");
    assert!(told.help.contains("before the first item"));
}

#[test]
fn the_narrower_suppression_is_the_one_that_is_used() {
    let text = format!(
        "# certsd-lint: ignore-file[unknown-capability]\n[host.\"https://a\"]\ncapabilities = [\"pul\"] {UNKNOWN_CAPABILITY}\n"
    );
    let report = lint_text(&text);
    assert_eq!(report.suppressed.len(), 1);
    assert_eq!(
        shown(&report.findings),
        ["unused-suppression unknown-capability"]
    );
    assert_eq!(
        fixed(&text, &report.findings),
        text.split_once('\n').unwrap().1
    );
}

#[test]
fn without_suppressions_everything_is_told_and_nothing_of_them() {
    let settings = Settings {
        suppressions: false,
        ..only_these()
    };
    let text = "[host.\"https://a\"]\ncapabilities = [\"pul\"] # certsd-lint: ignore[unknown-capability, x]\n";
    let report = lint_with(text, settings);
    assert_eq!(shown(&report.findings), ["unknown-capability \"pul\""]);
    assert!(report.suppressed.is_empty());
}

#[test]
fn what_is_no_rule_is_told_and_mended() {
    let text = "server = \"https://a\" # certsd-lint: ignore[unknown-capabilty]\n";
    let report = lint_text(text);
    assert_eq!(
        shown(&report.findings),
        ["unknown-suppression unknown-capabilty"]
    );
    assert_eq!(
        report.findings.get(0).unwrap().help,
        "write `unknown-capability`"
    );
    let mended = fixed(text, &report.findings);
    assert_eq!(mended, text.replace("capabilty", "capability"));
    // Which is then of no use, and is deleted in its turn.
    let report = lint_text(&mended);
    assert_eq!(
        shown(&report.findings),
        ["unused-suppression unknown-capability"]
    );
    assert_eq!(fixed(&mended, &report.findings), "server = \"https://a\"\n");
}

#[test]
fn malformed_ones_are_told_and_deleted() {
    for comment in [
        "# certsd-lint: ignore",
        "# certsd-lint: ignore[]",
        "# certsd-lint: ignore all",
        "# certsd-lint: ignore-file",
        "# certsd-lint: ignore[unknown-capability",
        "# certsd-lint: disable[unknown-capability]",
        "# certsd-lint ignore[unknown-capability]",
    ] {
        let text = format!("  {comment}\r\nserver = \"https://a\" # see T-1 {comment}\r\n");
        let report = lint_text(&text);
        let expected = format!("unknown-suppression {comment}");
        assert_eq!(shown(&report.findings), [expected.clone(), expected]);
        let rest = fixed(&text, &report.findings);
        assert_eq!(rest, "server = \"https://a\" # see T-1\r\n");
    }
}

#[test]
fn only_what_is_of_no_use_is_deleted_from_a_list() {
    let line = "capabilities = [\"pul\"] # certsd-lint: ignore";
    for (list, rest) in [
        ("[nonsense, unknown-capability]", "[unknown-capability]"),
        ("[unknown-capability, nonsense]", "[unknown-capability]"),
        (
            "[unused-suppression, unknown-capability, nonsense , gibberish]",
            "[unknown-capability]",
        ),
        (
            "[unknown-capability , unknown-capability]",
            "[unknown-capability]",
        ),
        ("[ nonsense,unknown-suppression ]", ""),
    ] {
        let (comment, after) = (format!("{line}{list} r"), format!("{line}{rest} r"));
        let has_use = !rest.is_empty();
        let value = if has_use { "\"pul\"" } else { "\"pull\"" };
        let text = format!("[host.\"https://a\"]\n{comment}\n").replace("\"pul\"", value);
        let expected = match has_use {
            true => format!("[host.\"https://a\"]\n{after}\n"),
            false => "[host.\"https://a\"]\ncapabilities = [\"pull\"]\n".to_owned(),
        };
        let mut text = text;
        for _ in 0..3 {
            text = fixed(&text, &lint_text(&text).findings);
        }
        assert_eq!(text, expected, "{list}");
    }
}

#[test]
fn a_rule_that_did_not_run_is_not_told_to_be_unused() {
    let mut settings = only_these();
    settings.severities.insert("unknown-capability", Level::Off);
    let text = format!("server = \"https://a\" {UNKNOWN_CAPABILITY}\n");
    assert!(lint_with(&text, settings).findings.is_empty());
}

#[test]
fn what_is_said_of_suppressions_is_theirs_to_silence_nowhere() {
    let text = "# certsd-lint: ignore-file[unused-suppression, unknown-suppression]\nserver = \"https://a\"\n";
    let report = lint_text(text);
    let expected = "unused-suppression unused-suppression, unknown-suppression";
    assert_eq!(shown(&report.findings), [expected]);
    assert_eq!(fixed(text, &report.findings), "server = \"https://a\"\n");
}

#[test]
fn any_text_is_read_without_a_panic_and_fixes_stay_inside() {
    let pieces = [
        "# certsd-lint: ignore[unknown-capability]",
        "# certsd-lint:",
        "\n",
        "\r\n",
        "[",
        "]",
        "{ a = 1 }",
        "[host.\"https://a\"]",
        "capabilities = [\"pul\"]",
        "x = [",
        "é😀",
        "\"\"\"",
        "'",
        "\u{feff}",
        ",",
    ];
    // Every pair and a good many triples, in an order that is the same each time.
    for (a, first) in pieces.iter().enumerate() {
        for (b, second) in pieces.iter().enumerate() {
            let third = pieces[(a * 7 + b * 3) % pieces.len()];
            let text = format!("{first} {second}{third}");
            let report = lint_text(&text);
            assert!(report.failures.is_empty());
            let after = fixed(&text, &report.findings);
            assert!(after.len() <= text.len() + 8);
        }
    }
}
