//! GitLab's Code Quality report.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::Options;
use super::place::PositionRange;
use super::stream::{Array, write_json};
use crate::finding::words::sentences;
use crate::finding::{Finding, Fingerprints, Paths, Report, Severity};
use crate::printable::one_line;
use crate::toml::view::Position;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(&options.root);
    let paths = &paths;
    let issues = || {
        let mut fingerprints = Fingerprints::new(paths);
        report.everything().filter_map(move |(finding, by)| {
            // Quiet findings have fingerprints too, else those of the others would depend on them.
            let fingerprint = fingerprints.next(&finding);
            by.is_none().then_some(Entry {
                path: paths.relative(&finding.location.path),
                finding,
                fingerprint,
            })
        })
    };
    write_json(&Array(issues), out)
}

/// A finding and what is written with it.
struct Entry {
    finding: Finding,
    fingerprint: String,
    path: String,
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let finding = &self.finding;
        let place = PositionRange::characters(&finding.location);
        let text = sentences(&[&finding.message, &finding.effect, &finding.help]);
        Issue {
            // GitLab does not show the check's name.
            description: format!("{}: {}", finding.rule.name, one_line(&text)),
            check_name: finding.rule.name,
            fingerprint: &self.fingerprint,
            severity: severity(finding),
            location: Location {
                path: &self.path,
                positions: Positions {
                    begin: Point::of(place.start),
                    end: Point::of(place.end),
                },
            },
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

impl Point {
    fn of(Position { line, column }: Position) -> Point {
        Point { line, column }
    }
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error if finding.rule.security_severity.is_some() => "critical",
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}
