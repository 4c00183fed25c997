//! Every fixture of a rule whose findings carry a fix: what the fix writes is in `fixed.diff` beside it, nothing is left for a
//! second run, and the rule is silent. `BLESS=1 cargo test --test fix` writes those files; read what it wrote.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use certsd_lint::disk::{NodeFiles, TreeOptions};
use certsd_lint::facts::Check;
use certsd_lint::finding::{FixKind, Report};
use certsd_lint::fix::diff;
use certsd_lint::rules::RULES;
use certsd_lint::settings::{Layer, merge, read};

use super::{UNSAFE, mend_nodes, modes, open};

#[test]
fn every_fix_writes_what_is_expected_and_leaves_nothing_to_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let bless = std::env::var_os("BLESS").is_some();
    let mut failures = Vec::new();
    for rule in RULES {
        if matches!(rule.check, Check::Engine) {
            // What comments are about is in tests/suppressions.rs.
            continue;
        }
        let mut fixed = 0;
        for case in directories(&root.join(rule.name)) {
            match check(rule.name, &case, bless) {
                Ok(findings) => fixed += findings,
                Err(failure) => failures.push(format!("{}: {failure}", case.display())),
            }
        }
        if (fixed > 0) != (rule.fix != FixKind::None) {
            failures.push(format!(
                "{}: says {:?}, and {fixed} findings were mended",
                rule.name, rule.fix
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn directories(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            path.is_dir() && name.starts_with("fires")
        })
        .collect();
    found.sort();
    found
}

/// Mends one fixture, and says how many findings were mended.
fn check(rule: &str, case: &Path, bless: bool) -> Result<usize, String> {
    if case.join("modes.txt").exists() && cfg!(not(unix)) {
        return Ok(0);
    }
    let copy = tempfile::tempdir().unwrap();
    modes::copy(case, copy.path());
    let config_path = copy.path().join("certs.d");
    let file = Some(config_path.with_file_name("certsd-lint.toml"));
    let file = file
        .filter(|file| file.exists())
        .map(|file| read(&file).unwrap());
    let mut settings = merge(file, Layer::new(copy.path())).unwrap().settings;
    if modes::apply(&config_path) {
        settings.sysroot = Some(copy.path().to_owned());
    }
    let options = TreeOptions {
        deploy_path: match (&settings.deploy_path, &settings.sysroot) {
            (None, None) => Some("/etc/containerd/certs.d".to_owned()),
            (said, _) => said.clone(),
        },
        sysroot: settings.sysroot.clone(),
    };
    let config = config_path.with_file_name("config.toml");
    let nodes: Vec<NodeFiles> = match config.exists() {
        true => vec![NodeFiles::deployed(&config)],
        false => Vec::new(),
    };
    let trees = match config_path.exists() {
        true => open(&config_path, options),
        false => Vec::new(),
    };
    let without_fix = Cell::new(None);
    let keep = |report: &mut Report| {
        report.findings.retain(|f| f.rule.name == rule);
        if without_fix.get().is_none() {
            let none = report.findings.iter().filter(|f| f.fix.is_none());
            without_fix.set(Some(none.count()));
        }
    };
    let fixing = mend_nodes(&nodes, &trees, settings.clone(), UNSAFE, &keep);
    if !fixing.refused.is_empty() {
        return Err(format!("{:?}", fixing.refused));
    }
    let left: Vec<String> = fixing.report.findings.iter().map(|f| f.message).collect();
    if Some(left.len()) > without_fix.get() {
        return Err(format!("is not silent afterwards: {left:?}"));
    }
    let mut text = Vec::new();
    for file in &fixing.files {
        let path = file
            .path
            .replace(&format!("{}/", copy.path().display()), "");
        text.extend(diff(&path, &file.original.bytes, &file.text));
        fs::write(&file.original.disk.as_ref().unwrap().path, &file.text).unwrap();
    }
    let again = mend_nodes(&nodes, &trees, settings, UNSAFE, &keep);
    if !again.files.is_empty() {
        return Err("a second run changes something".to_owned());
    }
    compare(&case.join("fixed.diff"), &text, bless)?;
    let files = fixing.files.iter();
    Ok(files.map(|file| file.rules.values().sum::<usize>()).sum())
}

fn compare(expected: &Path, found: &[u8], bless: bool) -> Result<(), String> {
    let known = fs::read(expected).unwrap_or_default();
    if known == found {
        return Ok(());
    }
    if bless && found.is_empty() {
        fs::remove_file(expected).unwrap();
        return Ok(());
    }
    if bless {
        fs::write(expected, found).unwrap();
        return Ok(());
    }
    Err(format!(
        "expected\n{}\nfound\n{}",
        String::from_utf8_lossy(&known),
        String::from_utf8_lossy(found)
    ))
}
