//! The JSON Schemas of `docs/schemas` say what the commands write: every document is valid, and no key of one is missing there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

mod strict;

use strict::strict;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The schema of this name, as far as documents of this release go: keys that it does not name are errors.
fn schema(name: &str) -> jsonschema::Validator {
    let path = Path::new(ROOT).join(format!("docs/schemas/{name}.schema.json"));
    let text = fs::read_to_string(path).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&strict(schema)).unwrap()
}

/// What the program prints on standard output, as JSON.
fn run(arguments: &[&str], here: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
        .args(arguments)
        .current_dir(here)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {errors}"))
}

fn assert_valid(schema: &jsonschema::Validator, document: &Value, what: &str) {
    let errors: Vec<String> = schema
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
}

/// The folders two levels below one of the fixtures: the cases of each rule.
fn cases(folder: &str) -> Vec<PathBuf> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let rules = folders(&Path::new(ROOT).join(folder));
    rules.iter().flat_map(|rule| folders(rule)).collect()
}

#[test]
fn findings() {
    let schema = schema("lint");
    let root = Path::new(ROOT);
    let arguments = [
        "--no-config",
        "--format",
        "json",
        "--select",
        "all",
        "--show-ignored",
    ];
    for folder in [
        "fixtures/rules",
        "fixtures/demo",
        "fixtures/node",
        "fixtures/sound",
    ] {
        let report = run(&[&arguments[..], &[folder]].concat(), root);
        assert_valid(&schema, &report, folder);
        if folder == "fixtures/rules" {
            let findings = report["findings"].as_array().unwrap();
            assert!(findings.len() > 300, "{}", findings.len());
            for key in ["url", "unknown_here", "namespace"] {
                assert!(
                    findings.iter().any(|finding| finding[key].is_string()),
                    "{key}"
                );
            }
            assert!(findings.iter().all(|finding| finding["url"] != Value::Null));
        }
    }
}

#[test]
fn each_case_of_a_rule() {
    let schema = schema("lint");
    let cases = cases("fixtures/rules");
    assert!(cases.len() > 300, "{}", cases.len());
    // A case in a folder of its own: what is seen there differs from what is seen in a repository.
    for chunk in cases.chunks(60) {
        let mut arguments = vec!["--no-config", "--allow-empty", "--format", "json"];
        arguments.extend(chunk.iter().map(|case| case.to_str().unwrap()));
        let report = run(&arguments, Path::new("/"));
        assert_valid(&schema, &report, &format!("{:?}", chunk[0]));
    }
}

#[test]
fn failed_runs_and_baselines() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let hosts = here.join("certs.d/docker.io/hosts.toml");
    fs::create_dir_all(hosts.parent().unwrap()).unwrap();
    fs::write(
        &hosts,
        "[host.\"https://m.internal\"]\nskip_verify = true\n",
    )
    .unwrap();
    let lint = schema("lint");
    let report = run(
        &["--format", "json", "--no-config", "none", "certs.d"],
        here,
    );
    assert_valid(&lint, &report, "a path that is not there");
    assert_eq!(report["failures"].as_array().unwrap().len(), 1);
    // Comments and baselines.
    let write = ["--no-config", "--write-baseline", "known.json", "certs.d"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_certsd-lint"));
    let status = command
        .args(write)
        .current_dir(here)
        .output()
        .unwrap()
        .status;
    assert_eq!(status.code(), Some(0));
    let baseline = fs::read_to_string(here.join("known.json")).unwrap();
    let baseline: Value = serde_json::from_str(&baseline).unwrap();
    assert_valid(&schema("baseline"), &baseline, "a baseline");
    assert!(!baseline["findings"].as_array().unwrap().is_empty());
    let arguments = [
        "--no-config",
        "--format",
        "json",
        "--show-ignored",
        "--baseline",
        "known.json",
        "certs.d",
    ];
    let report = run(&arguments, here);
    assert_valid(&lint, &report, "with a baseline");
    assert_eq!(report["findings"][0]["suppressed"]["by"], "baseline");
    // Settings that cannot be used.
    fs::write(here.join("certsd-lint.toml"), "containerd = 1\nfoo = 2\n").unwrap();
    let report = run(&["--format", "json", "certs.d"], here);
    assert_valid(&lint, &report, "broken settings");
    let failures = report["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert!(
        failures[0]
            .as_str()
            .unwrap()
            .starts_with("certsd-lint.toml:1: ")
    );
}

