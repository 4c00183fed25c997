use std::sync::atomic::{AtomicUsize, Ordering};

use certsd_lint::finding::{BaselineOutcome, Finding, Location, Report, Suppressed, Suppressor};
use certsd_lint::report::{Format, Options};
use serde_json::Value;

use crate::{sample, written};

/// Reads a document back, after the schema has had its say.
pub fn checked(text: &str) -> Value {
    let document: Value = serde_json::from_str(text).expect("JSON");
    let mut schema: Value =
        serde_json::from_str(include_str!("../../fixtures/schema/sarif-2.1.0.json")).unwrap();
    // The schema's own slip: a bracket that nothing opens, which is no regular expression of ECMA's.
    for definition in ["run", "toolComponent"] {
        let pattern = format!("/definitions/{definition}/properties/language/pattern");
        let pattern = schema.pointer_mut(&pattern).expect("the schema has it");
        *pattern = Value::from("^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    }
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|e| format!("{} at {}", e, e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    keep(text);
    document
}

/// Keeps the document in the directory that `KEEP_SARIF` names, for validators that are no crates:
/// `sarif-multitool validate DIR/*.sarif --rule-kind "Sarif;Ghas"`.
fn keep(text: &str) {
    if let Some(dir) = std::env::var_os("KEEP_SARIF") {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::path::Path::new(&dir).join(format!("{number}.sarif"));
        std::fs::write(path, text).expect("writable");
    }
}

fn full() -> (tempfile::TempDir, Report, Options) {
    let dir = tempfile::tempdir().unwrap();
    let prefix = format!("{}/", dir.path().display());
    let report = sample::full(dir.path(), &prefix);
    let options = Options {
        root: dir.path().to_owned(),
        information_uri: Some("https://example.org/certsd-lint".to_owned()),
        rule_uri: Some("https://example.org/certsd-lint/v1/rules/{rule}".to_owned()),
        ..Options::default()
    };
    (dir, report, options)
}

/// The text between two places that are counted in characters.
pub fn cut<'a>(text: &'a str, region: &Value) -> &'a str {
    let offset = |line: &str, column: &str| {
        let line = region[line].as_u64().unwrap() as usize;
        let column = region[column].as_u64().unwrap() as usize;
        let start: usize = text
            .split_inclusive('\n')
            .take(line - 1)
            .map(str::len)
            .sum();
        let characters = text[start..]
            .char_indices()
            .map(|(i, _)| i)
            .chain([text.len() - start]);
        start + characters.clone().nth(column - 1).expect("a column")
    };
    &text[offset("startLine", "startColumn")..offset("endLine", "endColumn")]
}

fn uri_of(location: &Value) -> &str {
    location["physicalLocation"]["artifactLocation"]["uri"]
        .as_str()
        .unwrap()
}

#[test]
fn every_region_cut_out_of_its_file_is_the_text_meant() {
    let (dir, report, options) = full();
    let document = checked(&written(Format::Sarif, &report, &options));
    let run = &document["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), report.findings.len());
    let mut cut_out = Vec::new();
    for (result, finding) in results.iter().zip(&report.findings) {
        let mut places = vec![(&result["locations"][0], &finding.location)];
        let related = result["relatedLocations"].as_array();
        let related = related.into_iter().flatten().zip(&finding.related);
        places.extend(related.map(|(value, related)| (value, &related.location)));
        for (value, location) in places {
            let physical = &value["physicalLocation"];
            assert_eq!(physical["artifactLocation"]["uriBaseId"], "SRCROOT");
            let uri = percent_decoded(uri_of(value));
            let text =
                std::fs::read_to_string(dir.path().join(&uri)).expect("a file that is there");
            let shown = cut(&text, &physical["region"]);
            let (source, span) = match (&location.source, &location.span) {
                (Some(source), Some(span)) => (source, span.clone()),
                _ => {
                    assert_eq!(shown, "");
                    continue;
                }
            };
            assert_eq!(shown, &source.text[span]);
            cut_out.push(shown.to_owned());
        }
    }
    assert!(cut_out.contains(&"\"pul\"".to_owned()));
    assert!(cut_out.contains(&"[\"é😀\", \"pul\", \"pul\"]\r\n  skip".to_owned()));
}

fn percent_decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first == b'%' {
            let hex = std::str::from_utf8(&rest[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &rest[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_fix_deletes_and_inserts_where_it_says() {
    let (_dir, report, options) = full();
    let document = checked(&written(Format::Sarif, &report, &options));
    let results = document["runs"][0]["results"].as_array().unwrap();
    let fixes: Vec<&Value> = results.iter().filter_map(|r| r.get("fixes")).collect();
    assert_eq!(fixes.len(), 1);
    let change = &fixes[0][0]["artifactChanges"][0];
    assert_eq!(
        change["artifactLocation"]["uri"],
        "certs.d/docker.io/hosts.toml"
    );
    let replacement = &change["replacements"][0];
    assert_eq!(
        cut(sample::AWKWARD, &replacement["deletedRegion"]),
        "\"pul\""
    );
    assert_eq!(replacement["insertedContent"]["text"], "\"pull\"");
}

#[test]
fn a_directory_is_shown_in_a_file_that_is_there() {
    let (_dir, report, options) = full();
    let document = checked(&written(Format::Sarif, &report, &options));
    let results = document["runs"][0]["results"].as_array().unwrap();
    let of = |end: &str| {
        let index = report
            .findings
            .iter()
            .position(|f| f.location.path.ends_with(end));
        &results[index.unwrap()]
    };
    let directory = of("certs.d/ghcr.io");
    assert_eq!(
        uri_of(&directory["locations"][0]),
        "certs.d/ghcr.io/a,b:%20100%25.crt"
    );
    let text = directory["message"]["text"].as_str().unwrap();
    assert!(
        text.starts_with("certs.d/ghcr.io: `pul` is no capability."),
        "{text}"
    );
    let missing = of("gone.io/x/hosts.toml");
    assert_eq!(
        uri_of(&missing["locations"][0]),
        "certs.d/docker.io/hosts.toml"
    );
}

#[test]
fn every_rule_is_described_and_results_point_at_their_own() {
    let (_dir, report, options) = full();
    let document = checked(&written(Format::Sarif, &report, &options));
    let clean = checked(&written(
        Format::Sarif,
        &sample::report(Vec::new()),
        &options,
    ));
    let rules = |document: &Value| document["runs"][0]["tool"]["driver"]["rules"].clone();
    assert_eq!(rules(&document), rules(&clean));
    let rules = rules(&document);
    let rules = rules.as_array().unwrap();
    assert_eq!(rules.len(), certsd_lint::rules::RULES.len());
    for rule in rules {
        for text in [
            "/shortDescription/text",
            "/fullDescription/text",
            "/help/text",
            "/help/markdown",
        ] {
            let text = rule.pointer(text).and_then(Value::as_str).unwrap();
            assert!(!text.trim().is_empty());
        }
        let full = rule["fullDescription"]["text"].as_str().unwrap();
        assert!(full.chars().count() <= 1024 && !full.lines().any(|line| line.starts_with("///")));
        let is_security = rule["properties"]["tags"]
            .as_array()
            .unwrap()
            .contains(&"security".into());
        assert_eq!(
            is_security,
            rule["properties"].get("security-severity").is_some()
        );
        assert_ne!(
            is_security,
            rule["properties"].get("problem.severity").is_some()
        );
        let uri = rule["helpUri"].as_str().unwrap();
        assert!(uri.ends_with(rule["id"].as_str().unwrap()), "{uri}");
    }
    for result in document["runs"][0]["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(result["ruleId"], rules[index]["id"]);
    }
}

#[test]
fn uris_that_are_not_known_are_left_out() {
    let (_dir, report, options) = full();
    let options = Options {
        information_uri: None,
        rule_uri: None,
        ..options
    };
    let document = checked(&written(Format::Sarif, &report, &options));
    let driver = &document["runs"][0]["tool"]["driver"];
    assert!(driver.get("informationUri").is_none());
    assert!(driver["rules"][0].get("helpUri").is_none());
}

#[test]
fn line_hashes_are_the_files_and_the_category_is_the_options() {
    let (dir, report, mut options) = full();
    let document = checked(&written(Format::Sarif, &report, &options));
    assert_eq!(
        document["runs"][0]["automationDetails"]["id"],
        "certsd-lint/"
    );
    let text = std::fs::read_to_string(dir.path().join("certs.d/docker.io/hosts.toml")).unwrap();
    let expected = certsd_lint::finding::line_hashes(&text);
    let results = document["runs"][0]["results"].as_array().unwrap();
    let mut compared = 0;
    for (result, finding) in results.iter().zip(&report.findings) {
        if finding.location.span.is_some() {
            let line = result
                .pointer("/locations/0/physicalLocation/region/startLine")
                .unwrap();
            let line = line.as_u64().unwrap() as usize;
            let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
            assert_eq!(hash, expected[line - 1].as_str());
            compared += 1;
        }
    }
    assert_eq!(compared, 6);
    options.sarif_category = Some("nodes/eu".to_owned());
    let document = checked(&written(Format::Sarif, &report, &options));
    assert_eq!(document["runs"][0]["automationDetails"]["id"], "nodes/eu/");
}

#[cfg(unix)]
#[test]
fn links_are_resolved() {
    let (dir, _, options) = full();
    std::os::unix::fs::symlink("certs.d", dir.path().join("link")).unwrap();
    let path = format!("{}/link/docker.io/hosts.toml", dir.path().display());
    let source = sample::source(&path, sample::AWKWARD);
    let report = sample::report(vec![sample::finding_at(&source, "server", 0)]);
    let document = checked(&written(Format::Sarif, &report, &options));
    let location = &document["runs"][0]["results"][0]["locations"][0];
    assert_eq!(uri_of(location), "certs.d/docker.io/hosts.toml");
}

#[test]
fn a_file_outside_the_root_has_an_absolute_uri() {
    let (_dir, _, options) = full();
    let source = sample::source("/no such/docker.io/hosts.toml", "server = 1\n");
    let report = sample::report(vec![sample::finding_at(&source, "server", 0)]);
    let document = checked(&written(Format::Sarif, &report, &options));
    let artifact =
        &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert!(artifact["uri"].as_str().unwrap().starts_with("file:///"));
    assert!(artifact.get("uriBaseId").is_none());
}

#[test]
fn quiet_findings_are_written_on_request() {
    let (_dir, mut report, mut options) = full();
    let quiet = |finding: Finding, by| Suppressed { finding, by };
    let reason = "the mirror is ours".to_owned();
    let comment = report.findings.remove(0);
    let known = report.findings.remove(0);
    let total = report.findings.len();
    report.suppressed = vec![
        quiet(
            comment,
            Suppressor::Comment {
                reason: reason.clone(),
            },
        ),
        quiet(known, Suppressor::Baseline),
    ]
    .into();
    let results = |options: &Options| {
        let document = checked(&written(Format::Sarif, &report, options));
        document["runs"][0]["results"].as_array().unwrap().clone()
    };
    assert_eq!(results(&options).len(), total);
    options.show_suppressed = true;
    let all = results(&options);
    assert!(
        all.iter()
            .all(|result| result.get("baselineState").is_none())
    );
    assert_eq!(all.len(), total + 2);
    let suppressions: Vec<&Value> = all.iter().map(|r| &r["suppressions"]).collect();
    let written: Vec<&Value> = suppressions.iter().filter_map(|s| s.get(0)).collect();
    assert_eq!(written.len(), 2);
    assert_eq!(written[0]["kind"], "inSource");
    assert_eq!(written[0]["justification"], reason.as_str());
    assert_eq!(written[1]["kind"], "external");
}

#[test]
fn with_a_baseline_every_result_has_its_state() {
    let (_dir, mut report, mut options) = full();
    let finding = report.findings.remove(0);
    let by = Suppressor::Baseline;
    report.suppressed = vec![Suppressed { finding, by }].into();
    report.baseline = Some(BaselineOutcome::default());
    options.show_suppressed = true;
    let document = checked(&written(Format::Sarif, &report, &options));
    let results = document["runs"][0]["results"].as_array().unwrap();
    let states: Vec<&str> = results
        .iter()
        .map(|r| r["baselineState"].as_str().unwrap())
        .collect();
    assert_eq!(states.iter().filter(|s| **s == "unchanged").count(), 1);
    assert_eq!(
        states.iter().filter(|s| **s == "new").count(),
        results.len() - 1
    );
}

#[test]
fn failures_are_told() {
    let (_dir, mut report, options) = full();
    report.findings = vec![sample::finding(Location::path("nowhere"))].into();
    report.failures.push(certsd_lint::finding::Failure::Bug {
        path: "docker.io".to_owned(),
        rule: "unknown-capability",
        message: "index out of bounds".to_owned(),
    });
    let document = checked(&written(Format::Sarif, &report, &options));
    let invocation = &document["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let text = invocation["toolExecutionNotifications"][0]["message"]["text"]
        .as_str()
        .unwrap();
    assert!(text.contains("index out of bounds"));
}
