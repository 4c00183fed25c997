//! What the server shows of a file is what the command line finds in it, on every fixture, position for position.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde_json::Value;

use super::client::{Client, NOW, offset};
use super::root;

/// A finding, as both tell it.
type Known = (String, String, u64, u64, String);

/// The files of the fixtures that the server looks at.
fn files() -> Vec<PathBuf> {
    let found = walkdir::WalkDir::new(root().join("fixtures")).sort_by_file_name();
    let paths = found
        .into_iter()
        .filter_map(Result::ok)
        .map(|entry| entry.path().to_owned());
    // A person who names a config.toml says that it is containerd's. In an editor its place, or what it says, has to tell.
    let is_another = |path: &Path| {
        path.ends_with("config.toml") && !certsd_lint::disk::is_node_config(path, false)
    };
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        let is_carrier = path.components().any(|part| part.as_os_str() == "carriers");
        path.is_file()
            && !path.starts_with(root().join("fixtures/conformance"))
            && !is_another(path)
            && (name == "hosts.toml" || name == "config.toml" || is_carrier)
    };
    paths.filter(is_one).collect()
}

/// What the command line finds in a file, when it is named alone.
fn by_command_line(path: &Path) -> BTreeSet<Known> {
    let relative = path.strip_prefix(root()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
        .args([
            "--format",
            "json",
            "--quiet",
            "--allow-empty",
            "--now",
            &NOW.to_string(),
        ])
        .arg(relative)
        .current_dir(root())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{}: {error}: {}",
            path.display(),
            String::from_utf8_lossy(&output.stderr)
        )
    });
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings
        .filter_map(|finding| {
            let own = text(&finding["path"]);
            let byte = |end: &str| finding["location"][end]["byte"].as_u64().unwrap();
            let message = text(&finding["message"]);
            let is_own = Path::new(&own) == relative;
            let message = match is_own {
                true => message,
                // A directory, or a certificate: no text of its own to show it in.
                false => format!("{own}: {message}"),
            };
            let is_elsewhere = !is_own && (byte("end") > 0 || !is_hosts_file(path));
            let known = (
                text(&finding["rule"]),
                text(&finding["severity"]),
                byte("start"),
                byte("end"),
                message,
            );
            (!is_elsewhere).then_some(known)
        })
        .collect()
}

fn is_hosts_file(path: &Path) -> bool {
    path.ends_with("hosts.toml")
}

/// What the server shows in it.
fn by_server(path: &Path, text: &str) -> BTreeSet<Known> {
    let mut client = Client::new();
    client.open(path, text);
    let diagnostics = client.diagnostics(path).into_iter();
    diagnostics
        .map(|diagnostic| {
            let range = &diagnostic["range"];
            let byte = |end: &str| offset(text, &range[end]) as u64;
            let severity = match diagnostic["severity"].as_u64() {
                Some(1) => "error",
                Some(2) => "warning",
                _ => "note",
            };
            let message = diagnostic["message"].as_str().unwrap();
            (
                diagnostic["code"].as_str().unwrap_or_default().to_owned(),
                severity.to_owned(),
                byte("start"),
                byte("end"),
                message.lines().next().unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

#[test]
fn every_fixture() {
    let files = files();
    let halves = files.chunks(files.len().div_ceil(4));
    let (looked_at, found, differences) = thread::scope(|scope| {
        let running: Vec<_> = halves.map(|files| scope.spawn(|| compare(files))).collect();
        let parts = running.into_iter().map(|part| part.join().unwrap());
        parts.fold((0, 0, Vec::new()), |all, part| {
            (all.0 + part.0, all.1 + part.1, [all.2, part.2].concat())
        })
    });
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(
        looked_at > 600 && found > 600,
        "{looked_at} files, {found} findings"
    );
}

fn compare(files: &[PathBuf]) -> (usize, usize, Vec<String>) {
    let (mut looked_at, mut found, mut differences) = (0, 0, Vec::new());
    for path in files {
        // What is no text is no editor's.
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        let (ours, theirs) = (by_server(path, &text), by_command_line(path));
        looked_at += 1;
        found += theirs.len();
        if ours != theirs {
            let missing: Vec<_> = theirs.difference(&ours).collect();
            let new: Vec<_> = ours.difference(&theirs).collect();
            differences.push(format!(
                "{}: not shown {missing:#?}, shown alone {new:#?}",
                path.display()
            ));
        }
    }
    (looked_at, found, differences)
}
