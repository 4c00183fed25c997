//! Checkstyle's XML.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Options;
use super::place::Place;
use super::xml::attribute;
use crate::finding::words::sentences;
use crate::finding::{Finding, Report, Severity};

pub fn write(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        files
            .entry(&finding.location.path)
            .or_default()
            .push(finding);
    }
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<checkstyle version=\"4.3\">")?;
    for (path, findings) in files {
        writeln!(out, "  <file name={}>", attribute(path))?;
        for finding in findings {
            let start = Place::characters(&finding.location).start;
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
