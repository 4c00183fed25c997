//! What the rules claim: an error wherever containerd drops the file, fails the pulls or dies, and none
//! where it does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use certsd_lint::containerd::Release;
use certsd_lint::disk::{FindOptions, PathKind, TreeOptions, find};
use certsd_lint::engine;
use certsd_lint::finding::{Consequence, Run, Settings, Severity};

use super::vectors::{Case, Expected, LOADER, assert_none, read};

/// (release, directory, rule) of findings that claim that containerd goes without the file.
type Claims = BTreeSet<(Release, String, &'static str)>;

/// One test for each file, so that they run side by side.
macro_rules! hold {
    ($($name:ident: $file:literal)*) => {$(
        #[test]
        fn $name() {
            hold($file);
        }
    )*};
}

hold! {
    hand: "hand"
    random: "random"
    mutate: "mutate"
    tree: "tree"
    pki: "pki"
    patches: "patches"
    patches_extra: "patches-extra"
}

fn hold(file: &str) {
    assert!(LOADER.contains(&file));
    let (mut contradictions, mut outcomes) = (Vec::new(), 0);
    for case in read(file) {
        let claims = claims(&case);
        for expected in &case.expect {
            let Some(directory) = &expected.dir else {
                continue;
            };
            for release in expected.releases() {
                outcomes += 1;
                if let Err(why) = compare(&claims, release, directory, expected) {
                    contradictions.push(format!("{} [{release}] {why}", case.id));
                }
            }
        }
    }
    assert_none(&contradictions, outcomes);
}

fn compare(
    claims: &Claims,
    release: Release,
    directory: &str,
    expected: &Expected,
) -> Result<(), String> {
    let rules: Vec<&str> = claims
        .iter()
        .filter(|(r, d, _)| *r == release && d == directory)
        .map(|(_, _, rule)| *rule)
        .collect();
    let fatal = expected.panic || expected.error.is_some() || expected.hosts_toml_ignored.is_some();
    match (fatal, rules.is_empty()) {
        (true, true) => Err("no error, though containerd goes without the file".to_owned()),
        (false, false) => Err(format!("{rules:?} claim what containerd does not do")),
        _ => Ok(()),
    }
}

/// Lints the case as a tree in use on this machine, for all releases of which it has outcomes, at once.
fn claims(case: &Case) -> Claims {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("certs.d");
    fs::create_dir_all(&root).unwrap();
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
    let options = FindOptions {
        kind: Some(PathKind::ConfigPath),
        tree: TreeOptions {
            deploy_path: Some(root.to_string_lossy().into_owned()),
            sysroot: None,
        },
        ..FindOptions::default()
    };
    let (trees, _) = find(&[root], &options);
    let settings = Settings {
        releases: case.expect.iter().flat_map(Expected::releases).collect(),
        ..Settings::default()
    };
    let report = engine::lint(&trees, &Run { settings, now: 0 });
    assert!(
        report.failures.is_empty(),
        "{}: {:?}",
        case.id,
        report.failures
    );
    let mut claims = BTreeMap::new();
    for finding in &report.findings {
        let fatal = [
            Consequence::FileIgnored,
            Consequence::PullsFail,
            Consequence::Crash,
        ];
        // What a finding says of the time when the file loads is no claim about now.
        let is_conditional = finding.effect.starts_with("once the file loads");
        if !fatal.contains(&finding.consequence) || is_conditional {
            continue;
        }
        assert_eq!(
            finding.severity,
            Severity::Error,
            "{}: {}",
            case.id,
            finding.message
        );
        let namespace = finding.namespace.clone().unwrap_or_default();
        for release in &finding.releases {
            claims.insert((*release, namespace.clone(), finding.rule.name), ());
        }
    }
    claims.into_keys().collect()
}
