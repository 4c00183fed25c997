//! Everything, as JSON, version 1. Keys may be added within a version, never changed.
//!
//! Lines and columns count from 1, columns in characters; ends are exclusive. A finding about a
//! directory, or about a file as a whole, has the empty place at line 1, column 1, byte 0.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::Options;
use super::certificates::certificates;
use super::place::PositionRange;
use super::stream::{Array, write_json};
use crate::containerd::Release;
use crate::finding::{
    BaselineOutcome, Consequence, Edit, Finding, Fingerprints, Known, Location, Paths, Related,
    Report, Safety, Severity, Source, Suppressor,
};
use crate::toml::view::Position;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(&options.root);
    let findings = || {
        let mut fingerprints = Fingerprints::new(&paths);
        report.everything().filter_map(move |(finding, by)| {
            // Quiet findings have fingerprints too, else those of the others would depend on them.
            let fingerprint = fingerprints.next(&finding);
            (by.is_none() || options.show_suppressed).then_some(Entry {
                finding,
                fingerprint,
                by,
                options,
            })
        })
    };
    let certificates = || certificates(&report.inventory);
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    let document = Document {
        version: 1,
        findings: Array(findings),
        summary: Summary {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
            files: report.summary.files,
            namespaces: report.summary.namespaces,
            config_paths: report.summary.trees,
            suppressed: report.suppressed.len(),
            releases: &report.releases,
        },
        failures,
        certificates: Array(certificates),
        baseline: report.baseline.as_ref().map(Baseline::of),
    };
    write_json(&document, out)
}

#[derive(Serialize)]
struct Document<'a, F: Serialize, C: Serialize> {
    version: u32,
    findings: F,
    summary: Summary<'a>,
    failures: Vec<String>,
    certificates: C,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Baseline<'a>>,
}

#[derive(Serialize)]
struct Summary<'a> {
    errors: usize,
    warnings: usize,
    notes: usize,
    files: usize,
    namespaces: usize,
    config_paths: usize,
    suppressed: usize,
    releases: &'a [Release],
}

#[derive(Serialize)]
struct Baseline<'a> {
    known: usize,
    vanished: &'a [Known],
}

impl Baseline<'_> {
    fn of(outcome: &BaselineOutcome) -> Baseline<'_> {
        Baseline {
            known: outcome.known,
            vanished: &outcome.vanished,
        }
    }
}

/// A finding and what is written with it.
struct Entry<'a> {
    finding: Finding,
    fingerprint: String,
    by: Option<Suppressor>,
    options: &'a Options,
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entry {
            finding,
            fingerprint,
            by,
            options,
        } = self;
        FindingValue {
            rule: finding.rule.name,
            severity: finding.severity,
            consequence: finding.consequence,
            message: &finding.message,
            help: &finding.help,
            releases: &finding.releases,
            path: &finding.location.path,
            namespace: finding.namespace.as_deref(),
            location: LocationValue::of(&finding.location),
            fix: FixValue::of(finding),
            label: &finding.label,
            effect: &finding.effect,
            related: finding.related.iter().map(RelatedValue::of).collect(),
            url: options.uri_of(finding.rule),
            unknown_here: finding.unknown_here,
            fingerprint,
            suppressed: options
                .show_suppressed
                .then(|| by.as_ref().map(SuppressedValue::of)),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct FindingValue<'a> {
    rule: &'static str,
    severity: Severity,
    consequence: Consequence,
    message: &'a str,
    help: &'a str,
    releases: &'a [Release],
    path: &'a str,
    namespace: Option<&'a str>,
    location: LocationValue,
    fix: Option<FixValue<'a>>,
    label: &'a str,
    effect: &'a str,
    related: Vec<RelatedValue<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    unknown_here: &'static str,
    fingerprint: &'a str,
    /// Only when what is kept quiet was asked for; then `null` is what is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<Option<SuppressedValue<'a>>>,
}

#[derive(Serialize)]
struct SuppressedValue<'a> {
    by: &'static str,
    reason: &'a str,
}

impl SuppressedValue<'_> {
    fn of(by: &Suppressor) -> SuppressedValue<'_> {
        let (by, reason) = match by {
            Suppressor::Comment { reason } => ("comment", reason.as_str()),
            Suppressor::Baseline => ("baseline", ""),
        };
        SuppressedValue { by, reason }
    }
}

#[derive(Serialize)]
struct RelatedValue<'a> {
    path: &'a str,
    location: LocationValue,
    text: &'a str,
}

impl RelatedValue<'_> {
    fn of(related: &Related) -> RelatedValue<'_> {
        RelatedValue {
            path: &related.location.path,
            location: LocationValue::of(&related.location),
            text: &related.text,
        }
    }
}

#[derive(Serialize)]
struct LocationValue {
    start: PositionValue,
    end: PositionValue,
}

impl LocationValue {
    fn of(location: &Location) -> LocationValue {
        let place = PositionRange::characters(location);
        let span = location.span.clone().unwrap_or(0..0);
        LocationValue {
            start: PositionValue::of(place.start, span.start),
            end: PositionValue::of(place.end, span.end),
        }
    }
}

#[derive(Serialize)]
struct PositionValue {
    line: usize,
    column: usize,
    byte: usize,
}

impl PositionValue {
    fn of(Position { line, column }: Position, byte: usize) -> PositionValue {
        PositionValue { line, column, byte }
    }
}

#[derive(Serialize)]
struct FixValue<'a> {
    safety: Safety,
    description: &'a str,
    edits: Vec<EditValue<'a>>,
}

impl FixValue<'_> {
    fn of(finding: &Finding) -> Option<FixValue<'_>> {
        let (fix, source) = (finding.shown_fix()?, finding.location.source.as_ref()?);
        Some(FixValue {
            safety: fix.safety,
            description: &fix.description,
            edits: fix.edits.iter().map(|e| EditValue::of(e, source)).collect(),
        })
    }
}

#[derive(Serialize)]
struct EditValue<'a> {
    start: PositionValue,
    end: PositionValue,
    replacement: &'a str,
}

impl EditValue<'_> {
    fn of<'a>(edit: &'a Edit, source: &Source) -> EditValue<'a> {
        let position = |byte| {
            let position = source.lines().characters(&source.text, byte);
            PositionValue::of(position, byte)
        };
        EditValue {
            start: position(edit.span.start),
            end: position(edit.span.end),
            replacement: &edit.replacement,
        }
    }
}
