//! The JSON Schema of hosts.toml: current, and right about every file of the fixtures.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use certsd_lint::disk::{FindOptions, find};
use certsd_lint::engine;
use certsd_lint::finding::{Run, Settings};
use certsd_lint::schema;
use jsonschema::Validator;
use serde_json::Value;

/// 2026-06-01T00:00:00Z: the clock of every fixture.
const NOW: i64 = 1_780_272_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema::hosts_toml()).unwrap()
}

/// What the schema objects to; `None` where the text is not TOML, which no schema sees.
fn objections(validator: &Validator, path: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(path).ok()?;
    let value: Value = toml_edit::de::from_str(&text).ok()?;
    let errors = validator.iter_errors(&value);
    Some(errors.map(|error| error.to_string()).collect())
}

/// The hosts.toml files of `certs.d` trees below a folder.
fn hosts_files(folder: &Path) -> Vec<PathBuf> {
    let found = walkdir::WalkDir::new(folder).sort_by_file_name();
    let files = found.into_iter().filter_map(Result::ok);
    files
        .map(|entry| entry.path().to_owned())
        .filter(|path| path.is_file() && path.ends_with("hosts.toml"))
        .collect()
}

#[test]
fn the_shipped_schema_is_current() {
    let path = root().join("docs/schemas/hosts.schema.json");
    let current = format!("{:#}\n", schema::hosts_toml());
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &current).unwrap();
    }
    let shipped = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shipped == current,
        "docs/schemas/hosts.schema.json is not current: run the tests with BLESS=1"
    );
}

#[test]
fn sound_files_pass() {
    let validator = validator();
    let files = hosts_files(&root().join("fixtures/sound"));
    assert!(files.len() >= 15, "{} files", files.len());
    for file in files {
        assert_eq!(
            objections(&validator, &file),
            Some(Vec::new()),
            "{}",
            file.display()
        );
    }
}

/// tests/editors/test_schemas.py holds taplo and tombi to the same list.
#[test]
fn fourteen_faulty_files_do_not() {
    let validator = validator();
    let faulty = root().join("fixtures/schema/faulty");
    let files = hosts_files(&faulty);
    let expected = fs::read_to_string(faulty.join("expected.toml")).unwrap();
    let expected: BTreeMap<String, Value> = toml_edit::de::from_str(&expected).unwrap();
    assert_eq!((files.len(), expected.len()), (14, 14));
    for file in files {
        let name = file.parent().unwrap().file_name().unwrap();
        let at = expected[name.to_str().unwrap()]["at"].as_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let value: Value = toml_edit::de::from_str(&text).unwrap();
        let errors = validator.iter_errors(&value);
        let places: Vec<String> = errors
            .map(|error| error.instance_path().as_str().to_owned())
            .collect();
        assert!(
            places.iter().any(|place| place == at),
            "{}: {places:?}",
            file.display()
        );
    }
}

/// A schema that objects where containerd has no trouble would teach people not to look.
#[test]
fn what_the_schema_objects_to_the_linter_reports() {
    let validator = validator();
    let mut files = hosts_files(&root().join("fixtures/rules"));
    files.extend(hosts_files(&root().join("fixtures/schema")));
    let (mut looked_at, mut objected_to) = (0, 0);
    for file in files {
        let Some(objections) = objections(&validator, &file) else {
            continue;
        };
        looked_at += 1;
        if objections.is_empty() {
            continue;
        }
        objected_to += 1;
        let (trees, _) = find(std::slice::from_ref(&file), &FindOptions::default());
        let run = Run {
            settings: Settings {
                suppressions: false,
                ..Settings::default()
            },
            now: NOW,
        };
        let report = engine::lint(&trees, &run);
        assert!(
            !report.findings.is_empty(),
            "{}: {objections:#?}",
            file.display()
        );
    }
    assert!(
        looked_at > 400 && objected_to > 60,
        "{looked_at} files, {objected_to} with objections"
    );
}

#[test]
fn descriptions_are_there_for_editors() {
    let schema = schema::hosts_toml();
    let host_table = &schema["definitions"]["hostTable"]["properties"];
    for (place, keys) in [(&schema["properties"], 9), (host_table, 7)] {
        let properties = place.as_object().unwrap();
        assert_eq!(properties.len(), keys);
        for (name, property) in properties {
            let description = property["description"].as_str().unwrap_or_default();
            assert!(description.contains(' '), "{name}");
        }
    }
}
