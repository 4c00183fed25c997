//! Everything, as JSON, version 1. Keys may be added within a version, never changed.
//!
//! Lines and columns count from 1, columns in characters; ends are exclusive. A finding about a
//! directory, or about a file as a whole, has the empty place at line 1, column 1, byte 0.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Options;
use super::place::Place;
use crate::finding::{
    Edit, Finding, Fix, Location, Paths, Report, Severity, Source, Suppressor, fingerprints,
};
use crate::printable::{ends_like_command, is_unprintable};
use crate::toml::view::Position;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(&options.root);
    let all = report.everything();
    let fingerprints = fingerprints(all.iter().map(|(finding, _)| *finding), &paths);
    let findings: Vec<Value> = all
        .into_iter()
        .zip(fingerprints)
        .filter(|((_, by), _)| by.is_none() || options.show_suppressed)
        .map(|((finding, by), fingerprint)| {
            let mut value = finding_value(finding, options);
            value["fingerprint"] = json!(fingerprint);
            if options.show_suppressed {
                value["suppressed"] = suppressed_value(by);
            }
            value
        })
        .collect();
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    let mut document = json!({
        "version": 1,
        "findings": findings,
        "summary": {
            "errors": report.count(Severity::Error),
            "warnings": report.count(Severity::Warning),
            "notes": report.count(Severity::Note),
            "files": report.summary.files,
            "namespaces": report.summary.namespaces,
            "config_paths": report.summary.trees,
            "suppressed": report.suppressed.len(),
            "releases": report.releases,
        },
        "failures": failures,
    });
    if let Some(baseline) = &report.baseline {
        document["baseline"] = json!({"known": baseline.known, "vanished": baseline.vanished});
    }
    write_value(&document, out)
}

fn finding_value(finding: &Finding, options: &Options) -> Value {
    let related: Vec<Value> = finding
        .related
        .iter()
        .map(|related| {
            json!({
                "path": related.location.path,
                "location": location_value(&related.location),
                "text": related.text,
            })
        })
        .collect();
    json!({
        "rule": finding.rule.name,
        "severity": finding.severity,
        "consequence": finding.consequence,
        "message": finding.message,
        "help": finding.help,
        "releases": finding.releases.as_slice(),
        "path": finding.location.path,
        "namespace": finding.namespace,
        "location": location_value(&finding.location),
        "fix": fix_value(finding),
        "label": finding.label,
        "effect": finding.effect,
        "related": related,
        "url": options.uri_of(finding.rule),
    })
}

fn suppressed_value(by: Option<&Suppressor>) -> Value {
    match by {
        None => Value::Null,
        Some(Suppressor::Comment { reason }) => json!({"by": "comment", "reason": reason}),
        Some(Suppressor::Baseline) => json!({"by": "baseline", "reason": ""}),
    }
}

fn location_value(location: &Location) -> Value {
    let place = Place::characters(location);
    let span = location.span.clone().unwrap_or(0..0);
    json!({
        "start": position_value(place.start, span.start),
        "end": position_value(place.end, span.end),
    })
}

fn position_value(position: Position, byte: usize) -> Value {
    json!({"line": position.line, "column": position.column, "byte": byte})
}

fn fix_value(finding: &Finding) -> Value {
    let (Some(fix), Some(source)) = (finding.shown_fix(), &finding.location.source) else {
        return Value::Null;
    };
    let Fix {
        safety,
        description,
        edits,
        ..
    } = fix;
    let edits: Vec<Value> = edits.iter().map(|edit| edit_value(edit, source)).collect();
    json!({"safety": safety, "description": description, "edits": edits})
}

fn edit_value(edit: &Edit, source: &Source) -> Value {
    let position = |byte| {
        let position = source.lines().characters(&source.text, byte);
        position_value(position, byte)
    };
    json!({
        "start": position(edit.span.start),
        "end": position(edit.span.end),
        "replacement": edit.replacement,
    })
}

/// Writes a document so that no character of it can do something to a terminal: serde_json escapes
/// the controls of ASCII and no others. Such characters are in strings only, where they may be escaped.
pub fn write_value(document: &Value, out: &mut dyn Write) -> io::Result<()> {
    let plain = serde_json::to_string_pretty(document)?;
    let mut text = String::with_capacity(plain.len() + 1);
    for c in plain.chars() {
        let begins_command = c == '[' && ends_like_command(&text);
        if begins_command || c != '\n' && is_unprintable(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    out.write_all(text.as_bytes())
}
