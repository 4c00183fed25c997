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
    let expected = r#"error[unknown-capability]: `pul` is no capability
  ╰─▶ containerd drops this hosts.toml whole: pulls from docker.io go straight
      to https://registry-1.docker.io/v2
   ╭─[docker.io/hosts.toml:4:24]
 4 │     capabilities = ["é😀", "pul", "pul"]
   ·                            ───── unknown to containerd
   ╰────
  see: docker.io/hosts.toml:1:1: the same registry
  help: write "pull"

"#;
    assert_eq!(human(&sample::report(vec![finding]), 80), expected);
}

#[test]
fn places_elsewhere_are_listed() {
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
    let see = "  see: quay.io/hosts.toml:1:1: the same registry\n    quay.io/ca.crt: its CA\n";
    assert!(text.contains(see), "{text}");
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
    let mut cut = sample::finding_at(&source, "pul", 0);
    cut.message = "a cut line".to_owned();
    report.findings.push(cut);
    for width in [60, 80, 120] {
        let text = human(&report, width);
        for line in text.lines() {
            assert!(
                textwrap::core::display_width(line) <= width,
                "{width}: {line}"
            );
        }
        assert!(
            text.contains(" ─┬─\n") || text.contains(" ─── unknown to containerd\n"),
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
        "certs.d/docker.io/hosts.toml:4:24: error[unknown-capability] `pul` is no capability [file-ignored]\n"
    ));
}

#[test]
fn the_label_of_a_single_place_is_beside_it() {
    let source = sample::source("docker.io/hosts.toml", "a = [\"pul\"]\nb = 1\n");
    let mut finding = sample::finding_at(&source, "\"pul\"", 0);
    finding.effect.clear();
    finding.releases = finding.releases[1..].into();
    let expected = r#"error[unknown-capability]: `pul` is no capability
   ╭─[docker.io/hosts.toml:1:6]
 1 │ a = ["pul"]
   ·      ───── unknown to containerd
   ╰────
  help: write "pull"
  releases: 2.0.11, 2.2.7, 2.3.4

"#;
    assert_eq!(human(&sample::report(vec![finding]), 80), expected);
}

#[test]
fn what_becomes_of_a_namespace_is_said_once_ahead_of_its_findings() {
    let source = sample::source("certs.d/docker.io/hosts.toml", "a = [\"pul\", \"psh\"]\n");
    let effect = "containerd ignores this hosts.toml: pulls from docker.io go straight to registry-1.docker.io";
    let of = |text: &str| {
        let mut finding = sample::finding_at(&source, text, 0);
        finding.message = format!("unknown capability `{text}`");
        finding.effect = effect.to_owned();
        finding
    };
    let text = human(&sample::report(vec![of("pul"), of("psh")]), 80);
    let verdict = "docker.io: containerd ignores this hosts.toml; pulls go straight to\n  registry-1.docker.io\nerror[";
    assert!(text.starts_with(verdict), "{text}");
    assert_eq!(text.matches("containerd ignores").count(), 1, "{text}");
    // What only may be so is said with the finding.
    let mut finding = of("pul");
    finding.severity = certsd_lint::finding::Severity::Warning;
    let text = human(&sample::report(vec![finding]), 80);
    assert!(text.starts_with("warning["), "{text}");
}

#[test]
fn the_worst_comes_first_and_what_repeats_is_shown_once() {
    use certsd_lint::finding::Severity;
    let of = |namespace: &str, severity: Severity| {
        let path = format!("certs.d/{namespace}/hosts.toml");
        let source = sample::source(&path, "a = [\"pul\"]\n");
        let mut finding = sample::finding_at(&source, "pul", 0);
        finding.namespace = Some(namespace.to_owned());
        finding.severity = severity;
        finding
    };
    let two = vec![of("a.io", Severity::Warning), of("b.io", Severity::Error)];
    let text = human(&sample::report(two.clone()), 80);
    assert!(text.starts_with("error["), "{text}");
    assert!(!text.contains("also:"), "{text}");
    let mut four = two;
    four.push(of("c.io", Severity::Error));
    let mut other = of("d.io", Severity::Error);
    other.help = "write \"push\"".to_owned();
    four.push(other);
    let text = human(&sample::report(four), 80);
    let also = "  help: write \"pull\"\n  also: certs.d/c.io/hosts.toml:1:7\n    \
                certs.d/d.io/hosts.toml:1:7: write \"push\"\n\nwarning[";
    assert!(text.contains(also), "{text}");
    assert_eq!(text.matches("error[").count(), 1, "{text}");
}

