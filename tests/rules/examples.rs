//! The examples in the documentation, run.
//!
//! A code block stands for a file: `toml` for `docker.io/hosts.toml`, or the path named after the
//! language (`toml quay.io/hosts.toml`, `text quay.io/README.md`). A block `toml certsd-lint.toml` holds
//! settings, a block `toml config.toml` the node's configuration, a block `text modes.txt` modes (see [`super::modes`]). A file of `fixtures/pki` whose name is mentioned in a block lies beside that block's file.

use std::fs;
use std::path::Path;

use certsd_lint::lint::{RULES, Rule};

use super::{lint_tree, settings_beside};

#[test]
fn every_example_fires_and_every_remedy_is_silent() {
    let mut failures = Vec::new();
    for rule in RULES {
        let (example, remedy) = (blocks(rule, "## Example"), blocks(rule, "## Use instead"));
        assert!(!example.is_empty(), "{}: no example", rule.name);
        if cfg!(not(unix)) && example.iter().any(|block| block.path == "modes.txt") {
            continue;
        }
        if !fires(rule, &example) {
            failures.push(format!("{}: the example does not fire", rule.name));
        }
        if !remedy.is_empty() && fires(rule, &remedy) {
            failures.push(format!("{}: the remedy fires", rule.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

struct Block {
    path: String,
    text: String,
}

fn blocks(rule: &Rule, heading: &str) -> Vec<Block> {
    let docs: Vec<&str> = rule
        .docs
        .lines()
        .map(|l| l.strip_prefix(' ').unwrap_or(l))
        .collect();
    let start = docs
        .iter()
        .position(|line| *line == heading)
        .unwrap_or(docs.len());
    let section = docs
        .iter()
        .skip(start + 1)
        .take_while(|line| !line.starts_with("## "));
    let (mut found, mut open): (Vec<Block>, Option<Block>) = (Vec::new(), None);
    for line in section {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => found.push(block),
            (Some(info), None) => {
                let path = info
                    .split_whitespace()
                    .nth(1)
                    .unwrap_or("docker.io/hosts.toml");
                open = Some(Block {
                    path: path.to_owned(),
                    text: String::new(),
                });
            }
            (None, Some(mut block)) => {
                block.text += &line.replace("\\u{feff}", "\u{feff}");
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    found
}

fn fires(rule: &Rule, blocks: &[Block]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let config_path = directory.path().join("certs.d");
    for block in blocks {
        let path = match block.path.as_str() {
            "certsd-lint.toml" | "modes.txt" | "config.toml" => directory.path().join(&block.path),
            path => config_path.join(path),
        };
        let parent = path.parent().unwrap();
        fs::create_dir_all(parent).unwrap();
        if block.path.ends_with('/') {
            fs::create_dir_all(&path).unwrap();
            continue;
        }
        fs::write(&path, &block.text).unwrap();
        copy_mentioned(&block.text, parent);
    }
    let settings = settings_beside(&config_path);
    let report = lint_tree(&config_path, settings);
    report.findings.iter().any(|finding| finding.rule == rule)
}

fn copy_mentioned(text: &str, directory: &Path) {
    let pki = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki");
    for entry in fs::read_dir(pki).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if text.contains(&format!("\"{name}\"")) {
            fs::copy(&path, directory.join(&name)).unwrap();
        }
    }
}
