//! What holds for all rules together.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use certsd_lint::facts::Check;
use certsd_lint::rules::RULES;

const HEADINGS: [&str; 6] = [
    "## What it does",
    "## Why",
    "## Example",
    "## Use instead",
    "## When not to",
    "## Source",
];

#[test]
fn names_are_unique_sorted_and_kebab_case() {
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    let sorted: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names, sorted.into_iter().collect::<Vec<_>>());
    for name in names {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(name.chars().all(kebab), "{name}");
        assert!(
            !name.starts_with("no-"),
            "{name}: a name says what is at fault"
        );
    }
}

#[test]
fn one_rule_is_one_file_of_its_name_in_the_folder_of_its_category() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files = BTreeSet::new();
    for folder in fs::read_dir(root).unwrap().map(|entry| entry.unwrap()) {
        if !folder.path().is_dir() {
            continue;
        }
        for file in fs::read_dir(folder.path()).unwrap() {
            let name = file.unwrap().file_name().to_string_lossy().into_owned();
            let name = name.strip_suffix(".rs").unwrap().replace('_', "-");
            if name != "mod" {
                files.insert((folder.file_name().to_string_lossy().into_owned(), name));
            }
        }
    }
    let rules: BTreeSet<(String, String)> = RULES
        .iter()
        .map(|rule| (rule.category.word().to_owned(), rule.name.to_owned()))
        .collect();
    assert_eq!(files, rules);
}

#[test]
fn every_rule_is_documented_under_the_fixed_headings() {
    for rule in RULES {
        let summary = rule.summary();
        assert!(
            !summary.is_empty() && summary.len() <= 100,
            "{}: {summary}",
            rule.name
        );
        assert!(!summary.ends_with('.'), "{}", rule.name);
        let headings: Vec<&str> = rule
            .docs
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("## "))
            .collect();
        assert_eq!(headings, HEADINGS, "{}", rule.name);
    }
}

#[test]
fn every_rule_that_looks_by_itself_has_fixtures_of_both_kinds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    for rule in RULES
        .iter()
        .filter(|rule| !matches!(rule.check, Check::Engine))
    {
        let cases: Vec<String> = fs::read_dir(root.join(rule.name))
            .unwrap_or_else(|_| panic!("{} has no fixtures", rule.name))
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        for kind in ["fires", "silent"] {
            assert!(
                cases.iter().any(|c| c.starts_with(kind)),
                "{}: no {kind}*",
                rule.name
            );
        }
    }
    for entry in fs::read_dir(&root).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(
            RULES.iter().any(|rule| rule.name == name),
            "fixtures for no rule: {name}"
        );
    }
}

#[test]
fn security_severities_are_numbers_that_github_takes() {
    for rule in RULES {
        if let Some(text) = rule.security_severity {
            let value: f64 = text.parse().unwrap();
            assert!(value > 0.0 && value <= 10.0, "{}", rule.name);
        }
    }
}
