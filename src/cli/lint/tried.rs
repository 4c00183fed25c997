//! Fixes are tried in memory before they are offered: what is offered will be written. Helps that say what to write are tried, too.

use std::collections::{BTreeMap, HashMap};

use crate::finding::{Finding, Report, Severity};
use crate::fix::{self, Choice, HostsFiles, Refusal, Refused};

/// Of more fixes or namespaces than this, none is tried: a run is to end soon.
const MAX_FIXES: usize = 500;
const MAX_NAMESPACES: usize = 5_000;

/// Of a file with more fixes than this, or a larger one, none is tried: each try looks at the whole file.
const MAX_FIXES_OF_FILE: usize = 32;
const MAX_FILE: usize = 64 * 1024;

/// So many helps are tried.
const MAX_HELPS: usize = 200;

/// Takes the fixes from the findings that `--fix --unsafe-fixes` would not write, and says in their help what would follow. The
/// answer is whether all of them were tried.
pub fn try_fixes(files: &HostsFiles<'_>, report: &mut Report, min_severity: Severity) -> bool {
    let number = report.findings.writable_fixes().count();
    if number > MAX_FIXES || report.summary.namespaces > MAX_NAMESPACES {
        return false;
    }
    if number == 0 {
        return true;
    }
    let mut of_file: HashMap<String, usize> = HashMap::new();
    for finding in report.findings.iter().filter(is_fixable) {
        let source = finding.location.source.as_ref();
        let is_large = source.is_some_and(|source| source.text.len() > MAX_FILE);
        *of_file.entry(finding.location.path).or_default() +=
            if is_large { MAX_FIXES_OF_FILE + 1 } else { 1 };
    }
    let is_tried = |finding: &Finding| {
        let number = of_file.get(&finding.location.path);
        number.is_some_and(|number| *number <= MAX_FIXES_OF_FILE)
    };
    let copy = Report {
        findings: report.findings.iter().filter(is_tried).collect(),
        ..Report::default()
    };
    let choice = Choice {
        with_unsafe: true,
        min_severity,
    };
    let refused = fix::fix(files, copy, choice).refused;
    if !refused.is_empty() {
        let findings = report.findings.iter();
        report.findings = findings.map(|finding| offered(finding, &refused)).collect();
    }
    of_file.values().all(|number| *number <= MAX_FIXES_OF_FILE)
}

fn is_fixable(finding: &Finding) -> bool {
    finding.writable_fix().is_some()
}

/// Tries the helps that say what to write, and adds to them the faults that would follow. Findings below `min_severity` are not
/// shown, so their helps are not tried.
pub fn try_helps(files: &HostsFiles<'_>, report: &mut Report, min_severity: Severity) {
    if report.summary.namespaces > MAX_NAMESPACES {
        return;
    }
    let mut left = MAX_HELPS;
    let mut of_file: HashMap<String, usize> = HashMap::new();
    let mut faulty: BTreeMap<usize, String> = BTreeMap::new();
    for (index, finding) in report.findings.iter().enumerate() {
        if left == 0 {
            break;
        }
        let source = finding.location.source.as_ref();
        let is_small = source.is_some_and(|source| source.text.len() <= MAX_FILE);
        if finding.fix.is_some() || finding.severity < min_severity || !is_small {
            continue;
        }
        let of_file = of_file.entry(finding.location.path.clone()).or_default();
        if *of_file == MAX_FIXES_OF_FILE {
            continue;
        }
        let tried = files.try_help(&finding);
        if tried == Ok(false) {
            continue;
        }
        left -= 1;
        *of_file += 1;
        if let Err(Refusal::HeldBack(why)) = tried {
            faulty.insert(index, why);
        }
    }
    if faulty.is_empty() {
        return;
    }
    let findings = report.findings.iter().enumerate();
    let findings = findings.map(|(index, mut finding)| {
        if let Some(why) = faulty.get(&index) {
            add_warning(&mut finding, why);
        }
        finding
    });
    report.findings = findings.collect();
}

/// Adds to the help the fault that follows from it.
fn add_warning(finding: &mut Finding, why: &str) {
    if !finding.help.is_empty() && !finding.help.contains('\n') {
        finding.help = format!("{}; then {why}: correct that as well", finding.help);
    }
}

fn offered(mut finding: Finding, refused: &[Refused]) -> Finding {
    let place = finding.location.source.as_ref();
    let place = place.zip(finding.location.span.as_ref());
    let line = place.map_or(0, |(source, span)| source.lines().line(span.start));
    let is_it = |refused: &&Refused| {
        refused.path == finding.location.path
            && refused.rule == finding.rule.name
            && [0, line].contains(&refused.line)
    };
    let Some(refused) = refused.iter().find(is_it).filter(|_| finding.fix.is_some()) else {
        return finding;
    };
    finding.fix = None;
    if let Refusal::HeldBack(why) = &refused.refusal {
        add_warning(&mut finding, why);
    }
    finding
}
