//! Lints a node's config.toml, with what it imports.

use super::admit::{admitted, run_rule};
use super::here::Here;
use super::suppress;
use crate::disk::{NodeFiles, Tree};
use crate::facts::{Check, NodeContext};
use crate::finding::{Finding, Report, Run};
use crate::rules::RULES;

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
