//! Runs the rules over the trees.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::carried::lint_carrier;
use super::redact::hide_secrets;
use super::suppress;
use crate::disk::{Namespace, NodeFiles, Tree};
use crate::facts::{Carrier, Check, Loaded, NamespaceContext, NodeContext, Rule, TreeContext};
use crate::finding::{Consequence, Failure, Finding, Level, Packed, Report, Run, Suppressed};
use crate::parallel;
use crate::rules::RULES;

/// What was found at one place, before it is added to a report.
#[derive(Debug, Default)]
pub(super) struct Here {
    /// What the settings let through.
    pub findings: Vec<Finding>,
    /// What comments silence.
    pub suppressed: Vec<Suppressed>,
    /// What could not be done.
    pub failures: Vec<Failure>,
}

impl Here {
    pub(super) fn add_to(self, report: &mut Report) {
        report.findings.extend(self.findings);
        report.suppressed.extend(self.suppressed);
        report.failures.extend(self.failures);
    }
}

/// A part of a tree's report.
#[derive(Debug, Default)]
struct Part {
    report: Report,
    /// Findings of rules that look at the whole tree in the end, and then say what becomes of them.
    undecided: Packed<Finding>,
}

/// Lints the trees. The findings are those that the settings let through, in an order that does not
/// depend on the file system's.
pub fn lint(trees: &[Tree], run: &Run) -> Report {
    lint_nodes(&[], trees, run)
}

/// Lints these config.toml files too, and what they have to do with the trees.
pub fn lint_nodes(nodes: &[NodeFiles], trees: &[Tree], run: &Run) -> Report {
    lint_all(nodes, trees, &[], run)
}

/// Lints all that a run can be about.
pub fn lint_all(nodes: &[NodeFiles], trees: &[Tree], carriers: &[Carrier], run: &Run) -> Report {
    let mut report = Report {
        rules: RULES.iter().map(|rule| &rule.meta).collect(),
        releases: run.settings.all_releases(),
        ..Report::default()
    };
    for tree in trees {
        lint_tree(tree, run, &mut report);
    }
    for node in nodes {
        let own = node.trees(nodes, trees);
        let path = match own.first() {
            Some(tree) if node.reads.is_some() => tree.shown(""),
            _ => node.shown.clone(),
        };
        lint_node(node, &own, &run.at(&path), &mut report);
    }
    for part in parallel::map(carriers, |carriers| {
        let mut part = Report::default();
        for carrier in carriers {
            lint_carrier(carrier, run, &mut part);
        }
        part.findings.close();
        part.suppressed.close();
        part
    }) {
        report.append(part);
    }
    report.findings.sort();
    report.suppressed.sort();
    report
}

pub(super) fn lint_tree(tree: &Tree, run: &Run, report: &mut Report) {
    let run = &*run.at(&tree.shown(""));
    let whole = match TreeContext::new(run, tree) {
        Ok(whole) => whole,
        Err(error) => {
            let path = tree.shown("");
            report.failures.push(Failure::Unreadable { path, error });
            return;
        }
    };
    let mut of_tree = Part::default();
    match &tree.lone {
        Some(_) => of_tree.report.summary.lone = 1,
        None => of_tree.report.summary.trees = 1,
    }
    if tree.only.is_none() {
        of_tree.report.places.push(tree.shown(""));
    }
    let settings = &run.settings;
    let is_excluded = |name: &str| {
        settings.excludes(&tree.shown(name)) || settings.excludes(&tree.shown_hosts_file(name))
    };
    let is_wanted = |namespace: &&Namespace| {
        let name = namespace.name.as_str();
        tree.wants(name) && (settings.excludes_nothing() || !is_excluded(name))
    };
    let rules: Vec<&Rule> = RULES
        .iter()
        .copied()
        .filter(|rule| run.settings.may_run(rule))
        .collect();
    let wanted: Vec<&Namespace> = whole.namespaces.iter().filter(is_wanted).collect();
    tree.progress.expect(wanted.len());
    for block in parallel::map(&wanted, |namespaces| lint_block(&whole, &rules, namespaces)) {
        of_tree.report.append(block.report);
        of_tree.undecided.append(block.undecided);
    }
    lint_whole(&whole, &rules, &mut of_tree);
    report.append(of_tree.report);
}

