//! Lints a config path: its namespaces, on all processors, and then itself.

use std::sync::Arc;

use super::admit::{admitted, run_rule};
use super::here::Here;
use super::{inventory, suppress};
use crate::disk::{Namespace, Tree};
use crate::facts::{Budget, Check, Loaded, NamespaceContext, Rule, TreeContext};
use crate::finding::{Failure, Finding, Packed, Report, Run, Scope};
use crate::parallel;
use crate::rules::RULES;

/// A part of a tree's report.
#[derive(Debug, Default)]
struct Part {
    report: Report,
    /// Findings of rules that look at the whole tree in the end, and then say what becomes of them.
    undecided: Packed<Finding>,
    /// How many namespaces were not looked at, because no work was left to the run.
    left_out: usize,
}

pub(super) fn lint_tree(tree: &Tree, run: &Run, budget: &Arc<Budget>, report: &mut Report) {
    let run = &*run.at(&tree.shown(""));
    let whole = match TreeContext::new(run, tree, budget) {
        Ok(whole) => whole,
        Err(error) => {
            let path = tree.shown("");
            report.failures.push(Failure::Unreadable { path, error });
            return;
        }
    };
    let refused = budget.refused();
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
        of_tree.left_out += block.left_out;
    }
    let files = budget.refused() - refused;
    if of_tree.left_out + files > 0 {
        of_tree.report.failures.push(Failure::LeftOut {
            path: tree.shown(""),
            namespaces: of_tree.left_out,
            files,
        });
    }
    lint_whole(&whole, &rules, &mut of_tree);
    report.append(of_tree.report);
}

fn lint_block(whole: &TreeContext<'_>, rules: &[&'static Rule], namespaces: &[&Namespace]) -> Part {
    let mut part = Part::default();
    for namespace in namespaces {
        if whole.budget.is_spent() {
            part.left_out += 1;
            continue;
        }
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
    whole
        .budget
        .found(here.findings.len() + here.suppressed.len());
    let report = &mut part.report;
    if run.settings.inventory > Scope::Nothing {
        inventory::add(&context, run.settings.inventory, &mut report.inventory);
    }
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
