//! The report of a run that ended before anything was linted. What reads a report must not take silence for success.

use std::io::Write;
use std::path::Path;

use super::args::LintArgs;
use super::output::{self, Pair};
use crate::cli::terminal::Terminal;
use crate::cli::{Error, Result};
use crate::containerd::{FileError, Release};
use crate::disk;
use crate::finding::{Failure, Report};
use crate::report::Format;
use crate::rules::RULES;

/// Writes the report in the formats that have a place for failures.
pub fn write(
    pairs: &[Pair],
    error: &Error,
    args: &LintArgs,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> Result<()> {
    let what = match error {
        Error::Settings(error) => error.all(),
        other => vec![other.to_string()],
    };
    let mut report = Report {
        failures: what
            .into_iter()
            .map(|what| Failure::Undone { what })
            .collect(),
        rules: RULES.iter().map(|rule| &rule.meta).collect(),
        releases: Release::supported(),
        ..Report::default()
    };
    report.inventory.now = args
        .now
        .unwrap_or_else(|| time::OffsetDateTime::now_utc().unix_timestamp());
    let pairs: Vec<Pair> = pairs
        .iter()
        .filter(|(format, path)| {
            let tells = matches!(
                format,
                Format::Json
                    | Format::Sarif
                    | Format::Junit
                    | Format::Github
                    | Format::Openmetrics
                    | Format::Line
            );
            tells && path.as_deref().is_none_or(is_replaceable)
        })
        .cloned()
        .collect();
    output::write(&pairs, &report, args, terminal, out)
}

/// Whether nothing but an earlier report is lost: it is not known yet which files this run would have read.
fn is_replaceable(path: &Path) -> bool {
    /// How metrics begin: a `#` alone may be a comment.
    const METRICS: &[u8] = b"# TYPE certsd_lint_";
    match disk::beginning(path, METRICS.len() as u64) {
        Ok(bytes) => matches!(bytes.first(), None | Some(b'{' | b'<' | b':')) || bytes == METRICS,
        // A pipe or a terminal has no report to lose.
        Err(FileError::NotAFile) => true,
        Err(_) => !path.exists(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_earlier_reports_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        for (text, want) in [
            ("{}", true),
            ("<?xml", true),
            ("", true),
            ("server = 1", false),
            ("[host]", false),
            ("# TYPE certsd_lint_build_info gauge\n", true),
            ("# a comment\nserver = 1", false),
            ("-----BEGIN", false),
        ] {
            let path = folder.path().join("file");
            std::fs::write(&path, text).unwrap();
            assert_eq!(is_replaceable(&path), want, "{text}");
        }
        assert!(is_replaceable(&folder.path().join("none")));
        assert!(!is_replaceable(folder.path()));
    }
}
