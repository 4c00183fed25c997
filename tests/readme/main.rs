//! The README says what is so: its picture is the program's output, and its commands work.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "80")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("NO_COLOR")
        .output()
        .unwrap()
}

/// The picture at the top of the README, drawn from the demo tree.
#[test]
fn the_picture_is_the_programs_output() {
    let output = run(&[
        "--color",
        "always",
        "--no-config",
        "--deploy-path",
        "/etc/containerd/certs.d",
        "--now",
        "2026-06-01T00:00:00Z",
        "fixtures/demo/certs.d/docker.io",
        "fixtures/demo/certs.d/ghcr.io",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let mut text = String::from_utf8(output.stdout).unwrap();
    text.push_str(&String::from_utf8(output.stderr).unwrap());
    let term = anstyle_svg::Term::new();
    let svg = term.render_svg(&text);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/demo.svg");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &svg).unwrap();
    }
    let drawn = fs::read_to_string(&path).unwrap();
    assert!(
        drawn == svg,
        "docs/demo.svg is not current: BLESS=1 draws it"
    );
}

/// The report that the README explains is what a pipe gets.
#[test]
fn the_report_is_the_programs_output() {
    let output = Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
        .args(["--no-config", "--deploy-path", "/etc/containerd/certs.d"])
        .args(["--now", "2026-06-01T00:00:00Z"])
        .arg("fixtures/demo/certs.d/registry.corp.internal_5000_")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("COLUMNS")
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme
        .split_once("### Reading the report\n\n```text\n")
        .unwrap();
    let (shown, behind) = rest.split_once("```").unwrap();
    let text = text.trim_end().to_owned() + "\n";
    if std::env::var_os("BLESS").is_some() {
        let new = format!("{before}### Reading the report\n\n```text\n{text}```{behind}");
        fs::write(&path, new).unwrap();
        return;
    }
    assert_eq!(shown, text);
}

/// What the mission of the demo tree is: each of these mistakes is in it, and is found.
#[test]
fn the_demo_tree_shows_the_mistakes_that_the_readme_promises() {
    let output = run(&[
        "--format",
        "json",
        "--no-config",
        "--deploy-path",
        "/etc/containerd/certs.d",
        "--now",
        "2026-06-01T00:00:00Z",
        "fixtures/demo/certs.d",
    ]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["rule"].as_str().unwrap())
        .collect();
    for rule in [
        "nested-host-table",
        "public-mirror-resolve",
        "mirror-push",
        "missing-tls-file",
        "expired-certificate",
        "malformed-header-value",
        "skip-verify",
        "unknown-capability",
    ] {
        assert!(found.contains(&rule), "{rule} is not among {found:?}");
    }
}

/// Every command in the README that begins with `certsd-lint` is one that the program takes.
#[test]
fn the_readme_names_commands_that_exist() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    let flags = readme
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| word.starts_with("--") && !word.starts_with("---") && word.len() > 3);
    // Flags of other programs that the README's commands use.
    let others = [
        "--path",
        "--locked",
        "--release",
        "--hook-stage",
        "--all-files",
        "--ref",
        "--global",
        "--rm",
        "--strip-components",
        "--verbose",
    ];
    let resolve = String::from_utf8(run(&["resolve", "--help"]).stdout).unwrap();
    for flag in flags.filter(|flag| !others.contains(flag)) {
        assert!(
            help.contains(flag) || resolve.contains(flag),
            "{flag} is no flag"
        );
    }
}

/// The settings that the README shows are settings.
#[test]
fn the_readmes_settings_are_taken() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("### Settings").unwrap();
    let (_, block) = section.split_once("```toml\n").unwrap();
    let (settings, _) = block.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certsd-lint.toml");
    fs::write(&file, settings).unwrap();
    let output = run(&["--config", file.to_str().unwrap(), "--print-settings"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
}
