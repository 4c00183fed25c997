//! Fixes are tried in memory before they are offered: what is offered will be written.

use crate::finding::{Finding, Report, Severity};
use crate::fix::{self, Choice, HostsFiles, Refusal, Refused};

/// Of more fixes or namespaces than this, none is tried: a run is to end soon.
const MAX_FIXES: usize = 500;
const MAX_NAMESPACES: usize = 5_000;

/// Takes the fixes from the findings that `--fix --unsafe-fixes` would not write, and says in their help what would follow. The
/// answer is whether the fixes were tried.
pub fn try_fixes(files: &HostsFiles<'_>, report: &mut Report, min_severity: Severity) -> bool {
    let number = report.findings.writable_fixes().count();
    if number > MAX_FIXES || report.summary.namespaces > MAX_NAMESPACES {
        return false;
    }
    if number == 0 {
        return true;
    }
    let copy = Report {
        findings: report.findings.clone(),
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
    true
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
    if let Refusal::HeldBack(why) = &refused.refusal
        && !finding.help.is_empty()
        && !finding.help.contains('\n')
    {
        finding.help = format!("{}; then {why}: correct that as well", finding.help);
    }
    finding
}
