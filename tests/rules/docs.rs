//! `docs/rules/*.md`, generated from the rules and kept current.
//!
//! `BLESS=1 cargo test --test rules` writes them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use certsd_lint::facts::Rule;
use certsd_lint::finding::Category;
use certsd_lint::rules::RULES;

#[test]
fn the_pages_of_the_rules_are_current() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut pages: Vec<(String, String)> = RULES
        .iter()
        .map(|rule| (format!("{}.md", rule.name), page(rule)))
        .collect();
    pages.push(("README.md".to_owned(), index()));
    if std::env::var_os("BLESS").is_some() {
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        for (name, text) in &pages {
            fs::write(directory.join(name), text).unwrap();
        }
    }
    let expected: BTreeSet<String> = pages.iter().map(|(name, _)| name.clone()).collect();
    let present: BTreeSet<String> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(present, expected);
    for (name, text) in &pages {
        let written = fs::read_to_string(directory.join(name)).unwrap();
        assert!(
            written == *text,
            "docs/rules/{name} is not current: BLESS=1 writes it"
        );
    }
}

fn page(rule: &Rule) -> String {
    let markdown = rule.markdown();
    let (summary, rest) = markdown.split_once('\n').unwrap_or((&markdown, ""));
    let mut page = format!("# {}\n\n{summary}\n\n", rule.name);
    page +=
        "| category | severity | consequence | releases | fix |\n| --- | --- | --- | --- | --- |\n";
    let off = if rule.on { "" } else { " (off)" };
    writeln!(
        page,
        "| {} | {}{off} | {} | {} | {} |",
        rule.category.word(),
        rule.severity.word(),
        rule.consequence.word(),
        rule.releases,
        rule.fix.word()
    )
    .unwrap();
    page + rest
}

fn index() -> String {
    let mut page = "# Rules\n\nWritten by the tests from the rules themselves; `certsd-lint rules` prints the same list.\n"
        .to_owned();
    for category in Category::ALL {
        let rules = || RULES.iter().filter(|rule| rule.category == category);
        if rules().next().is_none() {
            continue;
        }
        let word = category.word();
        let heading = word[..1].to_uppercase() + &word[1..];
        writeln!(page, "\n## {heading}\n").unwrap();
        page += "| rule | severity | consequence | releases | fix | what it finds |\n| --- | --- | --- | --- | --- | --- |\n";
        for rule in rules() {
            let off = if rule.on { "" } else { " (off)" };
            writeln!(
                page,
                "| [{name}]({name}.md) | {}{off} | {} | {} | {} | {} |",
                rule.severity.word(),
                rule.consequence.word(),
                rule.releases,
                rule.fix.word(),
                rule.summary(),
                name = rule.name
            )
            .unwrap();
        }
    }
    page
}
