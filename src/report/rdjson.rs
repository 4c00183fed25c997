//! reviewdog's rdjson. Its columns count bytes, and its paths are relative to the working directory,
//! to which reviewdog adds what leads there from the root.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Options;
use super::place::Place;
use crate::finding::words::sentences;
use crate::finding::{Finding, Location, Report, Severity};
use crate::toml::view::Position;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let diagnostics: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| diagnostic(finding, options))
        .collect();
    let mut source = json!({"name": "certsd-lint"});
    if let Some(uri) = &options.information_uri {
        source["url"] = json!(uri);
    }
    let document = json!({"source": source, "diagnostics": diagnostics});
    super::json::write_value(&document, out)
}

fn diagnostic(finding: &Finding, options: &Options) -> Value {
    let severity = match finding.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    };
    let mut code = json!({"value": finding.rule.name});
    if let Some(uri) = options.uri_of(finding.rule) {
        code["url"] = json!(uri);
    }
    let mut diagnostic = json!({
        "message": sentences(&[&finding.message, &finding.effect, &finding.help]),
        "location": location(&finding.location),
        "severity": severity,
        "code": code,
    });
    if let (Some(fix), Some(source)) = (finding.shown_fix(), &finding.location.source) {
        let suggestions: Vec<Value> = fix
            .edits
            .iter()
            .map(|edit| {
                let place = Location::span(source, edit.span.clone());
                json!({"range": range(&place), "text": edit.replacement})
            })
            .collect();
        diagnostic["suggestions"] = Value::Array(suggestions);
    }
    if !finding.related.is_empty() {
        let related: Vec<Value> = finding
            .related
            .iter()
            .map(
                |related| json!({"message": related.text, "location": location(&related.location)}),
            )
            .collect();
        diagnostic["related_locations"] = Value::Array(related);
    }
    diagnostic
}

fn location(location: &Location) -> Value {
    json!({"path": location.path, "range": range(location)})
}

fn range(location: &Location) -> Value {
    let place = Place::bytes(location);
    let position = |p: Position| json!({"line": p.line, "column": p.column});
    json!({"start": position(place.start), "end": position(place.end)})
}
