//! Findings as an editor shows them.

use std::collections::BTreeMap;
use std::path::Path;

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    DiagnosticTag, Location, Message, Position, Range, Uri,
};

use super::text::{Encoding, Text};
use super::uri;
use crate::containerd::Release;
use crate::disk::absolute;
use crate::finding::words::{lines, releases_in_words, sentences};
use crate::finding::{Consequence, Finding, Location as Place, Severity};
use crate::report;
use crate::settings::Problem;

/// The source of the diagnostics.
pub const SOURCE: &str = "certsd-lint";

/// The diagnostics of one open file and, because of it, of others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// In the file itself, in the order of its findings.
    pub own: Vec<Diagnostic>,
    /// In files that are not open.
    pub elsewhere: BTreeMap<String, Vec<Diagnostic>>,
}

/// Makes diagnostics of the findings of one file.
pub struct Shower<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its URI, as the client writes it.
    pub uri: &'a Uri,
    /// Its text.
    pub text: &'a Text,
    /// The unit in which the client counts columns.
    pub encoding: Encoding,
    /// The targeted releases.
    pub targeted: &'a [Release],
    /// Where rules are explained.
    pub options: &'a report::Options,
}

impl Shower<'_> {
    /// All of them.
    pub fn show(&self, findings: &[Finding]) -> Shown {
        let mut shown = Shown::default();
        for finding in findings {
            match self.elsewhere(&finding.location) {
                Some(location) => {
                    let there = shown.elsewhere.entry(location.uri.0.clone()).or_default();
                    there.push(self.diagnostic(finding, location.range, ""));
                }
                None => shown.own.push(self.own(finding)),
            }
        }
        shown
    }

    /// A finding that is shown in the file itself; one about a directory, or a file without text, at its beginning.
    pub fn own(&self, finding: &Finding) -> Diagnostic {
        let location = &finding.location;
        if !self.is_here(location) {
            let about = format!("{}: ", lines(&location.path));
            return self.diagnostic(finding, Range::default(), &about);
        }
        let range = location.span.as_ref().map(|span| self.text.range(span));
        self.diagnostic(finding, range.unwrap_or_default(), "")
    }

    fn is_here(&self, location: &Place) -> bool {
        absolute(Path::new(&location.path)) == self.path
    }

    /// The place of a finding that is in the text of another file.
    pub fn elsewhere(&self, location: &Place) -> Option<Location> {
        (location.source.is_some() && !self.is_here(location))
            .then(|| self.location(location))
            .flatten()
    }

    fn location(&self, location: &Place) -> Option<Location> {
        if self.is_here(location) {
            let range = location.span.as_ref().map(|span| self.text.range(span));
            return Some(Location::new(self.uri.clone(), range.unwrap_or_default()));
        }
        let path = Path::new(&location.path);
        path.symlink_metadata().ok()?;
        let range = match (&location.source, &location.span) {
            (Some(source), Some(span)) => Text::new(source.text.clone(), self.encoding).range(span),
            _ => Range::default(),
        };
        Some(Location::new(uri::of(path)?, range))
    }

    fn diagnostic(&self, finding: &Finding, range: Range, about: &str) -> Diagnostic {
        let uri = self.options.uri_of(finding.rule);
        let related = finding.related.iter().filter_map(|related| {
            let location = self.location(&related.location)?;
            let message = lines(&related.text).into_owned();
            Some(DiagnosticRelatedInformation { location, message })
        });
        let related: Vec<_> = related.collect();
        Diagnostic {
            range,
            severity: Some(severity(finding.severity)),
            code: Some(Code::String(finding.rule.name.to_owned())),
            code_description: uri.map(|uri| CodeDescription::new(Uri::from(uri))),
            source: Some(SOURCE.to_owned()),
            message: Message::String(format!("{about}{}", self.message(finding))),
            tags: tags(finding),
            related_information: (!related.is_empty()).then_some(related),
            data: None,
        }
    }

    /// The message, then what follows from it and what to write, in sentences.
    fn message(&self, finding: &Finding) -> String {
        let mut message = lines(&finding.message).into_owned();
        let mut add = |text: &str| {
            if !text.is_empty() {
                message.push('\n');
                message.push_str(text);
            }
        };
        add(&lines(&sentences(&[&finding.effect])));
        let releases = releases_in_words(&finding.releases, self.targeted);
        if finding.releases.len() < self.targeted.len() {
            add(&format!("containerd {releases}."));
        }
        let help = lines(&finding.help);
        if !help.is_empty() {
            add(&format!("Help: {help}"));
        }
        message
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Note => DiagnosticSeverity::Information,
    }
}

/// A key that is not read is drawn faint.
fn tags(finding: &Finding) -> Option<Vec<DiagnosticTag>> {
    let is_unused =
        finding.consequence == Consequence::KeyIgnored && finding.location.span.is_some();
    is_unused.then(|| vec![DiagnosticTag::Unnecessary])
}

/// The problems of a settings file.
pub fn of_settings(problems: &[Problem], text: &Text) -> Vec<Diagnostic> {
    let shown = problems.iter().map(|problem| {
        let help = problem
            .help
            .as_deref()
            .map(|help| format!("\nHelp: {help}"));
        let message = format!("{}{}", problem.message, help.unwrap_or_default());
        Diagnostic {
            range: text.range(&problem.span),
            severity: Some(match problem.is_warning {
                true => DiagnosticSeverity::Warning,
                false => DiagnosticSeverity::Error,
            }),
            source: Some(SOURCE.to_owned()),
            message: Message::String(lines(&message).into_owned()),
            ..Diagnostic::default()
        }
    });
    shown.collect()
}

/// That nothing is linted, at the beginning of a file, with the settings file that is at fault.
pub fn not_linted(message: &str, at_fault: Option<&Path>) -> Diagnostic {
    let location = at_fault.and_then(uri::of);
    let related = location.map(|uri| {
        let location = Location::new(uri, Range::new(Position::default(), Position::default()));
        vec![DiagnosticRelatedInformation::new(
            location,
            "the settings".to_owned(),
        )]
    });
    Diagnostic {
        severity: Some(DiagnosticSeverity::Error),
        source: Some(SOURCE.to_owned()),
        message: Message::String(format!("not linted: {}", lines(message))),
        related_information: related,
        ..Diagnostic::default()
    }
}
