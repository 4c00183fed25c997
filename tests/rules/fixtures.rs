//! `fixtures/rules/<rule>/fires*` and `silent*`: trees in which the rule has something to say, and their
//! sound twins.
//!
//! A case holds `certs.d`, or the node's `config.toml`, or both, perhaps `certsd-lint.toml` with settings, perhaps `modes.txt` (see [`crate::modes`]), and
//! where the rule fires `expected.txt`: its findings as a person sees them. `BLESS=1 cargo test --test rules` writes those
//! files; read what it wrote.

use std::fs;
use std::path::{Path, PathBuf};

use certsd_lint::facts::is_proposable;
use certsd_lint::finding::Finding;
use certsd_lint::report::{self, Format, Options};

use super::{lint_tree, modes, settings_beside};

#[test]
fn rules_fire_on_their_fixtures_and_are_silent_on_the_twins() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let bless = std::env::var_os("BLESS").is_some();
    let mut failures = Vec::new();
    for rule in directories(&root) {
        for case in directories(&rule) {
            if let Err(failure) = check(&rule, &case, bless) {
                failures.push(failure);
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn directories(parent: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(parent)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

/// A URL in a help that Go or the `url` crate rejects. Samples with an ellipsis are not meant to be written.
fn unproposable_url(finding: &Finding) -> Option<String> {
    let urls = finding.help.split(['`', '"', '\'', ' ', '\n']);
    let mut urls = urls.filter(|word| word.starts_with("http://") || word.starts_with("https://"));
    urls.find(|url| !url.contains('…') && url.len() > 8 && !is_proposable(url))
        .map(str::to_owned)
}

/// The finding, with its paths below a directory.
fn relative(mut finding: Finding, prefix: &str) -> Finding {
    let related = finding.related.iter_mut();
    let texts = related.flat_map(|related| [&mut related.text, &mut related.location.path]);
    let own = [
        &mut finding.message,
        &mut finding.label,
        &mut finding.effect,
        &mut finding.help,
        &mut finding.location.path,
    ];
    for text in texts.chain(own) {
        *text = text.replace(prefix, "");
    }
    finding
}

fn check(rule: &Path, case: &Path, bless: bool) -> Result<(), String> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let (rule, shown) = (name(rule), format!("{}/{}", name(rule), name(case)));
    if case.join("modes.txt").exists() && cfg!(not(unix)) {
        return Ok(());
    }
    // A copy: what lies in this repository is tracked by Git, and modes are changed.
    let copy = tempfile::tempdir().unwrap();
    modes::copy(case, copy.path());
    let config_path = copy.path().join("certs.d");
    let mut report = lint_tree(&config_path, settings_beside(&config_path));
    report.findings.retain(|finding| finding.rule.name == rule);
    if let Some(url) = report
        .findings
        .iter()
        .find_map(|finding| unproposable_url(&finding))
    {
        return Err(format!("{shown}: proposes `{url}`"));
    }
    let expected = case.join("expected.txt");
    if name(case).starts_with("silent") {
        let messages: Vec<String> = report.findings.iter().map(|f| f.message).collect();
        return match messages.is_empty() {
            true => Ok(()),
            false => Err(format!("{shown}: fires: {messages:?}")),
        };
    }
    if report.findings.is_empty() {
        return Err(format!("{shown}: silent"));
    }
    // Lines are broken alike wherever the copy is.
    let prefix = format!("{}/", copy.path().display());
    let relative = report
        .findings
        .iter()
        .map(|finding| relative(finding, &prefix));
    report.findings = relative.collect();
    let mut out = Vec::new();
    report::write(Format::Human, &report, &Options::default(), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    if bless {
        fs::write(expected, out).unwrap();
        return Ok(());
    }
    match fs::read_to_string(&expected) {
        Ok(text) if text == out => Ok(()),
        Ok(text) => Err(format!("{shown}: expected\n{text}\nfound\n{out}")),
        Err(_) => Err(format!("{shown}: no expected.txt; found\n{out}")),
    }
}
