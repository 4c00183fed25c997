//! Every rule, held to its documentation and to its fixtures.

mod catalogue;
mod docs;
mod examples;
mod fixtures;
mod modes;
mod sound;

use std::path::Path;

use certsd_lint::lint::{self, Report, Run, Settings};
use certsd_lint::tree::{FindOptions, Kind, TreeOptions, find};

/// 2026-06-01T00:00:00Z: the clock of every fixture.
const NOW: i64 = 1_780_272_000;

/// Lints a config path as a repository's, deployed to the default place. A `certsd-lint.toml`
/// beside it holds its settings. With a `modes.txt` beside it, it is linted as part of a node's file system.
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
    let (trees, errors) = find(&[config_path.to_owned()], &options);
    assert!(errors.is_empty(), "{}: {errors:?}", config_path.display());
    let report = lint::lint(&trees, &Run { settings, now: NOW });
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
