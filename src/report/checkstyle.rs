//! Checkstyle's XML.

use std::io::{self, Write};

use super::Options;
use super::place::PositionRange;
use super::xml::attribute;
use crate::finding::words::sentences;
use crate::finding::{Report, Severity};

pub fn write(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<checkstyle version=\"4.3\">")?;
    let mut findings = report.findings.iter().peekable();
    // They are sorted by path.
    while let Some(first) = findings.peek() {
        let path = first.location.path.clone();
        writeln!(out, "  <file name={}>", attribute(&path))?;
        while let Some(finding) = findings.next_if(|finding| finding.location.path == path) {
            let start = PositionRange::characters(&finding.location).start;
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "info",
            };
            let text = sentences(&[&finding.message, &finding.effect, &finding.help]);
            writeln!(
                out,
                "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message={} source={}/>",
                start.line,
                start.column,
                attribute(&text),
                attribute(&format!("certsd-lint.{}", finding.rule.name)),
            )?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}
