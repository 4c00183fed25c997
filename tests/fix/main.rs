//! Fixes: what they write, what they leave, and what they never do.

#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "../conformance/vectors.rs"]
mod vectors;

#[path = "../rules/modes.rs"]
mod modes;

#[path = "../program/mod.rs"]
mod program;

mod command;
mod documents;
mod fixtures;
mod helps;
#[cfg(unix)]
mod killed;
#[cfg(unix)]
mod no_new_findings;
#[cfg(unix)]
mod nodes;
mod places;

use std::path::Path;

use certsd_lint::disk::{FindOptions, NodeFiles, PathKind, Tree, TreeOptions, find};
use certsd_lint::engine;
use certsd_lint::finding::{Report, Run, Settings, Severity};
use certsd_lint::fix::{self, Choice, Fixing, HostsFiles};

/// 2026-06-01T00:00:00Z: the clock of every test.
const NOW: i64 = 1_780_272_000;

/// Everything is mended, however little it matters.
const SAFE: Choice = Choice {
    with_unsafe: false,
    min_severity: Severity::Note,
};

const UNSAFE: Choice = Choice {
    with_unsafe: true,
    ..SAFE
};

fn open(config_path: &Path, tree: TreeOptions) -> Vec<Tree> {
    let options = FindOptions {
        kind: Some(PathKind::ConfigPath),
        tree,
        ..FindOptions::default()
    };
    let (trees, errors) = find(&[config_path.to_owned()], &options);
    assert!(errors.is_empty(), "{}: {errors:?}", config_path.display());
    trees
}

/// Mends the trees in memory; `keep` says which findings there are.
fn mend(trees: &[Tree], settings: Settings, choice: Choice, keep: &dyn Fn(&mut Report)) -> Fixing {
    mend_nodes(&[], trees, settings, choice, keep)
}

/// Mends a node's config.toml too.
fn mend_nodes(
    nodes: &[NodeFiles],
    trees: &[Tree],
    settings: Settings,
    choice: Choice,
    keep: &dyn Fn(&mut Report),
) -> Fixing {
    let run = Run { settings, now: NOW };
    let mut report = engine::lint_nodes(nodes, trees, &run);
    keep(&mut report);
    let files = HostsFiles::new(nodes, trees, &[], &run, keep);
    fix::fix(&files, report, choice)
}
