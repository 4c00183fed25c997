//! Lints what a run is about: carriers, trees and nodes.

use std::sync::Arc;

use super::carried::lint_carrier;
use super::node::lint_node;
use super::tree::lint_tree;
use crate::disk::{Belonging, NodeFiles, Tree};
use crate::facts::{Budget, Carrier};
use crate::finding::{Report, Run};
use crate::parallel;
use crate::rules::RULES;

/// Lints the trees. The findings are those that the settings let through, in an order that does not
/// depend on the file system's.
pub fn lint(trees: &[Tree], run: &Run) -> Report {
    lint_nodes(&[], trees, run)
}

/// Lints these config.toml files too, and what they have to do with the trees.
pub fn lint_nodes(nodes: &[NodeFiles], trees: &[Tree], run: &Run) -> Report {
    lint_all(nodes, trees, &[], run)
}

/// Lints one config.toml and not the trees that the node reads, though it is judged by them.
pub fn lint_node_of(node: &NodeFiles, trees: &[Tree], run: &Run) -> Report {
    let mut report = Report {
        rules: RULES.iter().map(|rule| &rule.meta).collect(),
        releases: run.settings.all_releases(),
        ..Report::default()
    };
    lint_node(node, trees, &run.at(&node.shown), &mut report);
    report.findings.sort();
    report.suppressed.sort();
    report
}

/// Lints all that a run can be about.
pub fn lint_all(nodes: &[NodeFiles], trees: &[Tree], carriers: &[Carrier], run: &Run) -> Report {
    let mut report = Report {
        rules: RULES.iter().map(|rule| &rule.meta).collect(),
        releases: run.settings.all_releases(),
        ..Report::default()
    };
    let budget = Arc::new(Budget::new(run.settings.work));
    for tree in trees {
        lint_tree(tree, run, &budget, &mut report);
    }
    let belonging = Belonging::new(nodes, trees);
    for node in nodes {
        let own = belonging.trees_of(node);
        let path = match own.first() {
            Some(tree) if node.reads.is_some() => tree.shown(""),
            _ => node.shown.clone(),
        };
        lint_node(node, &own, &run.at(&path), &mut report);
    }
    for part in parallel::map(carriers, |carriers| {
        let mut part = Report::default();
        for carrier in carriers {
            lint_carrier(carrier, run, &budget, &mut part);
        }
        part.findings.close();
        part.suppressed.close();
        part
    }) {
        report.append(part);
    }
    report.inventory.now = run.now;
    report.findings.sort();
    report.suppressed.sort();
    report
}
