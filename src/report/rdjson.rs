//! reviewdog's rdjson. Its columns count bytes, and its paths are relative to the working directory,
//! to which reviewdog adds what leads there from the root.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::Options;
use super::place::PositionRange;
use super::stream::{Array, write_json};
use crate::finding::words::sentences;
use crate::finding::{Finding, Location, Meta, Report, Severity};
use crate::toml::view::Position;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let diagnostics = || {
        let findings = report.findings.iter();
        findings.map(|finding| Entry { finding, options })
    };
    let document = Document {
        source: Tool {
            name: "certsd-lint",
            url: options.information_uri.as_deref(),
        },
        diagnostics: Array(diagnostics),
    };
    write_json(&document, out)
}

#[derive(Serialize)]
struct Document<'a, D: Serialize> {
    source: Tool<'a>,
    diagnostics: D,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// A finding and how it is written.
struct Entry<'a> {
    finding: Finding,
    options: &'a Options,
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let finding = &self.finding;
        let related = finding.related.iter().map(|related| Related {
            message: &related.text,
            location: InFile::of(&related.location),
        });
        Diagnostic {
            message: sentences(&[&finding.message, &finding.effect, &finding.help]),
            location: InFile::of(&finding.location),
            severity: severity(finding),
            code: Code::of(finding.rule, self.options),
            suggestions: suggestions(finding),
            related_locations: related.collect(),
        }
        .serialize(serializer)
    }
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    }
}

fn suggestions(finding: &Finding) -> Option<Vec<Suggestion<'_>>> {
    let (fix, source) = (finding.shown_fix()?, finding.location.source.as_ref()?);
    let edits = fix.edits.iter().map(|edit| Suggestion {
        range: Range::of(&Location::span(source, edit.span.clone())),
        text: &edit.replacement,
    });
    Some(edits.collect())
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: InFile<'a>,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<Vec<Suggestion<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl Code {
    fn of(rule: &Meta, options: &Options) -> Code {
        Code {
            value: rule.name,
            url: options.uri_of(rule),
        }
    }
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: InFile<'a>,
}

#[derive(Serialize)]
struct InFile<'a> {
    path: &'a str,
    range: Range,
}

impl InFile<'_> {
    fn of(location: &Location) -> InFile<'_> {
        InFile {
            path: &location.path,
            range: Range::of(location),
        }
    }
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

impl Range {
    fn of(location: &Location) -> Range {
        let PositionRange { start, end } = PositionRange::bytes(location);
        let point = |Position { line, column }| Point { line, column };
        Range {
            start: point(start),
            end: point(end),
        }
    }
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}