#[test]
fn what_is_said_of_other_names_is_listed_with_these() {
    use certsd_lint::finding::Severity;
    let of = |name: &str| {
        let path = format!("certs.d/{name}.io/hosts.toml");
        let source = sample::source(&path, "a = [\"pul\"]\n");
        let mut finding = sample::finding_at(&source, "pul", 0);
        finding.namespace = Some(format!("{name}.io"));
        finding.severity = Severity::Warning;
        finding.message = format!("mirror `{name}.example` may resolve tags");
        finding.help = format!("write less; tags then come from {name}.io");
        finding
    };
    let text = human(&sample::report(vec![of("a"), of("b"), of("c")]), 80);
    let also = "  help: write less; tags then come from a.io\n  \
                also: certs.d/b.io/hosts.toml:1:7: `b.example`\n    \
                certs.d/c.io/hosts.toml:1:7: `c.example`\n";
    assert!(text.contains(also), "{text}");
    // What they say is another thing.
    let mut other = of("c");
    other.message = "mirror `c.example` may not resolve tags".to_owned();
    let text = human(&sample::report(vec![of("a"), of("b"), other]), 80);
    assert!(!text.contains("also:"), "{text}");
    // An error is drawn in full.
    let error = |name: &str| {
        let mut finding = of(name);
        finding.severity = Severity::Error;
        finding
    };
    let errors = vec![error("a"), error("b"), error("c")];
    let text = human(&sample::report(errors), 80);
    assert!(!text.contains("also:"), "{text}");
}

#[test]
fn code_is_never_broken() {
    let code = "`capabilities = [\"pull\", \"resolve\", \"push\"]`";
    let mut finding = sample::finding(Location::path("docker.io"));
    finding.message = format!("instead of these words write {code} and so on");
    finding.effect = format!("what follows from all of this is {code} and so on");
    finding.help = format!(
        "for every one of them, write {code}; at the top:\n[host.\"https://a-very-long-name.internal\"] # and more, and more"
    );
    let text = human(&sample::report(vec![finding]), 60);
    assert_eq!(text.matches(code).count(), 3, "{text}");
    assert!(
        text.contains("internal\"] # and more, and more\n"),
        "{text}"
    );
}

#[test]
fn ascii_is_kept_where_nothing_else_is_shown() {
    let long = format!("a = \"{}\" # \u{1b}[2J\n", "x".repeat(900));
    let source = sample::source("a/hosts.toml", &long);
    let mut finding = sample::finding_at(&source, "a", 0);
    finding.help = "y".repeat(900);
    let ascii = Options {
        unicode: false,
        ..Options::default()
    };
    let text = written(Format::Human, &sample::report(vec![finding]), &ascii);
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains(",-[a/hosts.toml:1:1]"), "{text}");
}

#[test]
fn near_places_share_a_picture() {
    let source = sample::source("a/hosts.toml", "a = 1\nb = 2\n\nc = 3\n\n\nd = 4\n");
    let mut finding = sample::finding_at(&source, "c = 3", 0);
    finding.effect.clear();
    for (text, label) in [("a = 1", "one"), ("b = 2", "two"), ("d = 4", "four")] {
        let at = source.text.find(text).unwrap();
        finding.related.push(Related {
            location: Location::span(&source, at..at + text.len()),
            text: label.to_owned(),
        });
    }
    let expected = r#"error[unknown-capability]: `pul` is no capability
   ╭─[a/hosts.toml:4:1]
 1 │ a = 1
   · ───── one
 2 │ b = 2
   · ───── two
 3 │
 4 │ c = 3
   · ───── unknown to containerd
   ╰────
  see: a/hosts.toml:7:1: four
  help: write "pull"

"#;
    assert_eq!(human(&sample::report(vec![finding]), 80), expected);
}
