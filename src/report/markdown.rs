//! A table for the summary of a job.

use std::io::{self, Write};

use super::{Options, place, summary};
use crate::finding::words::releases_in_words;
use crate::finding::{Finding, Report, Severity};
use crate::printable::one_line;

/// GitHub takes a megabyte; a reader takes less.
const MAX_ROWS: usize = 500;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### certsd-lint\n")?;
    let line = summary(report);
    let mut characters = line.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    writeln!(out, "{first}{}.", characters.as_str())?;
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| | Rule | Place | What | Releases |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    // The worst first; what is equal stays in order.
    let worst_first = [Severity::Error, Severity::Warning, Severity::Note];
    let of_severity = |severity| report.findings.of_severity(severity);
    for finding in worst_first.into_iter().flat_map(of_severity).take(MAX_ROWS) {
        writeln!(out, "{}", row(&finding, report, options))?;
    }
    if let more @ 1.. = report.findings.len().saturating_sub(MAX_ROWS) {
        writeln!(out, "\nand {more} more")?;
    }
    Ok(())
}

fn row(finding: &Finding, report: &Report, options: &Options) -> String {
    let icon = match finding.severity {
        Severity::Error => "❌ error",
        Severity::Warning => "⚠️ warning",
        Severity::Note => "ℹ️ note",
    };
    let rule = match options.uri_of(finding.rule) {
        Some(uri) => format!("[{}]({uri})", finding.rule.name),
        None => finding.rule.name.to_owned(),
    };
    let mut what = format!("**{}**", prose(&finding.message));
    for line in finding.effect.lines().chain(finding.help.lines()) {
        what.push_str("<br>");
        what.push_str(&prose(line));
    }
    format!(
        "| {icon} | {rule} | {} | {what} | {} |",
        escaped(&place::shown(&finding.location)),
        releases_in_words(&finding.releases, &report.releases),
    )
}

/// A message of ours: text between backticks is code, the rest is plain text.
fn prose(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(escaped).collect();
    // An odd number of parts is an even number of backticks.
    if parts.len().is_multiple_of(2) {
        return parts.join("\\`");
    }
    let tags = ["<code>", "</code>"].into_iter().cycle();
    let tagged = parts.iter().skip(1).zip(tags);
    tagged.fold(parts[0].clone(), |text, (part, tag)| text + tag + part)
}

/// Plain text in a cell: nothing in it is markup, ends the cell, mentions a
/// person or becomes a link.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' => out.push_str("&#124;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.replace("://", "&#58;//")
}
