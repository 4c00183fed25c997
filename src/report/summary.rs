//! The last line for people: what was looked at, and what came of it.

use crate::finding::words::count;
use crate::finding::{Report, Safety, Severity, Suppressor};
use crate::printable::one_line;

/// Which fixes the summary speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// All that the findings carry: nothing was fixed.
    All,
    /// The fixes that `--fix` left because they change what containerd does.
    Rest,
}

/// `checked 14 namespaces in 2 config paths (12 hosts.toml) for containerd 1.7.34, 2.0.11: 3 errors`.
pub fn summary(report: &Report) -> String {
    let looked = &report.summary;
    let releases: Vec<String> = report.releases.iter().map(ToString::to_string).collect();
    let mut what = Vec::new();
    if looked.nodes > 0 {
        what.push(count(looked.nodes, "config.toml", "config.toml"));
    }
    if looked.nodes + looked.lone + looked.carriers == 0 || looked.trees > 0 {
        let in_trees = |number: usize| number.saturating_sub(looked.lone);
        what.push(format!(
            "{} in {} ({} hosts.toml)",
            count(in_trees(looked.namespaces), "namespace", "namespaces"),
            count(looked.trees, "config path", "config paths"),
            in_trees(looked.files),
        ));
    }
    if looked.lone > 0 {
        what.push(format!(
            "{} outside of config paths",
            count(looked.lone, "hosts.toml", "hosts.toml")
        ));
    }
    if looked.carriers > 0 {
        what.push(format!(
            "the configuration in {}",
            count(looked.carriers, "other file", "other files")
        ));
    }
    let mut line = format!(
        "checked {} for containerd {}: ",
        what.join(" and "),
        releases.join(", "),
    );
    let severities = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Note, "note", "notes"),
    ];
    let mut parts: Vec<String> = severities
        .into_iter()
        .map(|(severity, one, many)| (report.count(severity), one, many))
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(number, one, many))
        .collect();
    if parts.is_empty() {
        parts.push("no findings".to_owned());
    }
    line.push_str(&parts.join(", "));
    let silenced = report
        .suppressed
        .iter()
        .filter(|s| matches!(s.by, Suppressor::Comment { .. }))
        .count();
    if silenced > 0 {
        line.push_str(&format!("; {silenced} silenced by comments"));
    }
    if let Some(baseline) = &report.baseline {
        line.push_str(&format!("; {} known from the baseline", baseline.known));
        if !baseline.vanished.is_empty() {
            line.push_str(&format!(", {} of it gone", baseline.vanished.len()));
        }
    }
    line
}

/// `3 fixable with --fix (1 more with --unsafe-fixes)`. `with_unsafe` says that fixes which change what containerd
/// does were asked for, too.
pub fn fixable(report: &Report, offer: Offer, with_unsafe: bool) -> Option<String> {
    let (mut safe, mut other) = (0, 0);
    for safety in report.findings.writable_fixes() {
        match safety {
            Safety::Safe => safe += 1,
            Safety::Unsafe => other += 1,
        }
    }
    match (offer, with_unsafe, safe, other) {
        (_, _, 0, 0) | (Offer::Rest, true, ..) | (Offer::Rest, _, _, 0) => None,
        (Offer::Rest, false, _, more) => Some(format!("{more} more fixable with --unsafe-fixes")),
        (Offer::All, true, safe, more) => {
            Some(format!("{} fixable with --fix --unsafe-fixes", safe + more))
        }
        (Offer::All, false, 0, more) => Some(format!("{more} fixable with --fix --unsafe-fixes")),
        (Offer::All, false, safe, 0) => Some(format!("{safe} fixable with --fix")),
        (Offer::All, false, safe, more) => Some(format!(
            "{safe} fixable with --fix ({more} more with --unsafe-fixes)"
        )),
    }
}

/// A line for each finding that the baseline knows and that is gone, for people; empty without such findings.
pub fn vanished(report: &Report) -> String {
    let gone = report.baseline.iter().flat_map(|b| &b.vanished);
    gone.map(|known| {
        let path = one_line(&known.path);
        let rule = one_line(&known.rule);
        format!("{path}: {rule} is in the baseline and is no longer found\n")
    })
    .collect()
}
