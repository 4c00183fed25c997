//! What CI services read: each format read back as its reader does.

use std::collections::{BTreeMap, BTreeSet};

use certsd_lint::finding::{Finding, Location, Report};
use certsd_lint::report::{Format, Options};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use crate::{sample, written};

fn full() -> (tempfile::TempDir, Report, Options) {
    let dir = tempfile::tempdir().unwrap();
    let prefix = format!("{}/", dir.path().display());
    let report = sample::full(dir.path(), &prefix);
    let options = Options {
        root: dir.path().to_owned(),
        ..Options::default()
    };
    (dir, report, options)
}

fn has_controls(text: &str) -> bool {
    text.chars()
        .any(|c| c != '\n' && c.is_control() || c == '\u{202e}')
}

/// A workflow command as the runner reads it: name, properties, message (actions/runner,
/// `ActionCommand.cs`).
fn command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let (head, message) = line.strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let unescape = |text: &str, also: &[(&str, &str)]| {
        let pairs = [("%0D", "\r"), ("%0A", "\n")];
        let all = pairs.iter().chain(also);
        let text = all.fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        text.replace("%25", "%")
    };
    let properties = properties
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| {
            let value = unescape(value, &[("%3A", ":"), ("%2C", ",")]);
            (key.to_owned(), value)
        })
        .collect();
    Some((name.to_owned(), properties, unescape(message, &[])))
}

#[test]
fn github_reads_one_command_for_each_finding() {
    let (_dir, report, options) = full();
    let text = written(Format::Github, &report, &options);
    assert!(!has_controls(&text));
    let commands: Vec<_> = text.lines().filter_map(command).collect();
    assert_eq!(commands.len(), report.findings.len());
    // Plain text with the total comes last, and nothing a file says became a command.
    assert_eq!(text.lines().count(), commands.len() + 1);
    assert!(
        text.lines()
            .last()
            .unwrap()
            .ends_with("6 errors, 2 warnings, 1 note")
    );
    let names: Vec<&str> = commands.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "error", "error", "error", "error", "error", "error", "warning", "warning", "notice"
        ]
    );

    let (_, properties, message) = &commands[0];
    assert_eq!(properties["file"], "certs.d/docker.io/hosts.toml");
    assert_eq!(properties["line"], "4");
    assert_eq!(properties["col"], "24");
    assert_eq!(properties["endColumn"], "29");
    assert_eq!(properties["title"], "certsd-lint (unknown-capability)");
    assert!(message.ends_with("Write \"pull\"."), "{message}");

    let odd = commands
        .iter()
        .find(|(_, p, _)| p["file"].ends_with(".crt"))
        .unwrap();
    assert_eq!(odd.1["file"], "certs.d/ghcr.io/a,b: 100%.crt");
    assert!(!odd.1.contains_key("line"));

    // Columns are left out where they would not be of one line.
    let lines = commands
        .iter()
        .find(|(_, p, _)| p.get("endLine").is_some_and(|l| l == "5") && p["line"] == "4");
    assert!(!lines.unwrap().1.contains_key("col"));

    let hostile = &commands.last().unwrap().2;
    assert!(
        hostile.starts_with("a\\u{1b}[2J, b: 100%\n\\u{3a}:error::<&\"'>]]>|`x` \\u{0}\\u{202e}"),
        "{hostile}"
    );
}

fn gitlab(report: &Report, options: &Options) -> Vec<Value> {
    serde_json::from_str(&written(Format::Gitlab, report, options)).unwrap()
}

