//! SARIF 2.1.0, as GitHub's code scanning reads it and the standard has it.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::Options;
use super::place::Place;
use crate::finding::words::sentences;
use crate::finding::{
    Edit, Finding, LineHashes, Location, Meta, Paths, Report, Severity, Suppressor,
};
use crate::printable::one_line;
use crate::toml::view::Position;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// GitHub cuts the texts of rules here.
const MAX_TEXT: usize = 1024;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(&options.root);
    let mut lines = LineHashes::new(&paths);
    let results: Vec<Value> = report
        .everything()
        .into_iter()
        .filter(|(_, by)| by.is_none() || options.show_suppressed)
        .map(|(finding, by)| {
            let mut result = result(&report.rules, finding, &paths, &mut lines);
            if options.show_suppressed {
                result["suppressions"] = suppressions(by);
            }
            if report.baseline.is_some() {
                let is_known = matches!(by, Some(Suppressor::Baseline));
                result["baselineState"] = json!(if is_known { "unchanged" } else { "new" });
            }
            result
        })
        .collect();
    let mut driver = json!({
        "name": "certsd-lint",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
    });
    if let Some(uri) = &options.information_uri {
        driver["informationUri"] = json!(uri);
    }
    let rules: Vec<Value> = report
        .rules
        .iter()
        .map(|rule| describe(rule, options))
        .collect();
    driver["rules"] = Value::Array(rules);
    let category = options.sarif_category.as_deref().unwrap_or("certsd-lint");
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            // What stands before the last slash is the category; a run's own name may follow it.
            "automationDetails": {"id": format!("{}/", category.trim_end_matches('/'))},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                "SRCROOT": {"description": {"text": "The directory that the paths are relative to."}},
            },
            "invocations": [invocation(report)],
            "results": results,
        }],
    });
    super::json::write_value(&document, out)
}

fn invocation(report: &Report) -> Value {
    let mut invocation = json!({"executionSuccessful": report.failures.is_empty()});
    if !report.failures.is_empty() {
        let notifications: Vec<Value> = report
            .failures
            .iter()
            .map(|failure| json!({"level": "error", "message": {"text": failure.to_string()}}))
            .collect();
        invocation["toolExecutionNotifications"] = Value::Array(notifications);
    }
    invocation
}

/// Every rule is described in every document, whether it found something or not: services
/// compare the lists of two runs.
fn describe(rule: &Meta, options: &Options) -> Value {
    let markdown = rule.markdown();
    let what = rule.section("What it does").unwrap_or_default();
    let why = rule.section("Why").unwrap_or_default();
    let mut full = sentences(&[&rule.summary().replace('\n', " "), &what, &why]);
    cut(&mut full, MAX_TEXT);
    let mut tags = vec!["containerd", rule.category.word()];
    let mut properties = Map::new();
    properties.insert("precision".to_owned(), json!("very-high"));
    match rule.security_severity {
        Some(severity) => {
            tags.push("security");
            properties.insert("security-severity".to_owned(), json!(severity));
        }
        None => {
            let word = match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            };
            properties.insert("problem.severity".to_owned(), json!(word));
        }
    }
    properties.insert("tags".to_owned(), json!(tags));
    let mut described = json!({
        "id": rule.name,
        "name": pascal_case(rule.name),
        "shortDescription": {"text": rule.summary()},
        "fullDescription": {"text": full},
        "help": {"text": markdown, "markdown": format!("# {}\n\n{markdown}", rule.name)},
    });
    if let Some(uri) = options.uri_of(rule) {
        described["helpUri"] = json!(uri);
    }
    described["defaultConfiguration"] = if rule.on {
        json!({"level": level(rule.severity)})
    } else {
        json!({"enabled": false, "level": level(rule.severity)})
    };
    described["properties"] = Value::Object(properties);
    described
}

