//! The examples in the documentation, run.
//!
//! A code block is one file. Its first line is a comment with the file's path in the config path, because what renders the
//! pages drops what stands behind the fence: `# docker.io/hosts.toml`. `# certsd-lint.toml` holds settings, `# config.toml` is
//! the node's configuration. In a `text` block that line is no part of the file. A block `sh` sets modes: `chmod 0644 docker.io/client.key`
//! (see [`super::modes`]). A file of `fixtures/pki` whose name is mentioned in a block lies beside that block's file.

use std::fs;
use std::path::Path;

use certsd_lint::facts::Rule;
use certsd_lint::finding::Category;
use certsd_lint::rules::RULES;

use super::{lint_tree, settings_beside};

#[test]
fn every_example_fires_and_every_remedy_is_silent() {
    let mut failures = Vec::new();
    for rule in RULES {
        let (example, remedy) = (blocks(rule, "Example"), blocks(rule, "Use instead"));
        assert!(!example.is_empty(), "{}: no example", rule.name);
        if example == remedy {
            failures.push(format!("{}: example and remedy are the same", rule.name));
        }
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

#[derive(PartialEq)]
struct Block {
    path: String,
    text: String,
}

/// The files that the code blocks of a section stand for.
fn blocks(rule: &Rule, heading: &str) -> Vec<Block> {
    let section = rule.section(heading).unwrap_or_default();
    let (mut found, mut open): (Vec<Block>, Option<(String, String)>) = (Vec::new(), None);
    for line in section.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some((language, text))) => found.push(block(rule, &language, &text)),
            (Some(language), None) => open = Some((language.to_owned(), String::new())),
            (None, Some((language, text))) => open = Some((language, format!("{text}{line}\n"))),
            (None, None) => {}
        }
    }
    found
}

fn block(rule: &Rule, language: &str, text: &str) -> Block {
    if language == "sh" {
        return Block {
            path: "modes.txt".to_owned(),
            text: text.replace("chmod ", ""),
        };
    }
    let text = text.replace("\\u{feff}", "\u{feff}");
    let (first, rest) = text.split_once('\n').unwrap_or_default();
    let comment = first.trim_start_matches('\u{feff}').strip_prefix("# ");
    let path = comment.and_then(|comment| comment.split(' ').next());
    let path = path.unwrap_or_else(|| panic!("{}: a code block names no file", rule.name));
    Block {
        path: path.to_owned(),
        text: match language {
            "text" => rest.to_owned(),
            _ => text.clone(),
        },
    }
}

fn fires(rule: &Rule, blocks: &[Block]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let config_path = directory.path().join("certs.d");
    for block in blocks {
        let path = match block.path.as_str() {
            "certsd-lint.toml" | "modes.txt" | "config.toml" => directory.path().join(&block.path),
            path if rule.category == Category::Carriers => {
                directory.path().join("carriers").join(path)
            }
            path => config_path.join(path),
        };
        let parent = path.parent().unwrap();
        fs::create_dir_all(parent).unwrap();
        fs::write(&path, &block.text).unwrap();
        copy_mentioned(&block.text, parent);
    }
    let settings = settings_beside(&config_path);
    let report = lint_tree(&config_path, settings);
    report
        .findings
        .iter()
        .any(|finding| finding.rule.name == rule.name)
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
