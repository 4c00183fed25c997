use certsd_lint::finding::{Location, Related};
use certsd_lint::report::{Format, Options, summary};

use crate::{sample, written};

fn human(report: &certsd_lint::finding::Report, width: usize) -> String {
    let options = Options {
        width,
        ..Options::default()
    };
    written(Format::Human, report, &options)
}

#[test]
fn says_what_where_what_follows_and_what_to_write() {
    let source = sample::source("docker.io/hosts.toml", sample::AWKWARD);
    let mut finding = sample::finding_at(&source, "\"pul\"", 0);
    finding.related.push(Related {
        location: Location::span(&source, 0..6),
        text: "the same registry".to_owned(),
    });
    let expected = r#"  error[unknown-capability]: `pul` is no capability
  ╰─▶ containerd drops this hosts.toml whole: pulls from docker.io go straight
      to https://registry-1.docker.io/v2
   ╭─[docker.io/hosts.toml:4:24]
 1 │ server = "https://é😀.internal" # é
   · ───┬──
   ·    ╰── the same registry
 2 │
 3 │ [host."https://mirror.internal"]
 4 │     capabilities = ["é😀", "pul", "pul"]
   ·                            ──┬──
   ·                              ╰── unknown to containerd
 5 │   skip_verify = true
   ╰────
  help: write "pull"
  holds for: all targeted releases
  more: certsd-lint explain unknown-capability

"#;
    assert_eq!(human(&sample::report(vec![finding]), 80), expected);
}

#[test]
fn another_file_has_a_picture_of_its_own() {
    let source = sample::source("docker.io/hosts.toml", "a = 1\n");
    let other = sample::source("quay.io/hosts.toml", "server = \"https://quay.io\"\n");
    let mut finding = sample::finding_at(&source, "a", 0);
    finding.related.push(Related {
        location: Location::span(&other, 0..6),
        text: "the same registry".to_owned(),
    });
    finding.related.push(Related {
        location: Location::path("quay.io/ca.crt"),
        text: "its CA".to_owned(),
    });
    let text = human(&sample::report(vec![finding]), 80);
    assert!(
        text.contains("  see: the same registry\n   ╭─[quay.io/hosts.toml:1:1]\n"),
        "{text}"
    );
    assert!(
        text.contains("  see: its CA\n   ──[quay.io/ca.crt]\n"),
        "{text}"
    );
}

#[test]
fn stays_within_the_terminal() {
    let long = format!(
        "a = \"{}\"\nb = \"{}pul{}\"\n",
        "x".repeat(300),
        "é".repeat(200),
        "y".repeat(300)
    );
    let source = sample::source("docker.io/hosts.toml", &long);
    let dir = tempfile::tempdir().unwrap();
    let mut report = sample::full(dir.path(), "");
    report.findings.push(sample::finding_at(&source, "pul", 0));
    for width in [60, 80, 120] {
        let text = human(&report, width);
        for line in text.lines() {
            assert!(
                textwrap::core::display_width(line) <= width,
                "{width}: {line}"
            );
        }
        assert!(
            text.contains("  ─┬─\n") || text.contains(" ─┬─\n"),
            "{text}"
        );
    }
}

#[test]
fn a_label_without_room_is_told_below() {
    let text = format!("a = \"{}pul\"\n", "x".repeat(40));
    let source = sample::source("docker.io/hosts.toml", &text);
    let report = sample::report(vec![sample::finding_at(&source, "pul", 0)]);
    let text = human(&report, 60);
    assert!(
        text.contains("╰────\n   1:46: unknown to containerd\n"),
        "{text}"
    );
}

#[test]
fn a_path_is_never_broken() {
    let path = format!("certs.d/{}/ca.crt", "a-very-long-name.".repeat(12));
    let mut finding = sample::finding(Location::path(&path));
    finding.help = format!("put it at {path}");
    let text = human(&sample::report(vec![finding]), 60);
    assert_eq!(text.matches(&path).count(), 2, "{text}");
}

