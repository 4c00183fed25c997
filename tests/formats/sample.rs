//! Reports made by hand: places that formats get wrong, in a tree on disk.

use std::path::Path;
use std::sync::Arc;

use certsd_lint::containerd::Release;
use certsd_lint::finding::{
    Consequence, Edit, Finding, Fix, Location, Related, Report, Safety, Severity, Source, Summary,
};
use certsd_lint::rules::rule;

/// A text with everything that makes places hard: characters of two and four bytes before the place, a
/// tab, CRLF, a line without its end.
pub const AWKWARD: &str = "server = \"https://é😀.internal\" # é\r\n\r\n[host.\"https://mirror.internal\"]\r\n\tcapabilities = [\"é😀\", \"pul\", \"pul\"]\r\n  skip_verify = true";

pub fn source(path: &str, text: &str) -> Arc<Source> {
    Arc::new(Source::new(path, text.as_bytes()))
}

/// A finding at the `n`th place (from 0) where `text` stands.
pub fn finding_at(source: &Arc<Source>, text: &str, n: usize) -> Finding {
    let (start, _) = source.text.match_indices(text).nth(n).expect("it is there");
    finding(Location::span(source, start..start + text.len()))
}

pub fn finding(location: Location) -> Finding {
    Finding {
        rule: rule("unknown-capability").expect("a rule of the catalogue"),
        severity: Severity::Error,
        consequence: Consequence::FileIgnored,
        message: "`pul` is no capability".to_owned(),
        label: "unknown to containerd".to_owned(),
        effect: "containerd drops this hosts.toml whole: pulls from docker.io go straight to https://registry-1.docker.io/v2".to_owned(),
        help: "write \"pull\"".to_owned(),
        releases: Release::supported().into(),
        namespace: Some("docker.io".to_owned()),
        location,
        related: Vec::new(),
        fix: None,
        unknown_here: "",
    }
}

pub fn report(findings: Vec<Finding>) -> Report {
    let mut files: Vec<String> = Vec::new();
    for finding in &findings {
        if let Some(source) = &finding.location.source
            && !files.contains(&source.path)
        {
            files.push(source.path.clone());
        }
    }
    Report {
        summary: Summary {
            trees: 1,
            namespaces: files.len(),
            files: files.len(),
            lone: 0,
            nodes: 0,
            carriers: 0,
        },
        rules: certsd_lint::rules::RULES
            .iter()
            .map(|rule| &rule.meta)
            .collect(),
        files,
        findings: findings.into(),
        releases: Release::supported(),
        ..Report::default()
    }
}

/// A tree below `root`, and a report about it with every kind of finding. Paths are `prefix` and what
/// follows `certs.d`.
pub fn full(root: &Path, prefix: &str) -> Report {
    let write = |path: &str, text: &str| {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().expect("a file has one")).expect("writable");
        std::fs::write(file, text).expect("writable");
        source(&format!("{prefix}{path}"), text)
    };
    let awkward = write("certs.d/docker.io/hosts.toml", AWKWARD);
    let clean = write(
        "certs.d/quay.io/hosts.toml",
        "server = \"https://quay.io\"\n",
    );
    write("certs.d/ghcr.io/a,b: 100%.crt", "-----BEGIN\n");

    let mut fixed = finding_at(&awkward, "\"pul\"", 0);
    let edit = Edit {
        span: fixed.location.span.clone().expect("a span"),
        replacement: "\"pull\"".to_owned(),
    };
    fixed.fix = Some(Fix::new(Safety::Safe, "write \"pull\"", vec![edit]));
    let twice = finding_at(&awkward, "\"pul\"", 1);
    let mut related = finding_at(&awkward, "skip_verify = true", 0);
    related.severity = Severity::Warning;
    related.consequence = Consequence::Exposure;
    related.releases = Release::supported().split_off(1).into();
    related.related.push(Related {
        location: Location::span(&awkward, 0..6),
        text: "the same registry".to_owned(),
    });
    related.related.push(Related {
        location: Location::span(&clean, 0..6),
        text: "another file".to_owned(),
    });
    let mut hostile = finding_at(&awkward, "[host.\"https://mirror.internal\"]", 0);
    hostile.message = "a\u{1b}[2J, b: 100%\n::error::<&\"'>]]>|`x` \u{0}\u{202e}\u{9b}".to_owned();
    hostile.help = "line one\nline two\r\n::warning::no".to_owned();
    hostile.severity = Severity::Note;
    let mut lines = finding_at(&awkward, "[\"é😀\", \"pul\", \"pul\"]\r\n  skip", 0);
    lines.severity = Severity::Warning;
    let end = awkward.text.len();
    let empty = finding(Location::span(&awkward, end..end));
    let mut certificate = finding(Location::path(format!(
        "{prefix}certs.d/ghcr.io/a,b: 100%.crt"
    )));
    certificate.label.clear();
    let mut directory = finding(Location::path(format!("{prefix}certs.d/ghcr.io")));
    directory.namespace = None;
    let missing = finding(Location::path(format!(
        "{prefix}certs.d/gone.io/x/hosts.toml"
    )));

    let mut report = report(vec![
        hostile,
        lines,
        fixed,
        twice,
        related,
        empty,
        directory,
        certificate,
        missing,
    ]);
    report.findings.sort();
    report.files.push(clean.path.clone());
    report.summary.files = 2;
    report.summary.namespaces = 3;
    report
}
