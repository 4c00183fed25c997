//! GitLab's Code Quality report.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Options;
use super::place::Place;
use crate::finding::words::sentences;
use crate::finding::{Finding, Paths, Report, Severity, fingerprints};
use crate::printable::one_line;
use crate::toml::view::Position;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(&options.root);
    let all = report.everything();
    // Quiet findings have fingerprints too, else those of the others would depend on them.
    let fingerprints = fingerprints(all.iter().map(|(finding, _)| *finding), &paths);
    let issues: Vec<Value> = all
        .iter()
        .zip(&fingerprints)
        .filter(|((_, by), _)| by.is_none())
        .map(|((finding, _), fingerprint)| issue(finding, fingerprint, &paths))
        .collect();
    super::json::write_value(&Value::Array(issues), out)
}

fn issue(finding: &Finding, fingerprint: &str, paths: &Paths) -> Value {
    let place = Place::characters(&finding.location);
    let position = |p: Position| json!({"line": p.line, "column": p.column});
    let text = sentences(&[&finding.message, &finding.effect, &finding.help]);
    json!({
        // GitLab does not show the check's name.
        "description": format!("{}: {}", finding.rule.name, one_line(&text)),
        "check_name": finding.rule.name,
        "fingerprint": fingerprint,
        "severity": severity(finding),
        "location": {
            "path": paths.relative(&finding.location.path),
            "positions": {"begin": position(place.start), "end": position(place.end)},
        },
    })
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error if finding.rule.security_severity.is_some() => "critical",
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}
