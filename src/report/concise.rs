//! One line for each finding: `path:line:col: severity[rule] message [consequence]`, with `[consequence, unknown here]` where it
//! depends on what this run cannot see.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Options;
use super::place::PositionRange;
use crate::finding::{Report, Severity};
use crate::printable::{one_line, shortened};

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let (path_style, word_style) = if options.color {
            (Style::new().bold(), severity_style(finding.severity))
        } else {
            (Style::new(), Style::new())
        };
        let start = PositionRange::characters(&finding.location).start;
        writeln!(
            out,
            "{path_style}{}{path_style:#}:{}:{}: {word_style}{}[{}]{word_style:#} {} [{}{}]",
            one_line(&finding.location.path),
            start.line,
            start.column,
            finding.severity.word(),
            finding.rule.name,
            one_line(&shortened(&finding.message)),
            finding.consequence.word(),
            match finding.unknown_here {
                "" => "",
                _ => ", unknown here",
            },
        )?;
    }
    Ok(())
}

/// The colour of a severity.
pub fn severity_style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    Style::new().bold().fg_color(Some(color.into()))
}
