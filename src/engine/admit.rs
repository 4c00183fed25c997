//! Runs one rule, and keeps the findings that the settings admit.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::here::Here;
use super::redact::hide_secrets;
use super::tense::make_conditional;
use crate::facts::{NamespaceContext, Rule};
use crate::finding::{Consequence, Failure, Finding, Level, Run};

/// Runs one rule at one place and takes what the settings let through. A panic is a bug of
/// ours: it is reported, and the other rules run.
pub(super) fn run_rule(
    rule: &'static Rule,
    path: impl FnOnce() -> String,
    here: &mut Here,
    run: &Run,
    context: Option<&NamespaceContext<'_>>,
    check: impl FnOnce(&mut Vec<Finding>),
) {
    let mut found = Vec::new();
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(&mut found))) {
        let message = panic
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        here.failures.push(Failure::Bug {
            path: path(),
            rule: rule.name,
            message,
        });
    }
    here.findings
        .extend(found.into_iter().filter_map(|f| admitted(f, run, context)));
}

/// A finding as the settings want it; `None` when they do not.
pub(super) fn admitted(
    mut finding: Finding,
    run: &Run,
    context: Option<&NamespaceContext<'_>>,
) -> Option<Finding> {
    if finding.effect.is_empty() {
        finding.effect = default_effect(context, finding.consequence);
    }
    if let Some(context) = context {
        make_conditional(&mut finding, context);
    }
    let path = &finding.location.path;
    match run.settings.level(finding.rule.name, path) {
        Some(Level::Severity(severity)) => finding.severity = severity,
        Some(Level::On) => {}
        None if finding.rule.on => {}
        Some(Level::Off) | None => return None,
    }
    if finding.releases.is_empty() || run.settings.excludes(path) {
        return None;
    }
    hide_secrets(&mut finding);
    if context.is_some_and(|context| context.tree.generator().is_some()) {
        // The next start of the program that wrote the file would undo it.
        finding.fix = None;
    }
    if let (Some(fix), Some(source)) = (&mut finding.fix, &finding.location.source) {
        fix.use_line_breaks_of(source);
    }
    Some(finding)
}

/// The default effect of a consequence, in words, for findings without their own.
fn default_effect(context: Option<&NamespaceContext<'_>>, consequence: Consequence) -> String {
    let registry = context.map_or_else(|| "this registry".to_owned(), |context| context.registry());
    match consequence {
        Consequence::Crash => "containerd panics when it reads this file".to_owned(),
        Consequence::DaemonFails => "containerd does not start with this file".to_owned(),
        Consequence::CriFails => {
            "CRI does not load: the kubelet cannot connect to containerd".to_owned()
        }
        Consequence::PullsFail => {
            format!("every pull from {registry} fails, whatever mirrors are listed")
        }
        Consequence::FileIgnored => {
            let then = context.map_or_else(
                || "pulls bypass the mirrors".to_owned(),
                |context| context.without_hosts_toml(),
            );
            format!("containerd ignores this hosts.toml: {then}")
        }
        Consequence::RequestsFail => {
            "requests to this endpoint fail, and containerd tries the next one".to_owned()
        }
        Consequence::KeyIgnored => "containerd silently ignores it".to_owned(),
        Consequence::Misread | Consequence::Exposure | Consequence::Advice => String::new(),
    }
}