#[test]
fn answers_of_resolve() {
    let schema = schema("resolve");
    let root = Path::new(ROOT);
    let mut images = Vec::new();
    for registry in ["docker.io", "quay.io", "ghcr.io", "example.com"] {
        images.push(format!("{registry}/a/b"));
    }
    images.push("UPPER/case".to_owned());
    let tree = [
        "resolve",
        "--format",
        "json",
        "--config-path",
        "fixtures/demo/certs.d",
        "--containerd",
        ">=1.5",
    ];
    let images: Vec<&str> = images.iter().map(String::as_str).collect();
    let answer = run(&[&tree[..], &images].concat(), root);
    assert_valid(&schema, &answer, "the demo");
    let when = ["--when", "mirror.corp.internal=404", "docker.io/a/b"];
    assert_valid(&schema, &run(&[&tree[..], &when].concat(), root), "played");
    let list = "fixtures/demo/certs.d:fixtures/sound";
    let arguments = [
        "resolve",
        "--format",
        "json",
        "--config-path",
        list,
        "--registry",
        "docker.io",
    ];
    let answer = run(&arguments, root);
    assert_valid(&schema, &answer, "a list");
    for node in nodes() {
        let arguments = ["resolve", "--format", "json", "--sysroot", &node, "nginx"];
        assert_valid(&schema, &run(&arguments, root), &node);
    }
}

#[test]
fn certificates_and_differences() {
    let root = Path::new(ROOT);
    let arguments = ["certificates", "--format", "json", "fixtures/demo"];
    let list = run(&arguments, root);
    assert_valid(&schema("certificates"), &list, "certificates");
    assert!(list["certificates"].as_array().unwrap().len() > 3);
    let folder = tempfile::tempdir().unwrap();
    for release in ["1.7", "2.2"] {
        let tree = ["--all", "--config-path", "fixtures/demo/certs.d"];
        let format = ["resolve", "--format", "json", "--containerd", release];
        let answer = run(&[&format[..], &tree].concat(), root);
        assert_valid(&schema("resolve"), &answer, "all");
        let name = folder.path().join(format!("{release}.json"));
        fs::write(name, answer.to_string()).unwrap();
    }
    let schema = schema("diff");
    let nodes = folder.path().to_str().unwrap();
    let differences = run(&["diff", "--format", "json", nodes], root);
    assert_valid(&schema, &differences, "differences");
    assert_eq!(differences["groups"].as_array().unwrap().len(), 2);
    let against = ["--against", "fixtures/demo/certs.d"];
    let differences = run(
        &[&["diff", "--format", "json", nodes], &against[..]].concat(),
        root,
    );
    assert_valid(&schema, &differences, "against a tree");
}

/// The nodes of the fixtures that have a config.toml where containerd looks for it.
fn nodes() -> Vec<String> {
    let folder = Path::new(ROOT).join("fixtures/node");
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let nodes = entries.filter(|path| path.join("etc/containerd/config.toml").exists());
    let nodes: Vec<String> = nodes
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    assert!(nodes.len() > 8, "{nodes:?}");
    nodes
}

#[test]
fn answers_of_node() {
    let schema = schema("node");
    for node in nodes() {
        let arguments = [
            "node",
            "--format",
            "json",
            "--sysroot",
            &node,
            "--containerd",
            ">=1.5",
        ];
        assert_valid(&schema, &run(&arguments, Path::new(ROOT)), &node);
    }
}

#[test]
fn rules() {
    let list = run(&["rules", "--format", "json"], Path::new(ROOT));
    assert_valid(&schema("rules"), &list, "the rules");
}

#[test]
fn migrations() {
    let schema = schema("migrate");
    let folder = Path::new(ROOT).join("fixtures/migrate");
    let mut number = 0;
    for case in fs::read_dir(folder).unwrap() {
        let case = case.unwrap().path();
        if !case.is_dir() {
            continue;
        }
        let entries = fs::read_dir(&case)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let is_source = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            ["config.toml", "registries.yaml", "daemon.json"].contains(&name)
        };
        for source in entries.filter(is_source) {
            let source = source.to_str().unwrap();
            let output = Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
                .args(["migrate", "--format", "json", "--dry-run", source])
                .current_dir(&case)
                .output()
                .unwrap();
            // Some are not to be migrated at all.
            if let Ok(document) = serde_json::from_slice(&output.stdout) {
                assert_valid(&schema, &document, source);
                number += 1;
            }
        }
    }
    assert!(number > 5, "{number}");
}

#[test]
fn explained_errors() {
    let schema = schema("explain-error");
    let error = "failed to pull and unpack image \"docker.io/library/nginx:1\": failed to resolve reference \"docker.io/library/nginx:1\": docker.io/library/nginx:1: not found";
    let arguments = ["explain-error", "--format", "json", error];
    assert_valid(&schema, &run(&arguments, Path::new(ROOT)), "an error");
    let tree = ["--config-path", "fixtures/demo/certs.d"];
    let document = run(&[&arguments[..], &tree].concat(), Path::new(ROOT));
    assert_valid(&schema, &document, "with a tree");
}

#[test]
fn a_key_that_a_schema_does_not_name_is_an_error() {
    let schema = jsonschema::validator_for(&strict(json!({
        "type": "object",
        "properties": { "a": { "type": "object", "properties": { "b": {} } } },
    })))
    .unwrap();
    assert!(schema.is_valid(&json!({ "a": { "b": 1 } })));
    assert!(!schema.is_valid(&json!({ "a": { "c": 1 } })));
}
