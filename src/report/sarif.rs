//! SARIF 2.1.0, as GitHub's code scanning reads it and the standard has it.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::Options;
use super::place::PositionRange;
use super::stream::{Array, write_json};
use crate::containerd::Release;
use crate::finding::words::sentences;
use crate::finding::{
    Consequence, Edit, Finding, LineHashes, Location, Meta, Paths, Report, Severity, Suppressor,
};
use crate::printable::one_line;
use crate::toml::view::Position;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// GitHub cuts the texts of rules here.
const MAX_TEXT: usize = 1024;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paths = &Paths::new(&options.root);
    let has_baseline = report.baseline.is_some();
    let results = || {
        let mut lines = LineHashes::new(paths);
        report
            .everything()
            .filter(|(_, by)| by.is_none() || options.show_suppressed)
            .map(move |(finding, by)| Entry {
                shown: Shown::of(&finding, paths, &mut lines),
                finding,
                by,
                shows_suppressed: options.show_suppressed,
                has_baseline,
                rules: &report.rules,
                paths,
            })
    };
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
    let document = Document {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: json!({"driver": driver}),
            // The text before the last slash is the category; a run's own name may follow it.
            automation_details: json!({"id": format!("{}/", category.trim_end_matches('/'))}),
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: json!({
                "SRCROOT": {"description": {"text": "The directory that the paths are relative to."}},
            }),
            invocations: [invocation(report)],
            results: Array(results),
        }],
    };
    write_json(&document, out)
}

#[derive(Serialize)]
struct Document<R: Serialize> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<R>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R: Serialize> {
    tool: Value,
    automation_details: Value,
    column_kind: &'static str,
    original_uri_base_ids: Value,
    invocations: [Value; 1],
    results: R,
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

/// Where a finding is shown.
struct Shown {
    /// In another file, which represents a directory or a file that does not exist.
    stand_in: Option<Location>,
    /// The hash of its line.
    hash: String,
    /// The path that the message is about, where it is not the file in which it is shown.
    about: String,
}

impl Shown {
    fn of(finding: &Finding, paths: &Paths, lines: &mut LineHashes<'_>) -> Shown {
        let shown = &finding.location.path;
        // A service shows files only, and a file has to be there.
        let stand_in = match finding.location.span {
            Some(_) => None,
            None => paths.stand_in(shown),
        };
        Shown {
            hash: match &stand_in {
                Some(path) => lines.of_file(path),
                None => lines.of_finding(finding),
            },
            about: match &stand_in {
                Some(path) if path != shown => format!("{}: ", paths.relative(shown)),
                _ => String::new(),
            },
            stand_in: stand_in.map(Location::path),
        }
    }
}

/// A finding and what is written with it.
struct Entry<'a> {
    finding: Finding,
    by: Option<Suppressor>,
    shown: Shown,
    shows_suppressed: bool,
    has_baseline: bool,
    rules: &'a [&'static Meta],
    paths: &'a Paths,
}

impl Entry<'_> {
    fn text(&self) -> String {
        let finding = &self.finding;
        let message = format!("{}{}", self.shown.about, finding.message);
        let text = sentences(&[&message, &finding.effect, &finding.help]);
        // An empty message fails the upload of the whole document.
        match text.is_empty() {
            true => sentences(&[finding.rule.summary()]),
            false => text,
        }
    }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entry { finding, paths, .. } = self;
        let location = self.shown.stand_in.as_ref().unwrap_or(&finding.location);
        let hash = self.shown.hash.as_str();
        let related = finding.related.iter().zip(1..);
        let is_known = matches!(self.by, Some(Suppressor::Baseline));
        ResultValue {
            rule_id: finding.rule.name,
            level: level(finding.severity),
            message: Text { text: &self.text() },
            locations: [LocationValue {
                id: None,
                message: None,
                physical_location: PhysicalLocation::of(location, paths),
            }],
            rule_index: self.rules.iter().position(|rule| *rule == finding.rule),
            partial_fingerprints: (!hash.is_empty()).then_some(Fingerprints {
                primary_location_line_hash: hash,
            }),
            related_locations: related
                .map(|(related, id)| LocationValue {
                    id: Some(id),
                    message: Some(Text {
                        text: &related.text,
                    }),
                    physical_location: PhysicalLocation::of(&related.location, paths),
                })
                .collect(),
            fixes: FixValue::of(finding, paths).map(|fix| [fix]),
            properties: Properties {
                consequence: finding.consequence,
                releases: &finding.releases,
            },
            suppressions: self.shows_suppressed.then(|| suppressions(&self.by)),
            baseline_state: self
                .has_baseline
                .then_some(if is_known { "unchanged" } else { "new" }),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultValue<'a> {
    rule_id: &'static str,
    level: &'static str,
    message: Text<'a>,
    locations: [LocationValue<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<Fingerprints<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<LocationValue<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[FixValue<'a>; 1]>,
    properties: Properties<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints<'a> {
    primary_location_line_hash: &'a str,
}

#[derive(Serialize)]
struct Properties<'a> {
    consequence: Consequence,
    releases: &'a [Release],
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    justification: &'a str,
}

fn suppressions(by: &Option<Suppressor>) -> Vec<Suppression<'_>> {
    let (kind, justification) = match by {
        None => return Vec::new(),
        Some(Suppressor::Comment { reason }) => ("inSource", reason.as_str()),
        Some(Suppressor::Baseline) => ("external", "known from the baseline"),
    };
    vec![Suppression {
        kind,
        justification,
    }]
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationValue<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

impl PhysicalLocation {
    fn of(location: &Location, paths: &Paths) -> PhysicalLocation {
        let PositionRange { start, end } = PositionRange::characters(location);
        PhysicalLocation {
            artifact_location: ArtifactLocation::of(&location.path, paths),
            region: Region::of(start, end),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

impl ArtifactLocation {
    fn of(shown: &str, paths: &Paths) -> ArtifactLocation {
        let uri = paths.uri(shown);
        ArtifactLocation {
            uri: uri.text,
            uri_base_id: uri.relative.then_some("SRCROOT"),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl Region {
    fn of(start: Position, end: Position) -> Region {
        Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixValue<'a> {
    description: Description,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
struct Description {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Text<'a>>,
}

impl FixValue<'_> {
    fn of<'a>(finding: &'a Finding, paths: &Paths) -> Option<FixValue<'a>> {
        let (fix, source) = (finding.shown_fix()?, finding.location.source.as_ref()?);
        let replacement = |edit: &'a Edit| {
            let position = |byte| source.lines().characters(&source.text, byte);
            let text = edit.replacement.as_str();
            Replacement {
                deleted_region: Region::of(position(edit.span.start), position(edit.span.end)),
                inserted_content: (!text.is_empty()).then_some(Text { text }),
            }
        };
        Some(FixValue {
            description: Description {
                text: one_line(&fix.description).into_owned(),
            },
            artifact_changes: [ArtifactChange {
                artifact_location: ArtifactLocation::of(&finding.location.path, paths),
                replacements: fix.edits.iter().map(replacement).collect(),
            }],
        })
    }
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
