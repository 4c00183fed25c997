//! Every rule, held to its documentation and to its fixtures.

mod catalogue;
mod docs;
mod examples;
mod fixtures;
mod modes;
mod node_fixes;
mod sound;

use std::path::Path;

use certsd_lint::disk::{FindOptions, Kind, NodeFiles, TreeOptions, find};
use certsd_lint::engine;
use certsd_lint::finding::{Report, Run, Settings};

/// 2026-06-01T00:00:00Z: the clock of every fixture.
const NOW: i64 = 1_780_272_000;

/// Lints a config path as a repository's, deployed to the default place. A `certsd-lint.toml`
/// beside it holds its settings. With a `modes.txt` beside it, it is linted as part of a node's file system.
/// A `config.toml` beside it is the node's, deployed likewise; it may be there alone.
fn lint_tree(config_path: &Path, mut settings: Settings) -> Report {
    if modes::apply(config_path) {
        settings.sysroot = config_path.parent().map(Path::to_owned);
    }
    let options = FindOptions {
        kind: Some(Kind::ConfigPath),
        tree: TreeOptions {
            deploy_path: match (&settings.deploy_path, &settings.sysroot) {
                (None, None) => Some("/etc/containerd/certs.d".to_owned()),
                (said, _) => said.clone(),
            },
            sysroot: settings.sysroot.clone(),
        },
        ..FindOptions::default()
    };
    let config = config_path.with_file_name("config.toml");
    let nodes: Vec<NodeFiles> = config
        .exists()
        .then(|| NodeFiles::deployed(&config))
        .into_iter()
        .collect();
    let paths = match nodes.is_empty() || config_path.exists() {
        true => vec![config_path.to_owned()],
        false => Vec::new(),
    };
    let (trees, errors) = find(&paths, &options);
    assert!(errors.is_empty(), "{}: {errors:?}", config_path.display());
    let report = engine::lint_nodes(&nodes, &trees, &Run { settings, now: NOW });
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    report
}

/// The settings in a file, or the defaults where there is none.
fn settings_beside(config_path: &Path) -> Settings {
    let file = config_path.with_file_name("certsd-lint.toml");
    let flags = certsd_lint::settings::Layer::new(config_path.parent().unwrap());
    let file = file
        .exists()
        .then(|| certsd_lint::settings::read(&file).unwrap());
    certsd_lint::settings::merge(file, flags).unwrap().settings
}
