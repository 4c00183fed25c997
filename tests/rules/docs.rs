//! `docs/rules/*.md`, generated from the rules and kept current.
//!
//! `BLESS=1 cargo test --test rules` writes them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use certsd_lint::facts::Rule;
use certsd_lint::finding::{Category, FixKind};
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
    page += "| category | severity | by default | consequence | releases | fix |\n| --- | --- | --- | --- | --- | --- |\n";
    writeln!(
        page,
        "| {} | {} | {} | {} | {} | {} |",
        rule.category.word(),
        rule.severity.word(),
        if rule.on { "on" } else { "off" },
        rule.consequence.word(),
        rule.releases,
        fix(rule)
    )
    .unwrap();
    page += &linked(rest.trim_end(), rule);
    let file = format!(
        "{}/{}.rs",
        rule.category.word(),
        rule.name.replace('-', "_")
    );
    writeln!(
        page,
        "\n[Source code of the rule](../../rules/{file}) · [All rules](README.md)"
    )
    .unwrap();
    page
}

/// The kind of fix, with the flags that write it.
fn fix(rule: &Rule) -> String {
    let flags = match rule.fix {
        FixKind::None => return "none".to_owned(),
        FixKind::Safe => "`--fix`",
        FixKind::Unsafe => "`--fix --unsafe-fixes`",
    };
    format!("[{}](../../README.md#fixing): {flags}", rule.fix.word())
}

/// The text with links: to other rules, recordings, issues and containerd's documentation. Code blocks are left alone, and
/// several empty lines become one.
fn linked(text: &str, rule: &Rule) -> String {
    let (mut page, mut is_code, mut was_empty) = (String::new(), false, false);
    for line in text.split('\n') {
        let is_fence = line.starts_with("```");
        let is_empty = line.is_empty() && !is_code;
        if !(is_empty && was_empty) {
            match is_code || is_fence {
                true => page += line,
                false => page += &issues(&spans(line, rule)),
            }
            page.push('\n');
        }
        was_empty = is_empty;
        is_code ^= is_fence;
    }
    page
}

/// Links the code spans of a line that name something with a place of its own.
fn spans(line: &str, rule: &Rule) -> String {
    if line.matches('`').count() % 2 == 1 {
        return line.to_owned(); // A span begins or ends in another line.
    }
    let mut out = String::new();
    for (index, part) in line.split('`').enumerate() {
        let is_span = index % 2 == 1;
        let is_rule = part != rule.name && RULES.iter().any(|other| other.name == part);
        out += &match part {
            _ if !is_span => part.to_owned(),
            _ if is_rule => format!("[`{part}`]({part}.md)"),
            "fixtures/conformance" => format!("[`{part}`](../../{part}/README.md)"),
            _ if part.starts_with("fixtures/") => format!("[`{part}`](../../{part})"),
            _ if part.starts_with("docs/") => {
                format!("[`{part}`](https://github.com/containerd/containerd/blob/main/{part})")
            }
            _ => format!("`{part}`"),
        };
    }
    out
}

/// Links issues: `containerd#123`, `k3s#123`, `owner/name#123`. A number alone is one of containerd.
fn issues(line: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '/' || c == '-';
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('#') {
        let start = rest[..at]
            .rfind(|c: char| !is_name(c))
            .map_or(0, |before| before + 1);
        let digits = rest[at + 1..]
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len() - at - 1);
        let (name, end) = (&rest[start..at], at + 1 + digits);
        let repository = match name {
            "" | "containerd" => Some("containerd/containerd"),
            "k3s" => Some("k3s-io/k3s"),
            "rke2" => Some("rancher/rke2"),
            _ if name.contains('/') => Some(name),
            _ => None,
        };
        match repository {
            Some(repository) if digits >= 3 => {
                let number = &rest[at + 1..end];
                let text = &rest[start..end];
                out += &rest[..start];
                out += &format!("[{text}](https://github.com/{repository}/issues/{number})");
            }
            _ => out += &rest[..end],
        }
        rest = &rest[end..];
    }
    out + rest
}

fn index() -> String {
    let mut page = "# Rules\n\n`certsd-lint rules` prints this list, and `certsd-lint explain RULE` the page of a rule. \
         The pages are generated from the source code.\n"
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
