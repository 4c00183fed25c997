//! Workflow commands of GitHub Actions: annotations.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::place::PositionRange;
use super::{Options, summary};
use crate::finding::words::sentences;
use crate::finding::{Finding, Paths, Report, Severity};
use crate::printable::{lines, one_line};

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paths = Paths::new(&options.root);
    // A step shows ten of each kind, and the rest vanishes silently: the worst come first, and
    // a line of plain text has the total.
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        for finding in report.findings.of_severity(severity) {
            writeln!(out, "{}", command(&finding, &paths))?;
        }
    }
    for failure in &report.failures {
        let text = failure.to_string();
        writeln!(out, "::error title=certsd-lint::{}", data(&text))?;
    }
    writeln!(out, "certsd-lint {}", one_line(&summary(report)))
}

fn command(finding: &Finding, paths: &Paths) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let path = paths.relative(&finding.location.path);
    let mut line = format!("::{word} file={}", property(&path));
    if finding.location.span.is_some() {
        let PositionRange { start, end } = PositionRange::characters(&finding.location);
        // Writing to a String does not fail. Columns count within one line only.
        let _ = write!(line, ",line={},endLine={}", start.line, end.line);
        if start.line == end.line {
            let _ = write!(line, ",col={},endColumn={}", start.column, end.column);
        }
    }
    let title = format!("certsd-lint ({})", finding.rule.name);
    let text = sentences(&[&finding.message, &finding.effect, &finding.help]);
    let _ = write!(line, ",title={}::{}", property(&title), data(&text));
    line
}

/// The text behind the last `::`. The runner undoes exactly this.
fn data(text: &str) -> String {
    lines(text).replace('%', "%25").replace('\n', "%0A")
}

/// The text behind a `=`.
fn property(text: &str) -> String {
    one_line(text)
        .replace('%', "%25")
        .replace(':', "%3A")
        .replace(',', "%2C")
}
