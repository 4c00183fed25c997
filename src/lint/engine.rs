//! Runs the rules over the trees.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::baseline::BaselineOutcome;
use super::context::{NamespaceContext, Run, default_effect};
use super::finding::{Finding, Severity};
use super::load::Loaded;
use super::node;
use super::rule::{Check, Rule};
use super::settings::Level;
use super::suppression;
use super::tree_context::TreeContext;
use crate::containerd::{FileError, Release};
use crate::document::Source;
use crate::document::secrets::without_userinfo;
use crate::parallel;
use crate::tree::{Namespace, NodeFiles, Tree};

/// Something that kept the tool from its work in one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A rule panicked.
    #[error(
        "{path}: the rule {rule} panicked ({message}); this is a bug of certsd-lint, please report it. The other rules went on"
    )]
    Bug {
        /// The path it looked at.
        path: String,
        /// The rule.
        rule: &'static str,
        /// What the panic said.
        message: String,
    },
    /// A directory could not be listed.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        error: FileError,
    },
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Config paths.
    pub trees: usize,
    /// Their namespaces.
    pub namespaces: usize,
    /// hosts.toml files that were read.
    pub files: usize,
    /// config.toml files.
    pub nodes: usize,
}

/// A finding that is kept quiet.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// What keeps it quiet.
    pub by: Suppressor,
}

/// What keeps a finding quiet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suppressor {
    /// A comment in the file.
    Comment {
        /// What stands behind the rules, perhaps nothing.
        reason: String,
    },
    /// The baseline knows it.
    Baseline,
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// What was found, sorted.
    pub findings: Vec<Finding>,
    /// What was found and is kept quiet, sorted.
    pub suppressed: Vec<Suppressed>,
    /// How much was looked at.
    pub summary: Summary,
    /// The paths of the files that were read, as they are shown.
    pub files: Vec<String>,
    /// The directories that were looked at, as they are shown: whole trees, or the namespaces that were
    /// asked for.
    pub places: Vec<String>,
    /// What the baseline did, when there is one.
    pub baseline: Option<BaselineOutcome>,
    /// What could not be done.
    pub failures: Vec<Failure>,
    /// The targeted releases, oldest first.
    pub releases: Vec<Release>,
}

/// Lints the trees. The findings are those that the settings let through, in an order that does not
/// depend on the file system's.
pub fn lint(trees: &[Tree], run: &Run) -> Report {
    lint_nodes(&[], trees, run)
}

/// Lints these config.toml files too, and what they have to do with the trees.
pub fn lint_nodes(nodes: &[NodeFiles], trees: &[Tree], run: &Run) -> Report {
    let mut report = Report {
        releases: run.settings.releases.clone(),
        ..Report::default()
    };
    for tree in trees {
        lint_tree(tree, run, &mut report);
    }
    for node in nodes {
        node::lint(node, trees, run, &mut report);
    }
    report.findings.sort_by(Finding::cmp_place);
    report
        .suppressed
        .sort_by(|a, b| a.finding.cmp_place(&b.finding));
    report
}

fn lint_tree(tree: &Tree, run: &Run, report: &mut Report) {
    let whole = match TreeContext::new(run, tree) {
        Ok(whole) => whole,
        Err(error) => {
            let path = tree.shown("");
            report.failures.push(Failure::Unreadable { path, error });
            return;
        }
    };
    let mut of_tree = Report::default();
    of_tree.summary.trees = 1;
    if tree.only.is_none() {
        of_tree.places.push(tree.shown(""));
    }
    let exclude = &run.settings.exclude;
    let is_excluded = |name: &str| {
        exclude.excludes(&tree.shown(name)) || exclude.excludes(&tree.shown_hosts_file(name))
    };
    let is_wanted = |namespace: &&Namespace| {
        let name = namespace.name.as_str();
        tree.wants(name) && (exclude.is_empty() || !is_excluded(name))
    };
    let wanted: Vec<&Namespace> = whole.namespaces.iter().filter(is_wanted).collect();
    tree.progress.expect(wanted.len());
    for block in parallel::map(&wanted, |namespaces| lint_block(&whole, namespaces)) {
        of_tree.append(block);
    }
    lint_whole(&whole, &mut of_tree);
    report.append(of_tree);
}

fn lint_block(whole: &TreeContext<'_>, namespaces: &[&Namespace]) -> Report {
    let mut report = Report::default();
    for namespace in namespaces {
        lint_namespace(whole, namespace, &mut report);
        whole.tree.progress.step();
    }
    report
}

