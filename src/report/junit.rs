//! JUnit's XML: a suite for each file, a case for each finding, one that passes for each clean file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Options;
use super::place::PositionRange;
use super::xml::{attribute, content};
use crate::finding::words::{releases_in_words, sentences};
use crate::finding::{Failure, Finding, Paths, Report};

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(&options.root);
    // A suite has to say first how many findings it has.
    let mut suites: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for path in &report.files {
        suites.entry(paths.relative(path)).or_default();
    }
    for (index, finding) in report.findings.iter().enumerate() {
        let path = paths.relative(&finding.location.path);
        suites.entry(path).or_default().push(index);
    }
    let mut reader = report.findings.reader();
    let failures = report.findings.len();
    let errors = report.failures.len();
    let passed = suites
        .values()
        .filter(|findings| findings.is_empty())
        .count();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"certsd-lint\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\">",
        failures + errors + passed
    )?;
    for (path, findings) in &suites {
        let findings = findings.iter().map(|index| reader.read(*index));
        suite(report, path, findings, out)?;
    }
    if errors > 0 {
        failed(&report.failures, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(
    report: &Report,
    path: &str,
    findings: impl ExactSizeIterator<Item = Finding>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = attribute(path);
    writeln!(
        out,
        "  <testsuite name={name} package=\"certsd-lint\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
        findings.len().max(1),
        findings.len()
    )?;
    if findings.len() == 0 {
        writeln!(
            out,
            "    <testcase name=\"no findings\" classname={name} file={name}/>"
        )?;
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let start = PositionRange::characters(&finding.location).start;
        // GitLab takes cases of one class and one name for one case.
        let mut case = format!("{} at {}:{}", finding.rule.name, start.line, start.column);
        let number = seen.entry(case.clone()).or_default();
        *number += 1;
        if *number > 1 {
            case.push_str(&format!(" ({number})"));
        }
        let case = attribute(&case);
        writeln!(
            out,
            "    <testcase name={case} classname={name} file={name} line=\"{}\" column=\"{}\">",
            start.line, start.column
        )?;
        writeln!(
            out,
            "      <failure type={} message={}>{}</failure>",
            attribute(finding.severity.word()),
            attribute(&finding.message),
            content(&body(report, path, &finding)),
        )?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}

/// Everything, since GitLab shows no more than the body.
fn body(report: &Report, path: &str, finding: &Finding) -> String {
    let start = PositionRange::characters(&finding.location).start;
    format!(
        "{path}:{}:{}: {}[{}] {}\nreleases: {}",
        start.line,
        start.column,
        finding.severity.word(),
        finding.rule.name,
        sentences(&[&finding.message, &finding.effect, &finding.help]),
        releases_in_words(&finding.releases, &report.releases),
    )
}

/// The failures of the run.
fn failed(failures: &[Failure], out: &mut dyn Write) -> io::Result<()> {
    let number = failures.len();
    writeln!(
        out,
        "  <testsuite name=\"certsd-lint\" package=\"certsd-lint\" tests=\"{number}\" failures=\"0\" errors=\"{number}\">"
    )?;
    for (failure, number) in failures.iter().zip(1..) {
        let text = failure.to_string();
        writeln!(
            out,
            "    <testcase name=\"failure {number}\" classname=\"certsd-lint\"><error type=\"failure\" message={}>{}</error></testcase>",
            attribute(&text),
            content(&text)
        )?;
    }
    writeln!(out, "  </testsuite>")
}
