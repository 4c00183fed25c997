//! A baseline: findings that are known, kept in a file, so that only new ones count.
//!
//! The file is JSON without line numbers, one finding on each line, sorted, so that its changes read well in a review. A finding is
//! known by its rule, its path, and the item that it is about: moved lines and other items change nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::finding::{
    BaselineOutcome, Finding, Fingerprints, Known, Level, Packed, Paths, Report, Settings,
    Suppressed, Suppressor,
};

/// The version of the file's form.
const VERSION: u32 = 2;

/// The findings that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Sorted, without repetition.
    pub known: BTreeSet<Known>,
}

/// Why a file is not a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON, or not of this form.
    #[error("it is not a baseline of certsd-lint: {0}")]
    Syntax(#[from] serde_json::Error),
    /// Of a form that this release does not know.
    #[error(
        "it has version {0}, and this certsd-lint reads version {VERSION}; write it again with --write-baseline"
    )]
    Version(u32),
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    findings: Vec<Known>,
}

impl Baseline {
    /// Made from the findings of a run. What the baseline of that run kept quiet is known still; what comments
    /// silence need not be.
    pub fn of(report: &Report, paths: &Paths) -> Baseline {
        let all = all(report, paths);
        let known = all.filter(|(_, by, _)| !matches!(by, Some(Suppressor::Comment { .. })));
        Baseline {
            known: known.map(|(_, _, known)| known).collect(),
        }
    }

    /// Reads a file's text.
    pub fn parse(text: &str) -> Result<Baseline, BaselineError> {
        // The version first: of another one, nothing else is known.
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let text = text.trim_start_matches('\u{feff}');
        let Version { version } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(BaselineError::Version(version));
        }
        let file: File = serde_json::from_str(text)?;
        Ok(Baseline {
            known: file.findings.into_iter().collect(),
        })
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let lines: Vec<String> = self
            .known
            .iter()
            .filter_map(|known| serde_json::to_string(known).ok())
            .map(|line| format!("    {line}"))
            .collect();
        let findings = match lines.len() {
            0 => "[]".to_owned(),
            _ => format!("[\n{}\n  ]", lines.join(",\n")),
        };
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": {findings}\n}}\n")
    }
}

impl Report {
    /// Keeps quiet what the baseline knows, and notes what of it is gone. To be called before
    /// findings are left out for other reasons, or they would seem to be gone.
    pub fn apply_baseline(&mut self, baseline: &Baseline, paths: &Paths, settings: &Settings) {
        let mut gone: BTreeSet<&Known> = baseline.known.iter().collect();
        let (mut findings, mut suppressed) = (Packed::default(), Packed::default());
        for (finding, by, known) in all(self, paths) {
            // A finding that a comment silences needs no baseline, and is removed from it.
            let is_known = by.is_none() && baseline.known.contains(&known);
            if is_known {
                gone.remove(&known);
            }
            match by.or(is_known.then_some(Suppressor::Baseline)) {
                Some(by) => suppressed.push(Suppressed { finding, by }),
                None => findings.push(finding),
            }
        }
        findings.close();
        suppressed.close();
        (self.findings, self.suppressed) = (findings, suppressed);
        let places: Vec<String> = self
            .places
            .iter()
            .map(|place| paths.relative(place))
            .collect();
        let was_looked_for = |known: &&Known| {
            let is_off = settings.level(&known.rule, &known.path) == Some(Level::Off);
            !is_off
                && places
                    .iter()
                    .any(|place| is_at_or_below(&known.path, place))
        };
        self.baseline = Some(BaselineOutcome {
            known: baseline.known.len() - gone.len(),
            vanished: gone.into_iter().filter(was_looked_for).cloned().collect(),
        });
    }
}

/// Everything that was found, and as a baseline knows it.
fn all(
    report: &Report,
    paths: &Paths,
) -> impl Iterator<Item = (Finding, Option<Suppressor>, Known)> {
    let mut fingerprints = Fingerprints::new(paths);
    report.everything().map(move |(finding, by)| {
        let known = Known {
            path: paths.relative(&finding.location.path),
            rule: finding.rule.name.to_owned(),
            fingerprint: fingerprints.next(&finding),
        };
        (finding, by, known)
    })
}

/// Whether a path is a directory or is in it; the root, which is the empty path, contains all.
fn is_at_or_below(path: &str, directory: &str) -> bool {
    match path.strip_prefix(directory) {
        Some(rest) => directory.is_empty() || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_back_as_it_was_written() {
        let known = |path: &str| Known {
            path: path.to_owned(),
            rule: "skip-verify".to_owned(),
            fingerprint: "00ff".to_owned(),
        };
        let baseline = Baseline {
            known: [known("b \"q\""), known("a")].into(),
        };
        let text = baseline.to_json();
        assert_eq!(Baseline::parse(&text).unwrap(), baseline);
        assert_eq!(text.lines().count(), 7);
        let empty = Baseline::default();
        assert_eq!(Baseline::parse(&empty.to_json()).unwrap(), empty);
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        assert!(matches!(
            Baseline::parse("[]"),
            Err(BaselineError::Syntax(_))
        ));
        let newer = "{\"version\": 3, \"known\": 1}";
        assert!(matches!(
            Baseline::parse(newer),
            Err(BaselineError::Version(3))
        ));
    }

    #[test]
    fn below_means_in_the_directory() {
        assert!(is_at_or_below("a/b", "a"));
        assert!(is_at_or_below("a", "a"));
        assert!(is_at_or_below("a", ""));
        assert!(!is_at_or_below("ab", "a"));
    }
}