/// Reads one directory and runs the rules at it; what was read is gone at the end, but for what findings hold on to.
fn lint_namespace(whole: &TreeContext<'_>, namespace: &Namespace, report: &mut Report) {
    let (tree, run) = (whole.tree, whole.run);
    let loaded = Loaded::read(whole, namespace);
    let context = NamespaceContext::new(whole, &loaded);
    let path = || tree.shown(context.name());
    let mut here = Report::default();
    for rule in &whole.rules {
        if let Check::Namespace(check) | Check::Both(check, _) = rule.check {
            run_rule(rule, path, &mut here, run, Some(&context), |out| {
                check(&context, out)
            });
        }
    }
    if run.settings.suppressions {
        let found = suppression::apply(&context, &mut here).into_iter();
        let admitted = found.filter_map(|finding| admitted(finding, run, Some(&context)));
        here.findings.extend(admitted);
    }
    report.append(here);
    report.summary.namespaces += 1;
    if let Some(source) = context.source {
        report.summary.files += 1;
        report.files.push(source.path.clone());
    }
    if tree.only.is_some() {
        report.places.push(path());
    }
}

/// Runs the rules at the tree as a whole, when that was asked for; `report` has what was found in its namespaces.
fn lint_whole(whole: &TreeContext<'_>, report: &mut Report) {
    let (tree, run) = (whole.tree, whole.run);
    for rule in &whole.rules {
        let (check, mut found) = match rule.check {
            Check::Tree(check) => (check, Vec::new()),
            Check::Both(_, check) => {
                let is_its_own = |finding: &mut Finding| finding.rule == *rule;
                let found = report.findings.extract_if(.., is_its_own).collect();
                (check, found)
            }
            Check::Namespace(_) | Check::Node(_) | Check::Engine => continue,
        };
        let path = || tree.shown("");
        run_rule(rule, path, report, run, None, |out| {
            check(whole, &mut found);
            found.retain(|finding| finding.namespace.is_some() || tree.only.is_none());
            out.append(&mut found);
        });
    }
}

/// Runs one rule at one place and takes what the settings let through. A panic is a bug of
/// ours: it is told, and the rest goes on.
pub(super) fn run_rule(
    rule: &'static Rule,
    path: impl FnOnce() -> String,
    report: &mut Report,
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
        report.failures.push(Failure::Bug {
            path: path(),
            rule: rule.name,
            message,
        });
    }
    report
        .findings
        .extend(found.into_iter().filter_map(|f| admitted(f, run, context)));
}

/// A finding as the settings want it; `None` when they do not.
pub(super) fn admitted(
    mut finding: Finding,
    run: &Run,
    context: Option<&NamespaceContext<'_>>,
) -> Option<Finding> {
    let path = &finding.location.path;
    match run.settings.level(finding.rule.name, path) {
        Some(Level::Severity(severity)) => finding.severity = severity,
        Some(Level::On) => {}
        None if finding.rule.on => {}
        Some(Level::Off) | None => return None,
    }
    if finding.releases.is_empty() || run.settings.exclude.excludes(path) {
        return None;
    }
    if finding.effect.is_empty() {
        finding.effect = default_effect(context, finding.consequence);
    }
    hide_secrets(&mut finding);
    if let (Some(fix), Some(source)) = (&mut finding.fix, &finding.location.source) {
        fix.use_line_breaks_of(source);
    }
    Some(finding)
}

/// Rules show what is in the file in many ways; what is secret in it is taken out in one place.
fn hide_secrets(finding: &mut Finding) {
    let related = finding.related.iter().map(|related| &related.location);
    let mut sources: Vec<Arc<Source>> = std::iter::once(&finding.location)
        .chain(related)
        .filter_map(|location| location.source.clone())
        .collect();
    sources.dedup_by(|a, b| Arc::ptr_eq(a, b));
    let texts = [
        &mut finding.message,
        &mut finding.label,
        &mut finding.effect,
        &mut finding.help,
    ];
    let related = finding.related.iter_mut().map(|related| &mut related.text);
    let fix = finding.fix.as_mut().map(|fix| &mut fix.description);
    for text in texts.into_iter().chain(related).chain(fix) {
        if let Cow::Owned(shown) = without_userinfo(text) {
            *text = shown;
        }
        for source in &sources {
            if let Cow::Owned(shown) = source.secrets().hidden_in(text) {
                *text = shown;
            }
        }
    }
}

impl Report {
    /// Adds what was found elsewhere.
    fn append(&mut self, other: Report) {
        self.findings.extend(other.findings);
        self.suppressed.extend(other.suppressed);
        self.summary.trees += other.summary.trees;
        self.summary.namespaces += other.summary.namespaces;
        self.summary.files += other.summary.files;
        self.summary.nodes += other.summary.nodes;
        self.files.extend(other.files);
        self.places.extend(other.places);
        self.failures.extend(other.failures);
    }

    /// The findings and those that are kept quiet, in one order.
    pub fn everything(&self) -> Vec<(&Finding, Option<&Suppressor>)> {
        let loud = self.findings.iter().map(|finding| (finding, None));
        let quiet = self.suppressed.iter().map(|s| (&s.finding, Some(&s.by)));
        let mut all: Vec<_> = loud.chain(quiet).collect();
        all.sort_by(|(a, _), (b, _)| a.cmp_place(b));
        all
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }
}