#[test]
fn nothing_of_a_file_reaches_the_terminal_raw() {
    let hostile = "a = \"\u{1b}[31m\u{7}\u{9b}2J\u{202e}\r\n\tb\" # \u{feff}";
    let source = sample::source("x\u{1b}]0;title\u{7}/hosts.toml", hostile);
    let mut finding = sample::finding_at(&source, "[31m", 0);
    for text in [
        &mut finding.message,
        &mut finding.label,
        &mut finding.effect,
        &mut finding.help,
    ] {
        hostile.clone_into(text);
    }
    finding.related.push(Related {
        location: Location::path("\u{1b}[2J"),
        text: "\u{1b}[2J".to_owned(),
    });
    let report = sample::report(vec![finding]);
    for format in [Format::Human, Format::Concise] {
        let text = written(format, &report, &Options::default());
        let raw: Vec<char> = text
            .chars()
            .filter(|c| c.is_control() && *c != '\n' || matches!(c, '\u{202e}' | '\u{feff}'))
            .collect();
        assert!(raw.is_empty(), "{text}");
    }
}

#[test]
fn colour_and_ascii_are_what_the_options_say() {
    let dir = tempfile::tempdir().unwrap();
    let report = sample::full(dir.path(), "");
    let plain = written(Format::Human, &report, &Options::default());
    let color = Options {
        color: true,
        ..Options::default()
    };
    let colored = written(Format::Human, &report, &color);
    assert!(!plain.contains('\u{1b}'));
    let ansi = anstream_strip(&colored);
    assert_eq!(ansi, plain);
    assert_ne!(colored, plain);

    let source = sample::source("a/hosts.toml", "a = 1\n");
    let report = sample::report(vec![sample::finding_at(&source, "a", 0)]);
    let ascii = Options {
        unicode: false,
        ..Options::default()
    };
    assert!(written(Format::Human, &report, &ascii).is_ascii());
}

fn anstream_strip(text: &str) -> String {
    let stripped = anstream::adapter::strip_str(text).to_string();
    stripped
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

#[test]
fn places_at_the_edges_of_a_text_are_drawn() {
    let places = [
        ("", 0..0),
        ("\n", 0..1),
        ("\n", 1..1),
        ("a = [\n", 6..6),
        ("a = 1\r\n", 5..7),
        ("a = 1\r\n", 6..7),
        ("a\rb = 1\n", 1..3),
        ("\u{feff}a = 1", 0..3),
        ("a = '''\n1\n2\n3\n4\n5\n6\n7\n8\n9\n'''\n", 4..32),
    ];
    for (text, span) in places {
        let source = sample::source("a/hosts.toml", text);
        let report = sample::report(vec![sample::finding(Location::span(&source, span.clone()))]);
        let shown = human(&report, 80);
        assert!(
            shown.contains("a/hosts.toml:"),
            "{text:?} {span:?}\n{shown}"
        );
        let is_drawn = shown.contains("unknown to containerd");
        assert_eq!(is_drawn, !text.is_empty(), "{text:?} {span:?}\n{shown}");
    }
}

#[test]
fn the_summary_says_what_was_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let report = sample::full(dir.path(), "");
    assert_eq!(
        summary(&report),
        "checked 3 namespaces in 1 config path (2 hosts.toml) for containerd 1.7.34, 2.0.11, 2.2.7, \
         2.3.4: 6 errors, 2 warnings, 1 note"
    );
}

#[test]
fn concise_is_one_line_each() {
    let dir = tempfile::tempdir().unwrap();
    let report = sample::full(dir.path(), "");
    let text = written(Format::Concise, &report, &Options::default());
    assert_eq!(text.lines().count(), report.findings.len());
    assert!(text.contains(
        "certs.d/docker.io/hosts.toml:4:24: error[unknown-capability] `pul` is no capability\n"
    ));
}
