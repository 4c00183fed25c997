//! The nodes of `fixtures/node`: what `certsd-lint node` and linting say of them.

use std::fs;
use std::path::{Path, PathBuf};

use certsd_lint::cli::node::{Args, run};
use certsd_lint::containerd::Release;
use certsd_lint::disk::NodeFiles;
use certsd_lint::engine::lint_nodes;
use certsd_lint::finding::{Run, Settings};
use certsd_lint::report::{self, Format, Options};
use clap::Parser;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: Args,
}

/// Where the config.toml of a node is.
const CONFIGS: [&str; 2] = [
    "etc/containerd/config.toml",
    "var/lib/rancher/k3s/agent/etc/containerd/config.toml",
];

#[test]
fn nodes_are_answered_and_linted_as_recorded() {
    // Relative: how lines are broken must not depend on where the repository lies.
    let root = Path::new("fixtures/node");
    let mut nodes: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    nodes.sort();
    assert!(nodes.len() >= 20);
    let mut failures = Vec::new();
    for node in nodes {
        let config = CONFIGS.iter().map(|path| node.join(path));
        let config = config.into_iter().find(|path| path.exists()).unwrap();
        for (name, found) in [
            ("answer.txt", answer(&node, &config)),
            ("findings.txt", findings(&node, &config)),
        ] {
            let found = found.replace(&format!("{}/", node.display()), "");
            let path = node.join(name);
            if std::env::var_os("BLESS").is_some() {
                fs::write(&path, &found).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if expected != found {
                failures.push(format!("{}: found\n{found}", path.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn answer(node: &Path, config: &Path) -> String {
    let command = Command::parse_from([
        "node",
        config.to_str().unwrap(),
        "--sysroot",
        node.to_str().unwrap(),
        "--containerd",
        ">=1.6",
    ]);
    let mut out = anstream::StripStream::new(Vec::new());
    run(&command.args, &mut out).unwrap();
    String::from_utf8(out.into_inner()).unwrap()
}

fn findings(node: &Path, config: &Path) -> String {
    let settings = Settings {
        releases: Release::newest().skip(1).collect(),
        ..Settings::default()
    };
    let nodes = [NodeFiles::open(config, Some(node))];
    let report = lint_nodes(&nodes, &[], &Run { settings, now: 0 });
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    let mut out = Vec::new();
    report::write(Format::Concise, &report, &Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
