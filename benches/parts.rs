//! The parts of a run, each by itself: `cargo bench`. Whole runs are measured by `benches/whole-runs`.

use std::fs;
use std::path::Path;

use certsd_lint::containerd::{Release, load_directory};
use certsd_lint::disk::{Tree, TreeOptions};
use certsd_lint::engine;
use certsd_lint::finding::{Report, Run, Settings};
use certsd_lint::report::{self, Format, Options};
use certsd_lint::toml::view::Document;
use clap::ValueEnum;
use divan::{Bencher, black_box};

/// 2026-06-01: the certificates of the fixtures are valid then.
const NOW: i64 = 1_780_272_000;

const HOSTS_TOML: &str = r#"# Owned by the platform team.
server = "https://registry.corp.internal"
ca = "ca.crt"

[host."https://cache.corp.internal:5000"]
  capabilities = ["pull"]
  ca = "ca.crt"

[host."https://mirror.corp.internal".header]
  X-Team = "platform"
"#;

const BROKEN: &str = r#"server = "registry.corp.internal"

[hosts."https://cache.corp.internal:5000"]
  capabilities = "pull"

[host."https://mirror.corp.internal"]
  capabilities = ["pull", "reslove"]
  plain_http = true
"#;

fn main() {
    divan::main();
}

/// A tree of so many namespaces, a quarter with a CA.
fn tree(namespaces: usize, text: &str) -> (tempfile::TempDir, Tree) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let authority = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki/ca-ec.pem");
    for index in 0..namespaces {
        let directory = folder
            .path()
            .join(format!("registry-{index}.corp.internal"));
        fs::create_dir(&directory).expect("the folder is new");
        fs::write(directory.join("hosts.toml"), text).expect("the directory is new");
        if index % 4 == 0 {
            fs::copy(&authority, directory.join("ca.crt")).expect("the fixture is there");
        }
    }
    let tree = Tree::open(folder.path(), "certs.d", &TreeOptions::default());
    (folder, tree)
}

fn lint(tree: &Tree, settings: Settings) -> Report {
    let run = Run { settings, now: NOW };
    engine::lint(std::slice::from_ref(tree), &run)
}

#[divan::bench]
fn parse() -> Document {
    Document::parse(black_box(HOSTS_TOML)).expect("it is TOML")
}

/// One release of each line, for which everything is read and decoded anew.
#[divan::bench(args = ["1.5", "1.7", "2.0", "2.3"])]
fn model(bencher: Bencher, release: &str) {
    let release: Release = release.parse().expect("it is known");
    let (_folder, tree) = tree(1, HOSTS_TOML);
    let host = "registry-0.corp.internal";
    let directory = format!("{}/{host}", tree.root);
    bencher.bench(|| load_directory(release, &tree, &directory, host));
}

#[divan::bench(args = [1, 10, 1_000], sample_count = 20)]
fn sound_namespaces(bencher: Bencher, count: usize) {
    let (_folder, tree) = tree(count, HOSTS_TOML);
    bencher.bench(|| lint(&tree, Settings::default()));
}

#[divan::bench(args = [1, 10, 1_000], sample_count = 20)]
fn broken_namespaces(bencher: Bencher, count: usize) {
    let (_folder, tree) = tree(count, BROKEN);
    bencher.bench(|| lint(&tree, Settings::default()));
}

/// The reports of a thousand namespaces with findings.
#[divan::bench(args = Format::value_variants(), sample_count = 10)]
fn format(bencher: Bencher, format: &Format) {
    let (_folder, tree) = tree(1_000, BROKEN);
    let report = lint(&tree, Settings::default());
    bencher.bench(|| {
        let mut text = Vec::new();
        report::write(*format, &report, &Options::default(), &mut text).expect("memory takes it");
        text
    });
}
