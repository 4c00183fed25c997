//! What Git and the file system say of a tree, and fixtures cannot: links, tracked files, files that may not be read.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use certsd_lint::disk::{FindOptions, PathKind, TreeOptions, find};
use certsd_lint::engine;
use certsd_lint::finding::{Finding, Run, Settings};

/// 2026-06-01T00:00:00Z.
const NOW: i64 = 1_780_272_000;

/// A config path with `docker.io/hosts.toml` and a good client pair beside it.
fn tree() -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let config_path = directory.path().join("certs.d");
    let namespace = config_path.join("docker.io");
    fs::create_dir_all(&namespace).unwrap();
    let text = "[host.\"https://mirror.internal\"]\nclient = [[\"node.pem\", \"node.key\"]]\n";
    fs::write(namespace.join("hosts.toml"), text).unwrap();
    let pki = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki");
    fs::copy(pki.join("client-rsa.pem"), namespace.join("node.pem")).unwrap();
    fs::copy(pki.join("client-rsa.key"), namespace.join("node.key")).unwrap();
    set_mode(&namespace.join("node.key"), 0o600);
    (directory, config_path)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// `rule: message` of what these rules find.
fn found(config_path: &Path, tree: TreeOptions, rules: &[&str]) -> Vec<String> {
    let shown = |finding: &Finding| format!("{}: {}", finding.rule.name, finding.message);
    findings(config_path, tree, rules)
        .iter()
        .map(shown)
        .collect()
}

fn findings(config_path: &Path, tree: TreeOptions, rules: &[&str]) -> Vec<Finding> {
    let options = FindOptions {
        kind: Some(PathKind::ConfigPath),
        tree,
        ..FindOptions::default()
    };
    let (trees, errors) = find(&[config_path.to_owned()], &options);
    assert!(errors.is_empty(), "{errors:?}");
    let settings = Settings::default();
    let report = engine::lint(&trees, &Run { settings, now: NOW });
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    report
        .findings
        .iter()
        .filter(|finding| rules.contains(&finding.rule.name))
        .collect()
}

fn git(directory: &Path, arguments: &[&str]) -> bool {
    let status = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(arguments)
        .status();
    status.is_ok_and(|status| status.success())
}

#[test]
fn a_key_that_git_tracks_is_exposed_and_an_untracked_one_is_not() {
    let (directory, config_path) = tree();
    if !git(directory.path(), &["init", "--quiet"]) {
        return; // No Git here: then nothing can be asked of it.
    }
    let rules = ["private-key-exposed"];
    let key = config_path.join("docker.io/node.key");
    // Modes do not count in a repository.
    set_mode(&key, 0o644);
    assert!(found(&config_path, TreeOptions::default(), &rules).is_empty());
    assert!(git(directory.path(), &["add", "certs.d"]));
    assert_eq!(
        found(&config_path, TreeOptions::default(), &rules),
        ["private-key-exposed: private key `node.key` is tracked by Git"]
    );
    assert!(git(
        directory.path(),
        &["rm", "--quiet", "--cached", "certs.d/docker.io/node.key"]
    ));
    assert!(found(&config_path, TreeOptions::default(), &rules).is_empty());
}

#[test]
fn a_password_under_an_unknown_key_is_in_the_history_once_git_tracks_the_file() {
    let (directory, config_path) = tree();
    if !git(directory.path(), &["init", "--quiet"]) {
        return; // No Git here.
    }
    let text = "[host.\"https://mirror.internal\"]\nusername = \"u\"\npassword = \"hunter22\"\n";
    fs::write(config_path.join("docker.io/hosts.toml"), text).unwrap();
    let helps = || -> Vec<String> {
        let found = findings(&config_path, TreeOptions::default(), &["unknown-key"]);
        found.into_iter().map(|finding| finding.help).collect()
    };
    let before = helps();
    assert_eq!(before.len(), 1, "{before:?}");
    assert!(!before[0].contains("Git history"), "{before:?}");
    assert!(git(directory.path(), &["add", "certs.d"]));
    let after = helps();
    assert!(
        after[0].contains("Replace the credentials, because they are in the Git history"),
        "{after:?}"
    );
}

/// Git's own index in every version, and in the forms that leave something out.
#[test]
fn every_form_of_the_index() {
    let (directory, config_path) = tree();
    let run = |arguments: &[&str]| git(directory.path(), arguments);
    if !run(&["init", "--quiet"]) || !run(&["add", "certs.d"]) {
        return; // No Git here: then there is no index.
    }
    let rules = ["private-key-exposed"];
    let found = || found(&config_path, TreeOptions::default(), &rules);
    let tracked = ["private-key-exposed: private key `node.key` is tracked by Git"];
    for version in ["2", "3", "4"] {
        assert!(run(&["update-index", "--index-version", version]));
        assert_eq!(found(), tracked, "{version}");
    }
    // A working tree of its own, and what is below it in a repository that stays.
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    assert!(run(&[&identity[..], &["commit", "-q", "-m", "a"]].concat()));
    let work = tempfile::tempdir().unwrap();
    let other = work.path().join("other");
    assert!(run(&["worktree", "add", "-q", other.to_str().unwrap()]));
    set_mode(&other.join("certs.d/docker.io/node.key"), 0o600);
    assert_eq!(
        self::found(&other.join("certs.d"), TreeOptions::default(), &rules),
        tracked
    );
    assert!(run(&["update-index", "--split-index"]));
    assert_eq!(
        found(),
        [
            "private-key-exposed: the private key in `node.key` may be tracked by Git: its index is split"
        ]
    );
}

#[test]
fn a_broken_repository_is_no_reason_to_fail() {
    let (directory, config_path) = tree();
    fs::write(directory.path().join(".git"), "gitdir: /nowhere\n").unwrap();
    assert!(
        found(
            &config_path,
            TreeOptions::default(),
            &["private-key-exposed"]
        )
        .is_empty()
    );
}

#[test]
fn a_link_that_leads_nowhere_is_no_namespace() {
    let (_directory, config_path) = tree();
    symlink("docker.io", config_path.join("quay.io")).unwrap();
    symlink("../shared/ghcr.io", config_path.join("ghcr.io")).unwrap();
    assert_eq!(
        found(
            &config_path,
            TreeOptions::default(),
            &["unreachable-namespace"]
        ),
        ["unreachable-namespace: `ghcr.io` is a link to nothing"]
    );
}

#[test]
fn a_key_that_only_root_may_read_is_not_said_to_be_missing() {
    let (_directory, config_path) = tree();
    let key = config_path.join("docker.io/node.key");
    set_mode(&key, 0o000);
    if fs::read(&key).is_ok() {
        return; // We are root.
    }
    assert_eq!(
        found(
            &config_path,
            TreeOptions::default(),
            &["missing-tls-file", "unverifiable-tls-file"]
        ),
        ["unverifiable-tls-file: `node.key`, which this user may not read, was not looked at"]
    );
}
