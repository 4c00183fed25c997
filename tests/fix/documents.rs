//! What safe fixes never do, whatever the text: by the loader's own judgement, and not by the engine's.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use certsd_lint::containerd::hosts::Host;
use certsd_lint::containerd::{HostsToml, Outcome, Release, Role, Verdict, load_directory};
use certsd_lint::disk::{FindOptions, PathKind, Tree, TreeOptions, find, registry_host};
use certsd_lint::finding::{Report, Settings, Severity};
use certsd_lint::fix::{Choice, Fixing, Refusal};
use proptest::prelude::*;

use super::vectors::{Case, read};
use super::{SAFE, UNSAFE, mend};

#[path = "../properties/document.rs"]
mod document;

/// One test for each file, so that they run side by side.
macro_rules! hold {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            hold(stringify!($name));
        }
    )*};
}

hold!(hand random mutate);

fn hold(file: &str) {
    let (mut failures, mut mended) = (Vec::new(), 0);
    for case in read(file) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("certs.d");
        write(&root, &case);
        match check(&root) {
            Ok(files) => mended += files,
            Err(why) => failures.push(format!("{}: {why}", case.id)),
        }
    }
    let shown: Vec<&str> = failures.iter().take(8).map(String::as_str).collect();
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        shown.join("\n")
    );
    assert!(mended >= 20, "{mended} files were mended");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated(text in document::document()) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("certs.d");
        fs::create_dir_all(root.join("docker.io")).unwrap();
        fs::write(root.join("docker.io/hosts.toml"), &text).unwrap();
        if let Err(why) = check(&root) {
            prop_assert!(false, "{why}");
        }
    }
}

fn write(root: &Path, case: &Case) {
    fs::create_dir_all(root).unwrap();
    for (name, content) in &case.files {
        let path = root.join(name);
        match content {
            None => fs::create_dir_all(&path).unwrap(),
            Some(content) => {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, content.bytes()).unwrap();
            }
        }
    }
}

fn settings() -> Settings {
    Settings {
        releases: Release::newest().collect(),
        ..Settings::default()
    }
}

/// Mends the tree, safely and then as far as can be, and judges both; how many files the safe fixes changed.
fn check(root: &Path) -> Result<usize, String> {
    let options = FindOptions {
        kind: Some(PathKind::ConfigPath),
        tree: TreeOptions {
            deploy_path: Some(root.to_string_lossy().into_owned()),
            sysroot: None,
        },
        ..FindOptions::default()
    };
    // Some cases are of directories that are none, or hold nothing.
    let (trees, _) = find(&[root.to_owned()], &options);
    let mended = run(&trees, SAFE)?.files.len();
    // Of mirrors that take pushes one hides the next: the file with two hundred would take as many rounds.
    if fs::metadata(root.join("docker.io/hosts.toml")).is_ok_and(|file| file.len() < 4096) {
        run(&trees, UNSAFE)?;
    }
    Ok(mended)
}