fn result(
    rules: &[&'static Meta],
    finding: &Finding,
    paths: &Paths,
    lines: &mut LineHashes<'_>,
) -> Value {
    let index = rules.iter().position(|rule| *rule == finding.rule);
    let shown = &finding.location.path;
    // A service shows files only, and a file has to be there.
    let stand_in = match finding.location.span {
        Some(_) => None,
        None => paths.stand_in(shown),
    };
    let (location, hash) = match &stand_in {
        Some(path) => (Location::path(path), lines.of_file(path)),
        None => (finding.location.clone(), lines.of_finding(finding)),
    };
    let about = match &stand_in {
        Some(path) if path != shown => format!("{}: ", paths.relative(shown)),
        _ => String::new(),
    };
    let message = format!("{about}{}", finding.message);
    let mut text = sentences(&[&message, &finding.effect, &finding.help]);
    // An empty message fails the upload of the whole document.
    if text.is_empty() {
        text = sentences(&[finding.rule.summary()]);
    }
    let mut result = json!({
        "ruleId": finding.rule.name,
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [{"physicalLocation": physical_location(&location, paths)}],
    });
    if let Some(index) = index {
        result["ruleIndex"] = json!(index);
    }
    if !hash.is_empty() {
        result["partialFingerprints"] = json!({"primaryLocationLineHash": hash});
    }
    if !finding.related.is_empty() {
        let related: Vec<Value> = finding
            .related
            .iter()
            .zip(1..)
            .map(|(related, id)| {
                json!({
                    "id": id,
                    "message": {"text": related.text},
                    "physicalLocation": physical_location(&related.location, paths),
                })
            })
            .collect();
        result["relatedLocations"] = Value::Array(related);
    }
    if let Some(fix) = fix(finding, paths) {
        result["fixes"] = json!([fix]);
    }
    result["properties"] = json!({
        "consequence": finding.consequence,
        "releases": finding.releases.as_slice(),
    });
    result
}

fn suppressions(by: Option<&Suppressor>) -> Value {
    match by {
        None => json!([]),
        Some(Suppressor::Comment { reason }) if reason.is_empty() => json!([{"kind": "inSource"}]),
        Some(Suppressor::Comment { reason }) => {
            json!([{"kind": "inSource", "justification": reason}])
        }
        Some(Suppressor::Baseline) => {
            json!([{"kind": "external", "justification": "known from the baseline"}])
        }
    }
}

fn physical_location(location: &Location, paths: &Paths) -> Value {
    let place = Place::characters(location);
    json!({
        "artifactLocation": artifact_location(&location.path, paths),
        "region": region(place.start, place.end),
    })
}

fn artifact_location(shown: &str, paths: &Paths) -> Value {
    let uri = paths.uri(shown);
    if uri.relative {
        json!({"uri": uri.text, "uriBaseId": "SRCROOT"})
    } else {
        json!({"uri": uri.text})
    }
}

fn region(start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn fix(finding: &Finding, paths: &Paths) -> Option<Value> {
    let (fix, source) = (finding.shown_fix()?, finding.location.source.as_ref()?);
    let replacement = |edit: &Edit| {
        let position = |byte| source.lines().characters(&source.text, byte);
        let mut replacement = json!({
            "deletedRegion": region(position(edit.span.start), position(edit.span.end)),
        });
        if !edit.replacement.is_empty() {
            replacement["insertedContent"] = json!({"text": edit.replacement});
        }
        replacement
    };
    let replacements: Vec<Value> = fix.edits.iter().map(replacement).collect();
    Some(json!({
        "description": {"text": one_line(&fix.description)},
        "artifactChanges": [{
            "artifactLocation": artifact_location(&finding.location.path, paths),
            "replacements": replacements,
        }],
    }))
}

fn level(severity: Severity) -> &'static str {
    // The words are the same; a kind other than `fail` is never written.
    severity.word()
}

/// `skip-verify` as `SkipVerify`.
fn pascal_case(name: &str) -> String {
    name.split('-')
        .flat_map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            [first.to_uppercase(), rest.to_owned()]
        })
        .collect()
}

fn cut(text: &mut String, most: usize) {
    if let Some((end, _)) = text.char_indices().nth(most) {
        let last = text[..end].char_indices().next_back().map_or(0, |(i, _)| i);
        text.truncate(last);
        text.push('…');
    }
}
