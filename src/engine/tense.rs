//! The tense of findings about a hosts.toml that containerd ignores: their effect occurs only once the file loads.

use crate::containerd::HostsToml;
use crate::facts::NamespaceContext;
use crate::finding::{Category, Consequence, Finding, Severity};

const ONCE: &str = "once the file loads, ";

/// Makes a finding conditional if every release that it speaks of ignores the file, and lets it rank below the one that
/// reports why.
pub(super) fn make_conditional(finding: &mut Finding, context: &NamespaceContext<'_>) {
    let is_in_file = finding.location.span.is_some()
        && context
            .source
            .is_some_and(|source| source.path == finding.location.path);
    let is_cause = matches!(
        finding.consequence,
        Consequence::Crash | Consequence::FileIgnored
    );
    if !is_in_file || is_cause || finding.rule.category == Category::Suppressions {
        return;
    }
    let ignored = context.releases_where(|_, outcome| outcome.hosts_toml == HostsToml::Ignored);
    if !finding
        .releases
        .iter()
        .all(|release| ignored.contains(release))
    {
        return;
    }
    finding.severity = finding.severity.min(Severity::Warning);
    if !finding.effect.is_empty() && !finding.effect.contains(ONCE.trim_end_matches(", ")) {
        finding.effect.insert_str(0, ONCE);
    }
}