/// What was found at first.
struct Seen {
    fixable: usize,
    errors: BTreeMap<(&'static str, String, Release), usize>,
    /// The text could be read at all.
    is_document: bool,
}

fn run(trees: &[Tree], choice: Choice) -> Result<Fixing, String> {
    let first = RefCell::new(None);
    let keep = |report: &mut Report| {
        let mut first = first.borrow_mut();
        if first.is_none() {
            *first = Some(Seen {
                fixable: report.findings.iter().filter(|f| choice.takes(f)).count(),
                errors: errors(report, choice, true),
                is_document: !report
                    .findings
                    .iter()
                    .any(|f| ["invalid-toml", "duplicate-key"].contains(&f.rule.name)),
            });
        }
    };
    let fixing = mend(trees, settings(), choice, &keep);
    let before = first.take().unwrap();
    if before.fixable == 0 {
        return Ok(fixing);
    }
    for refused in &fixing.refused {
        if !matches!(refused.refusal, Refusal::HeldBack(_)) {
            return Err(format!("a bug: {refused:?}\n{}", texts(&fixing)));
        }
    }
    let outcomes = |trees: &[Tree]| -> BTreeMap<(String, Release), Outcome> {
        let mut all = BTreeMap::new();
        for tree in trees {
            for namespace in tree.namespaces().unwrap() {
                for release in Release::newest() {
                    let host = registry_host(&namespace.name);
                    let directory = format!("{}/{}", tree.root, namespace.name);
                    let outcome = load_directory(release, tree, &directory, &host);
                    all.insert((namespace.name.clone(), release), outcome);
                }
            }
        }
        all
    };
    let old = outcomes(trees);
    let back: Vec<_> = fixing
        .files
        .iter()
        .map(|file| {
            let path = file.original.disk.as_ref().unwrap().path.clone();
            fs::write(&path, &file.text).unwrap();
            (path, file.original.bytes.clone())
        })
        .collect();
    let new = outcomes(trees);
    let again = mend(trees, settings(), choice, &|_| {});
    let after = &again.report;
    if !again.files.is_empty() {
        return Err(format!(
            "a second run changes more\n{}\nthen\n{}",
            texts(&fixing),
            texts(&again)
        ));
    }
    for (key, old) in &old {
        if rank(&new[key]) < rank(old) {
            return Err(format!("{key:?} fares worse\n{}", texts(&fixing)));
        }
        if choice == SAFE {
            let (had, has) = (distinct(&old.entries), new[key].entries.len());
            if has < had {
                let text = texts(&fixing);
                return Err(format!("{key:?}: of {had} entries {has} are left\n{text}"));
            }
        }
    }
    // What could not be read at all had one error, and may have others.
    let could_be_read =
        |key: &(String, Release)| old.get(key).is_some_and(|o| !o.entries.is_empty());
    for (key, count) in errors(after, choice, false) {
        let (rule, namespace, release) = &key;
        if could_be_read(&(namespace.clone(), *release))
            && before.is_document
            && count > before.errors.get(&key).copied().unwrap_or_default()
        {
            return Err(format!(
                "{rule} is new in {namespace} for {release}\n{}",
                texts(&fixing)
            ));
        }
    }
    for (path, bytes) in back {
        fs::write(path, bytes).unwrap();
    }
    Ok(fixing)
}

/// How many entries there are, each counted once.
fn distinct(entries: &[Host]) -> usize {
    let urls: BTreeSet<_> = entries
        .iter()
        .map(|host| {
            (
                host.role == Role::Server,
                &host.scheme,
                &host.host,
                &host.path,
            )
        })
        .collect();
    urls.len()
}

fn rank(outcome: &Outcome) -> u8 {
    match (outcome.verdict, outcome.hosts_toml) {
        (Verdict::Crash, _) => 0,
        (Verdict::PullsFail, _) => 1,
        (_, HostsToml::Ignored) => 2,
        _ => 3,
    }
}

/// The errors of each rule, and with unsafe fixes the warnings; of these, those that have a fix themselves only with `all`.
fn errors(
    report: &Report,
    choice: Choice,
    all: bool,
) -> BTreeMap<(&'static str, String, Release), usize> {
    let mut counts = BTreeMap::new();
    for finding in &report.findings {
        let Some(namespace) = &finding.namespace else {
            continue;
        };
        // Safe fixes may leave to unsafe ones what they bring to light.
        let least = match choice == SAFE {
            true => Severity::Error,
            false => Severity::Warning,
        };
        let is_one = finding.severity == Severity::Error || all || finding.fix.is_none();
        if finding.severity >= least && is_one {
            for release in &finding.releases {
                let key = (finding.rule.name, namespace.clone(), *release);
                *counts.entry(key).or_default() += 1;
            }
        }
    }
    counts
}

fn texts(fixing: &Fixing) -> String {
    let files = fixing.files.iter();
    let texts = files.map(|file| {
        let diff = certsd_lint::fix::diff(&file.path, &file.original.bytes, &file.text);
        format!("{:?}\n{}", file.rules, String::from_utf8_lossy(&diff))
    });
    texts.collect()
}
