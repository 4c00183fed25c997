//! The findings of the namespace that was read, in a line or two: an answer does not replace linting.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::Args;
use super::answer::{Answer, Resolution};
use super::config_path::ConfigPath;
use crate::cli::drawing::style::{BAD, FAINT, ODD};
use crate::cli::drawing::{Sheet, rule};
use crate::engine;
use crate::finding::words::count;
use crate::finding::{Category, Consequence, Finding, Run, Settings, Severity};

/// At most so many host tables are listed.
const MAX_TABLES: usize = 4;

/// The findings of the namespace that the newest release reads; nothing where none is read, or all is well.
pub fn draw(resolution: &Resolution, config_path: &ConfigPath, args: &Args) -> String {
    let newest = resolution
        .answers
        .iter()
        .rev()
        .find_map(|(_, answer)| match answer {
            Answer::Found { by_default, .. } => {
                let name = by_default.outcome.lookup.chosen.clone()?;
                Some((config_path.tree(by_default)?, name))
            }
            _ => None,
        });
    let Some((tree, name)) = newest else {
        return String::new();
    };
    let mut tree = tree.clone();
    tree.only = Some(BTreeSet::from([name.clone()]));
    let settings = Settings {
        releases: resolution
            .answers
            .iter()
            .map(|(release, _)| *release)
            .collect(),
        releases_named: !args.containerd.is_empty(),
        sysroot: args.sysroot.clone(),
        ..Settings::default()
    };
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let shown = tree.shown(&name);
    let report = engine::lint(&[tree], &Run { settings, now });
    let found: Vec<Finding> = report.findings.iter().collect();
    let of = |severity| {
        let of = found.iter().filter(|finding| finding.severity == severity);
        of.count()
    };
    let numbers = [
        (of(Severity::Error), "error", "errors"),
        (of(Severity::Warning), "warning", "warnings"),
        (of(Severity::Note), "note", "notes"),
    ];
    let words: Vec<String> = numbers
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(*number, one, many))
        .collect();
    if words.is_empty() {
        return String::new();
    }
    let mut sheet = Sheet::default();
    let _ = write!(sheet.out, "\n{}", rule("findings"));
    let style = if numbers[0].0 > 0 { BAD } else { ODD };
    sheet.section("linting", style, &words.join(", "));
    let ignored: Vec<&Finding> = found
        .iter()
        .filter(|finding| {
            finding.consequence == Consequence::KeyIgnored
                && finding.rule.category == Category::Hosts
        })
        .collect();
    for finding in ignored.iter().take(MAX_TABLES) {
        let place = finding.location.source.as_ref();
        let place = place.zip(finding.location.span.as_ref());
        let line = place.map_or_else(String::new, |(source, span)| {
            format!(" (line {})", source.lines().line(span.start))
        });
        sheet.more(BAD, &format!("✗ {}{line}", finding.message));
    }
    if ignored.len() > MAX_TABLES {
        sheet.more(FAINT, &format!("and {} more", ignored.len() - MAX_TABLES));
    }
    sheet.more(FAINT, &format!("`certsd-lint {shown}` shows them"));
    sheet.out
}
