//! Every rule, held to its documentation and to its fixtures.

mod catalogue;
mod docs;
mod examples;
mod fixtures;
mod modes;
mod node_fixes;
mod sound;

use std::path::Path;

use certsd_lint::disk::{FindOptions, NodeFiles, PathKind, TreeOptions, find};
use certsd_lint::engine;
use certsd_lint::facts::Carrier;
use certsd_lint::finding::{Report, Run, Settings};

/// 2026-06-01T00:00:00Z: the clock of every fixture.
const NOW: i64 = 1_780_272_000;

/// Lints a config path as a repository's, deployed to the default place. A `certsd-lint.toml`
/// beside it holds its settings. With a `modes.txt` beside it, it is linted as part of a node's file system.
/// Files in a folder `carriers` beside it are carriers; it may be there alone.
/// A `config.toml` beside it is the node's, deployed likewise; it may be there alone.
fn lint_tree(config_path: &Path, mut settings: Settings) -> Report {
    if modes::apply(config_path) {
        settings.sysroot = config_path.parent().map(Path::to_owned);
    }
    let options = FindOptions {
        kind: Some(PathKind::ConfigPath),
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
    let folder = config_path.with_file_name("carriers");
    let carriers = carriers_in(&folder);
    let is_alone = nodes.is_empty() && !folder.exists();
    let paths = match is_alone || config_path.exists() {
        true => vec![config_path.to_owned()],
        false => Vec::new(),
    };
    let (trees, errors) = find(&paths, &options);
    assert!(errors.is_empty(), "{}: {errors:?}", config_path.display());
    let run = Run { settings, now: NOW };
    let report = engine::lint_all(&nodes, &trees, &carriers, &run);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    report
}

/// The carriers in a folder, which are called as they are in it.
fn carriers_in(folder: &Path) -> Vec<Carrier> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        Carrier::read(&path.to_string_lossy(), &text)
    };
    paths.iter().filter_map(read).collect()
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
