//! Reports in the words and files that others read: one file, one format.
//!
//! A format only writes. Which findings there are and how the program ends is
//! decided before.

mod certificates;
mod checkstyle;
mod concise;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod line;
mod markdown;
mod openmetrics;
mod place;
mod rdjson;
mod sarif;
mod stream;
mod summary;
mod wrap;
mod xml;

use std::io::{self, Write};
use std::path::PathBuf;

use crate::finding::{Meta, Report, Scope};

pub use certificates::{CertificateValue, value as certificate_value};
pub use stream::write_json;
pub use summary::{Offer, fixable, summary, vanished};
pub use wrap::wrapping;

/// A format that findings are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// For people: the place, the effect, and what to write instead
    Human,
    /// One line for each finding
    Concise,
    /// Everything, as JSON
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// JUnit's XML
    Junit,
    /// Checkstyle's XML
    Checkstyle,
    /// reviewdog's JSON
    Rdjson,
    /// A table, for the summary of a job
    Markdown,
    /// Metrics in the OpenMetrics text format, for a textfile collector
    Openmetrics,
    /// One line of at most 80 bytes with the worst finding, for a node monitor
    Line,
}

/// How to write.
#[derive(Debug, Clone)]
pub struct Options {
    /// Colour, for people.
    pub color: bool,
    /// How many columns there are, for people.
    pub width: usize,
    /// Draw with lines and arrows; else with ASCII.
    pub unicode: bool,
    /// Links that terminals make clickable.
    pub hyperlinks: bool,
    /// Say more: every release by its number, the consequence by its word.
    pub verbose: bool,
    /// Write suppressed and known findings too, in the formats that can tell them apart.
    pub show_suppressed: bool,
    /// Category of this SARIF upload.
    pub sarif_category: Option<String>,
    /// The directory that paths are relative to, where a service reads them.
    pub root: PathBuf,
    /// Where the tool lives.
    pub information_uri: Option<String>,
    /// Where a rule is explained; `{rule}` is replaced by its name.
    pub rule_uri: Option<String>,
}

impl Default for Options {
    /// For a file or a pipe, started in a repository or not.
    fn default() -> Options {
        let here = std::env::current_dir().unwrap_or_default();
        let root = crate::disk::repository_root(&here).unwrap_or(&here);
        let home = env!("CARGO_PKG_REPOSITORY").trim_end_matches('/');
        let version = env!("CARGO_PKG_VERSION");
        Options {
            color: false,
            width: 80,
            unicode: true,
            hyperlinks: false,
            verbose: false,
            show_suppressed: false,
            sarif_category: None,
            root: root.to_owned(),
            information_uri: (!home.is_empty()).then(|| home.to_owned()),
            rule_uri: (!home.is_empty())
                .then(|| format!("{home}/blob/v{version}/docs/rules/{{rule}}.md")),
        }
    }
}

impl Format {
    /// Its output besides findings.
    pub fn scope(self) -> Scope {
        match self {
            Format::Openmetrics => Scope::All,
            Format::Json => Scope::Certificates,
            _ => Scope::Nothing,
        }
    }
}

impl Options {
    /// Where this rule is explained.
    pub fn uri_of(&self, rule: &Meta) -> Option<String> {
        let pattern = self.rule_uri.as_ref()?;
        Some(pattern.replace("{rule}", rule.name))
    }
}

/// Writes a report.
pub fn write(
    format: Format,
    report: &Report,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, options, out),
        Format::Concise => concise::write(report, options, out),
        Format::Json => json::write(report, options, out),
        Format::Sarif => sarif::write(report, options, out),
        Format::Github => github::write(report, options, out),
        Format::Gitlab => gitlab::write(report, options, out),
        Format::Junit => junit::write(report, options, out),
        Format::Checkstyle => checkstyle::write(report, options, out),
        Format::Rdjson => rdjson::write(report, options, out),
        Format::Markdown => markdown::write(report, options, out),
        Format::Openmetrics => openmetrics::write(report, out),
        Format::Line => line::write(report, out),
    }
}