fn lint_block(whole: &TreeContext<'_>, rules: &[&'static Rule], namespaces: &[&Namespace]) -> Part {
    let mut part = Part::default();
    for namespace in namespaces {
        lint_namespace(whole, rules, namespace, &mut part);
        whole.tree.progress.step();
    }
    part.report.findings.close();
    part.report.suppressed.close();
    part.undecided.close();
    part
}

/// Reads one directory and runs the rules at it; what was read is gone at the end.
fn lint_namespace(
    whole: &TreeContext<'_>,
    rules: &[&'static Rule],
    namespace: &Namespace,
    part: &mut Part,
) {
    let tree = whole.tree;
    let run = whole.run_at(namespace);
    let run = &*run;
    let loaded = Loaded::read(whole, run, namespace);
    let context = NamespaceContext::new(whole, &loaded);
    let path = || tree.shown(context.name());
    let mut here = Here::default();
    for rule in rules {
        if let Check::Namespace(check) | Check::Both(check, _) = rule.check {
            run_rule(rule, path, &mut here, run, Some(&context), |out| {
                check(&context, out)
            });
        }
    }
    if run.settings.suppressions {
        let found = suppress::apply(&context, &mut here).into_iter();
        let admitted = found.filter_map(|finding| admitted(finding, run, Some(&context)));
        here.findings.extend(admitted);
    }
    let report = &mut part.report;
    let is_undecided = |finding: &mut Finding| {
        let mut of_whole = rules
            .iter()
            .filter(|rule| matches!(rule.check, Check::Both(..)));
        of_whole.any(|rule| rule.meta == *finding.rule)
    };
    let undecided = here.findings.extract_if(.., is_undecided);
    part.undecided.extend(undecided);
    here.add_to(report);
    report.summary.namespaces += 1;
    if let Some(source) = context.source {
        report.summary.files += 1;
        report.files.push(source.path.clone());
    }
    if tree.only.is_some() {
        report.places.push(path());
    }
}

/// Runs the rules at the tree as a whole, when that was asked for; `of_tree` has what was found in its namespaces.
fn lint_whole(whole: &TreeContext<'_>, rules: &[&'static Rule], of_tree: &mut Part) {
    let (tree, run) = (whole.tree, whole.run);
    let mut here = Here::default();
    for rule in rules {
        let (check, mut found) = match rule.check {
            Check::Tree(check) => (check, Vec::new()),
            Check::Both(_, check) => {
                let all = of_tree.undecided.iter();
                let is_its_own = |finding: &Finding| *finding.rule == rule.meta;
                (check, all.filter(is_its_own).collect())
            }
            Check::Namespace(_) | Check::Node(_) | Check::Carrier(_) | Check::Engine => continue,
        };
        let path = || tree.shown("");
        run_rule(rule, path, &mut here, run, None, |out| {
            check(whole, &mut found);
            found.retain(|finding| finding.namespace.is_some() || tree.only.is_none());
            out.append(&mut found);
        });
    }
    here.add_to(&mut of_tree.report);
}

/// Runs one rule at one place and takes what the settings let through. A panic is a bug of
/// ours: it is told, and the rest goes on.
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
pub(crate) fn admitted(
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
    if finding.releases.is_empty() || run.settings.excludes(path) {
        return None;
    }
    if finding.effect.is_empty() {
        finding.effect = default_effect(context, finding.consequence);
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

/// Runs the rules about nodes at one, and lets comments silence what they find.
pub(super) fn lint_node(node: &NodeFiles, trees: &[Tree], run: &Run, report: &mut Report) {
    if run.settings.excludes(&node.shown) {
        return;
    }
    let Some(context) = NodeContext::new(run, node, trees) else {
        return;
    };
    report.summary.nodes += 1;
    report.places.push(node.shown.clone());
    for file in &context.files {
        report.files.push(file.source.path.clone());
    }
    let mut here = Here::default();
    for rule in RULES {
        if let Check::Node(check) = rule.check {
            let path = || node.shown.clone();
            run_rule(rule, path, &mut here, run, None, |out| {
                check(&context, out);
                context.set_apart_fixes_of_imports(out);
            });
        }
    }
    if run.settings.suppressions {
        for file in &context.files {
            let found = suppress::apply(file, &mut here).into_iter();
            let mut found: Vec<Finding> = found
                .filter_map(|finding| admitted(finding, run, None))
                .collect();
            context.set_apart_fixes_of_imports(&mut found);
            here.findings.extend(found);
        }
    }
    here.add_to(report);
}

/// What follows from a consequence, in words, for findings that say nothing of their own.
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
