//! Carriers: the trees and configurations in them are linted like those on disk, and what is found is placed where the carrier
//! has it.

mod comments;
mod place;
mod policy;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::admit::run_rule;
use super::here::Here;
use super::node::lint_node;
use super::tree::lint_tree;
use crate::carriers::carried::{CarriedTree, Config, File};
use crate::carriers::text::{Builder, Text};
use crate::disk::{NodeFiles, Tree};
use crate::facts::{Budget, Carrier, CarrierContext, Check};
use crate::finding::{Environment, Finding, Report, Run, Suppressed};
use crate::rules::RULES;
use place::Placing;

/// Lints a carrier.
pub fn lint_carrier(carrier: &Carrier, run: &Run, budget: &Arc<Budget>, report: &mut Report) {
    if run.settings.excludes(carrier.path()) {
        return;
    }
    let is_environment_named = run.settings.names_environment(carrier.path());
    let mut run = Run {
        settings: run.settings.of_path(carrier.path()),
        now: run.now,
    };
    if is_for_kind(carrier) && !is_environment_named {
        run.settings.environment = Environment::Development;
    }
    let run = &run;
    let mut here = Here::default();
    for tree in &carrier.carried.trees {
        let mut of_tree = Report::default();
        lint_tree(&planted(tree), run, budget, &mut of_tree);
        let placing = Placing::Tree(carrier, tree);
        let found = of_tree.findings.iter();
        here.findings
            .extend(found.filter_map(|finding| placing.one(finding)));
        let silenced = of_tree.suppressed.iter();
        here.suppressed
            .extend(silenced.filter_map(|Suppressed { finding, by }| {
                let finding = placing.one(finding)?;
                Some(Suppressed { finding, by })
            }));
        here.failures.extend(of_tree.failures);
    }
    for config in &carrier.carried.configs {
        let mut of_config = Report::default();
        let text = completed(config);
        let node = NodeFiles::carried(carrier.path(), text.as_str().as_bytes().to_vec());
        lint_node(&node, &[], run, &mut of_config);
        let placing = Placing::Config(carrier, &text, config);
        let found = of_config.findings.iter();
        here.findings
            .extend(found.filter_map(|finding| placing.one(finding)));
        here.failures.extend(of_config.failures);
    }
    let context = CarrierContext { run, carrier };
    for rule in RULES {
        if let Check::Carrier(check) = rule.check
            && run.settings.may_run(rule)
        {
            let path = || carrier.path().to_owned();
            run_rule(rule, path, &mut here, run, None, |out| check(&context, out));
        }
    }
    let mut known = HashSet::new();
    here.findings
        .retain(|finding| known.insert(identity(finding)));
    if run.settings.suppressions {
        comments::apply(&context, &mut here);
    }
    here.add_to(report);
    report.summary.carriers += 1;
    report.files.push(carrier.path().to_owned());
    report.places.push(carrier.path().to_owned());
}

/// Whether a carrier makes a cluster of kind, which is for development whatever else a run is about.
fn is_for_kind(carrier: &Carrier) -> bool {
    let text = &carrier.source.text;
    ["kind.x-k8s.io/", "kind get nodes", "kind create cluster"]
        .iter()
        .any(|mark| text.contains(mark))
}

/// The identity of a finding: a value may be a part of several files.
fn identity(finding: &Finding) -> (&'static str, Option<std::ops::Range<usize>>, String) {
    let span = finding.location.span.clone();
    (finding.rule.name, span, finding.message.clone())
}

/// All that a file contains as one tree, where it contains any; a part that is not literal is only known to be there.
pub fn planted_in(path: &str, text: &str) -> Option<Tree> {
    let carrier = Carrier::read(path, text)?;
    let trees = &carrier.carried.trees;
    let root = &trees.first()?.root;
    let mut files: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    for (name, namespace) in trees.iter().flat_map(|tree| &tree.namespaces) {
        for (path, file) in &namespace.files {
            let literal = file.text.as_ref().filter(|text| text.unknown().is_empty());
            let text = literal.map(|text| text.as_str().as_bytes().to_vec());
            files.entry(format!("{name}/{path}")).or_insert(text);
        }
    }
    Some(Tree::planted(root, files))
}

/// A carried tree as the loader sees it.
pub fn planted(tree: &CarriedTree) -> Tree {
    let text = |file: &File| {
        file.text
            .as_ref()
            .map(|text| text.as_str().as_bytes().to_vec())
    };
    let mut files: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    for (name, file) in &tree.files {
        files.insert(name.clone(), text(file));
    }
    for (name, namespace) in &tree.namespaces {
        for (path, file) in &namespace.files {
            files.insert(format!("{name}/{path}"), text(file));
        }
    }
    Tree::planted(&tree.root, files)
}

/// A part of a config.toml with the version that its sections are of: the rest has it.
pub fn completed(config: &Config) -> Text {
    let text = config.text.as_str();
    let has_version = text
        .lines()
        .any(|line| line.trim_start().starts_with("version"));
    if !config.is_part || has_version {
        return config.text.clone();
    }
    let version = match text.contains("io.containerd.cri.v1") {
        true => "version = 3\n",
        false => "version = 2\n",
    };
    let mut builder = Builder::new(&config.text);
    builder.put(version, &(0..0));
    builder.keep(0..text.len());
    builder.finish()
}