#[test]
fn gitlab_has_a_fingerprint_of_its_own_for_each_finding() {
    let (_dir, report, options) = full();
    let issues = gitlab(&report, &options);
    assert_eq!(issues.len(), report.findings.len());
    let fingerprints: BTreeSet<&str> = issues
        .iter()
        .map(|i| i["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(fingerprints.len(), issues.len());
    for (issue, finding) in issues.iter().zip(&report.findings) {
        let description = issue["description"].as_str().unwrap();
        assert!(description.starts_with("unknown-capability: "));
        assert!(!has_controls(description) && !description.contains('\n'));
        assert_eq!(issue["check_name"], finding.rule.name);
        let begin = &issue["location"]["positions"]["begin"];
        assert!(begin["line"].as_u64().unwrap() >= 1 && begin["column"].as_u64().unwrap() >= 1);
        assert!(
            !issue["location"]["path"]
                .as_str()
                .unwrap()
                .starts_with(['/', '.'])
        );
    }
    let severities: Vec<&str> = issues
        .iter()
        .map(|i| i["severity"].as_str().unwrap())
        .collect();
    assert_eq!(
        severities,
        [
            "info", "minor", "major", "major", "minor", "major", "major", "major", "major"
        ]
    );
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        root: dir.path().to_owned(),
        ..Options::default()
    };
    let path = format!("{}/docker.io/hosts.toml", dir.path().display());
    let fingerprints = |text: &str| -> Vec<String> {
        let source = sample::source(&path, text);
        let report = sample::report(vec![
            sample::finding_at(&source, "\"pul\"", 0),
            sample::finding_at(&source, "\"pul\"", 1),
            sample::finding_at(&source, "skip_verify = true", 0),
        ]);
        gitlab(&report, &options)
            .iter()
            .map(|issue| issue["fingerprint"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = fingerprints(sample::AWKWARD);
    assert_eq!(
        fingerprints(&format!("# a line above\n\n{}", sample::AWKWARD)),
        before
    );
    assert_eq!(fingerprints(&sample::AWKWARD.replace("\r\n", "\n")), before);
    assert_ne!(
        fingerprints(&sample::AWKWARD.replace("é😀\", \"pul", "é\", \"pul")),
        before
    );
}

/// The elements of a document, each with its attributes and its own text.
pub fn elements(text: &str) -> Vec<(String, BTreeMap<String, String>, String)> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut found: Vec<(String, BTreeMap<String, String>, String)> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let start = |element: &BytesStart<'_>| {
        let name = element.name().as_ref().to_owned();
        let attributes = element
            .attributes()
            .map(|attribute| {
                let attribute = attribute.unwrap();
                let key = attribute.key.as_ref().to_owned();
                let raw = attribute.value.clone();
                (key, quick_xml::escape::unescape(&raw).unwrap().into_owned())
            })
            .collect();
        (name, attributes, String::new())
    };
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Eof => break,
            Event::Start(element) => {
                open.push(found.len());
                found.push(start(&element));
            }
            Event::Empty(element) => found.push(start(&element)),
            Event::End(_) => drop(open.pop().expect("an open element")),
            Event::Text(text) => {
                if let Some(index) = open.last() {
                    found[*index].2.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let name: &str = &reference;
                let character = quick_xml::escape::unescape(&format!("&{name};"))
                    .unwrap()
                    .into_owned();
                found[*open.last().expect("text is in an element")]
                    .2
                    .push_str(&character);
            }
            _ => {}
        }
    }
    assert!(open.is_empty());
    found
}

#[test]
fn junit_counts_and_names_every_case() {
    let (_dir, report, options) = full();
    let text = written(Format::Junit, &report, &options);
    assert!(!has_controls(&text));
    let elements = elements(&text);
    let of = |name: &str| elements.iter().filter(|e| e.0 == name).collect::<Vec<_>>();
    let (suites, cases, failures) = (of("testsuite"), of("testcase"), of("failure"));
    assert_eq!(failures.len(), report.findings.len());
    assert_eq!(cases.len(), failures.len() + 1, "the clean file passes");
    let root = &elements[0].1;
    assert_eq!(root["tests"], cases.len().to_string());
    assert_eq!(root["failures"], failures.len().to_string());
    assert_eq!(root["errors"], "0");
    let sum = |key: &str| -> usize {
        suites
            .iter()
            .map(|s| s.1[key].parse::<usize>().unwrap())
            .sum()
    };
    assert_eq!(
        (sum("tests"), sum("failures")),
        (cases.len(), failures.len())
    );
    let names: BTreeSet<_> = cases
        .iter()
        .map(|c| (&c.1["classname"], &c.1["name"]))
        .collect();
    assert_eq!(names.len(), cases.len());
    assert!(
        cases
            .iter()
            .any(|c| c.1["name"] == "no findings" && c.1["file"] == "certs.d/quay.io/hosts.toml")
    );
    assert!(
        cases
            .iter()
            .any(|c| c.1["file"] == "certs.d/ghcr.io/a,b: 100%.crt")
    );
    let hostile = failures
        .iter()
        .find(|f| f.1["message"].contains("<&\"'>]]>|`x`"))
        .unwrap();
    assert!(
        hostile.2.contains("<&\"'>]]>|`x`"),
        "the body repeats it all: {}",
        hostile.2
    );
}

#[test]
fn junit_tells_what_could_not_be_done() {
    let (_dir, mut report, options) = full();
    report
        .failures
        .push(certsd_lint::finding::Failure::Unreadable {
            path: "certs.d".to_owned(),
            error: certsd_lint::containerd::FileError::PermissionDenied,
        });
    let elements = elements(&written(Format::Junit, &report, &options));
    assert_eq!(elements[0].1["errors"], "1");
    let error = elements.iter().find(|e| e.0 == "error").unwrap();
    assert!(error.2.contains("certs.d"));
}

#[test]
fn checkstyle_groups_by_file() {
    let (_dir, report, options) = full();
    let text = written(Format::Checkstyle, &report, &options);
    assert!(!has_controls(&text));
    let elements = elements(&text);
    let errors: Vec<_> = elements.iter().filter(|e| e.0 == "error").collect();
    assert_eq!(errors.len(), report.findings.len());
    assert_eq!(elements.iter().filter(|e| e.0 == "file").count(), 4);
    assert_eq!(errors[0].1["severity"], "info");
    assert!(errors[0].1["message"].contains("<&\"'>]]>|`x`"));
    assert_eq!(errors[2].1["line"], "4");
    assert_eq!(errors[2].1["column"], "24");
    assert!(
        errors
            .iter()
            .all(|e| e.1["source"] == "certsd-lint.unknown-capability")
    );
}

#[test]
fn rdjson_counts_bytes() {
    let (_dir, report, options) = full();
    let document: Value =
        serde_json::from_str(&written(Format::Rdjson, &report, &options)).unwrap();
    let diagnostics = document["diagnostics"].as_array().unwrap();
    assert_eq!(diagnostics.len(), report.findings.len());
    let cut = |range: &Value| -> String {
        let offset = |end: &str| {
            let line = range[end]["line"].as_u64().unwrap() as usize;
            let column = range[end]["column"].as_u64().unwrap() as usize;
            let lines = sample::AWKWARD.split_inclusive('\n').take(line - 1);
            lines.map(str::len).sum::<usize>() + column - 1
        };
        sample::AWKWARD[offset("start")..offset("end")].to_owned()
    };
    for (diagnostic, finding) in diagnostics.iter().zip(&report.findings) {
        assert_eq!(
            diagnostic["location"]["path"],
            finding.location.path.as_str()
        );
        if let (Some(source), Some(span)) = (&finding.location.source, &finding.location.span) {
            assert_eq!(
                cut(&diagnostic["location"]["range"]),
                source.text[span.clone()]
            );
        }
    }
    assert_eq!(diagnostics[0]["severity"], "INFO");
    let suggestion = diagnostics
        .iter()
        .find_map(|d| d.get("suggestions"))
        .unwrap();
    assert_eq!(cut(&suggestion[0]["range"]), "\"pul\"");
    assert_eq!(suggestion[0]["text"], "\"pull\"");
}

/// Rows of the table below its head, split as GitHub splits cells.
fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| line.starts_with("| "))
        .skip(2)
        .map(|line| {
            let inner = line.trim_start_matches("| ").trim_end_matches(" |");
            inner.split(" | ").map(str::to_owned).collect()
        })
        .collect()
}

#[test]
fn markdown_is_a_table_that_nothing_breaks() {
    let (_dir, report, mut options) = full();
    options.rule_uri = None;
    let text = written(Format::Markdown, &report, &options);
    assert!(!has_controls(&text));
    let rows = rows(&text);
    assert_eq!(rows.len(), report.findings.len());
    assert!(rows.iter().all(|row| row.len() == 5), "{text}");
    assert!(rows[0][0].contains("error"), "the worst first");
    assert!(rows[0][3].contains("**<code>pul</code> is no capability**<br>"));
    let hostile = rows.last().unwrap();
    assert!(
        hostile[3].contains("&lt;&amp;") && !hostile[3].contains("<&"),
        "{}",
        hostile[3]
    );
    let table = text.split_once("\n\n|").unwrap().1;
    assert!(!table.contains("://"), "nothing becomes a link by itself");
}

#[test]
fn a_clean_run_says_so_in_every_format() {
    let mut report = sample::report(Vec::new());
    report.files.push("docker.io/hosts.toml".to_owned());
    report.summary.files = 1;
    report.summary.namespaces = 1;
    let options = Options::default();
    assert_eq!(written(Format::Human, &report, &options), "");
    assert_eq!(written(Format::Concise, &report, &options), "");
    assert_eq!(gitlab(&report, &options), Vec::<Value>::new());
    assert!(written(Format::Github, &report, &options).ends_with("no findings\n"));
    assert!(written(Format::Markdown, &report, &options).ends_with("no findings.\n"));
    let junit = elements(&written(Format::Junit, &report, &options));
    assert_eq!(junit[0].1["tests"], "1");
    assert_eq!(
        elements(&written(Format::Checkstyle, &report, &options)).len(),
        1
    );
}

#[test]
fn a_file_without_a_text_has_a_place_all_the_same() {
    let finding: Finding = sample::finding(Location::path("docker.io/ca.crt"));
    let report = sample::report(vec![finding]);
    let document: Value =
        serde_json::from_str(&written(Format::Rdjson, &report, &Options::default())).unwrap();
    assert_eq!(
        document["diagnostics"][0]["location"]["range"]["start"]["line"],
        1
    );
}
