//! Holds the go-toml v1 reader to what containerd 1.x was recorded to answer.
//!
//! What is checked is this reader's part in them: whether the text is taken, what kind
//! of problem comes first where it is not, and which hosts with which plain
//! settings there are, in which order, where it is.

use certsd_lint::toml::v1::{Options, Version, decode};
use certsd_lint::toml::{Decoded, Entry, Kind, ProblemKind, Value as TomlValue};
use serde_json::Value;
use std::path::PathBuf;

const FILES: [&str; 5] = ["hand", "random", "mutate", "tree", "pki"];

const RELEASES: [(&str, Options); 3] = [
    (
        "1.5.18",
        Options {
            version: Version::V1_8,
            host_table_required: true,
            override_path: false,
        },
    ),
    (
        "1.6.39",
        Options {
            version: Version::V1_9_5,
            host_table_required: true,
            override_path: true,
        },
    ),
    (
        "1.7.34",
        Options {
            version: Version::V1_9_5,
            host_table_required: false,
            override_path: true,
        },
    ),
];

#[test]
fn agrees_with_containerd_1() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/conformance");
    let mut disagreements = Vec::new();
    let mut checked = 0;
    for name in FILES {
        let lines = std::fs::read_to_string(directory.join(format!("{name}.jsonl"))).unwrap();
        for line in lines.lines() {
            let case: Value = serde_json::from_str(line).expect("a case in a line");
            for (release, options) in RELEASES {
                let Some(expected) = expectation(&case, release) else {
                    continue;
                };
                let Some(text) = hosts_file(&case, expected) else {
                    continue;
                };
                checked += 1;
                let decoded = decode(&text, options);
                let registry = case["host"].as_str().unwrap_or_default();
                if let Err(why) = compare(&decoded, expected, release, registry) {
                    let id = case["id"].as_str().unwrap_or_default();
                    let text = String::from_utf8_lossy(&text).into_owned();
                    disagreements.push(format!("{id} on {release}: {why}\n{text:?}"));
                }
            }
        }
    }
    assert!(checked > 7_000, "only {checked} answers were checked");
    assert!(
        disagreements.is_empty(),
        "{} of {checked} disagree:\n{}",
        disagreements.len(),
        disagreements.join("\n")
    );
}

fn expectation<'c>(case: &'c Value, release: &str) -> Option<&'c Value> {
    case["expect"].as_array()?.iter().find(|expected| {
        expected["releases"]
            .as_array()
            .is_some_and(|releases| releases.iter().any(|one| one == release))
    })
}

/// The hosts.toml in the directory that containerd chose, unless there is none or it is empty.
fn hosts_file(case: &Value, expected: &Value) -> Option<Vec<u8>> {
    let directory = expected["dir"].as_str()?;
    let text = match &case["files"][format!("{directory}/hosts.toml")] {
        Value::String(text) => text.clone().into_bytes(),
        Value::Object(object) => base64(object.get("b64")?.as_str()?),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.chars().filter_map(|char| ALPHABET.find(char)) {
        bits = bits << 6 | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

fn compare(
    decoded: &Decoded,
    expected: &Value,
    release: &str,
    registry: &str,
) -> Result<(), String> {
    let first = decoded.problems.first().map(|problem| &problem.kind);
    if expected["panic"] == true {
        return match first {
            Some(ProblemKind::Panic { .. }) => Ok(()),
            other => Err(format!("panics, but {other:?}")),
        };
    }
    let Some(message) = expected["hosts_toml_ignored"].as_str() else {
        if let Some(problem) = first {
            return Err(format!("taken, but {problem:?}"));
        }
        // Where every pull fails, no endpoints are recorded.
        return match expected["endpoints"].as_array() {
            Some(endpoints) => compare_endpoints(decoded, endpoints, registry),
            None => Ok(()),
        };
    };
    // The message is that of the first release which ignores the file, for
    // whatever reason; the others may have another.
    let message = if expected["releases"][0] == release {
        message
    } else {
        ""
    };
    let agrees = match first {
        None => message.is_empty() || loader_objects(message),
        Some(ProblemKind::Panic { .. }) => false,
        Some(_) if message.is_empty() => true,
        Some(ProblemKind::Syntax(_)) => {
            message.starts_with("failed to parse TOML") && !redefines(message)
        }
        Some(ProblemKind::Redefined { .. }) => {
            message.starts_with("failed to parse TOML") && redefines(message)
        }
        Some(ProblemKind::WrongType { key, .. }) => {
            message.contains("Can't convert")
                || key == "host" && message.starts_with("invalid `host` tree")
        }
        Some(ProblemKind::MissingHostTable) => message.starts_with("invalid `host` tree"),
    };
    match agrees {
        true => Ok(()),
        false => Err(format!("ignored for {message:?}, but {first:?}")),
    }
}

/// Whether it is the loader that objects, to a text that was decoded.
fn loader_objects(message: &str) -> bool {
    [
        "invalid pair",
        "invalid type",
        "unable to cast",
        "unable to parse server",
        "unknown capability",
    ]
    .iter()
    .any(|start| message.starts_with(start))
}

fn redefines(message: &str) -> bool {
    [
        "defined twice",
        "duplicated tables",
        "could not re-define",
        "could not add key",
        "could not create intermediate",
        "is already assigned",
        "unknown type for path",
        "Unknown table type",
    ]
    .iter()
    .any(|part| message.contains(part))
}

fn compare_endpoints(decoded: &Decoded, endpoints: &[Value], registry: &str) -> Result<(), String> {
    let Some(file) = &decoded.file else {
        return Err("no file".to_owned());
    };
    if endpoints.len() != file.hosts.len() + 1 {
        return Err(format!(
            "{} endpoints, but hosts {:?}",
            endpoints.len(),
            file.hosts
        ));
    }
    let fits = |at: usize, endpoint: &Value| {
        let host = &file.hosts[at];
        let recorded = endpoint["host"].as_str().unwrap_or_default();
        host.name.value.contains(recorded) && settings_fit(&host.entry, endpoint)
    };
    for (at, endpoint) in endpoints[..file.hosts.len()].iter().enumerate() {
        let tie = file.ties.iter().find(|tie| tie.contains(&at));
        let mut candidates = tie.cloned().unwrap_or(at..at + 1);
        if !candidates.any(|at| fits(at, endpoint)) {
            return Err(format!("endpoint {at} is {endpoint}, but {:?}", file.hosts));
        }
    }
    // Without a server, or with one that names no host, the last endpoint is the registry
    // itself, and its capabilities are not those of the root.
    let server = file.server.as_ref().map_or("", |server| &server.value);
    let last = &endpoints[file.hosts.len()];
    let recorded = last["host"].as_str().unwrap_or_default();
    // (The one escape that a host may hold is that of an IPv6 zone's sign.)
    let fits = match server.replace("%25", "%").contains(recorded) {
        true => settings_fit(&file.root, last),
        false => recorded == registry || recorded == "registry-1.docker.io",
    };
    if !fits {
        return Err(format!(
            "the server is {last}, but {server:?} with {:?}",
            file.root
        ));
    }
    Ok(())
}

/// Compares the settings that come through the loader as they are.
fn settings_fit(entry: &Entry, endpoint: &Value) -> bool {
    let words = entry.capabilities.iter().flat_map(|words| &words.value);
    let mut words: Vec<String> = words.map(|word| word.value.to_lowercase()).collect();
    if words.is_empty() {
        words = ["pull", "resolve", "push"].map(str::to_owned).to_vec();
    }
    let recorded = endpoint["capabilities"].as_array();
    let recorded: Vec<&str> = recorded
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    // Recorded where it is true, unless plain HTTP is tried too.
    let skips = entry.skip_verify.as_ref().is_some_and(|value| value.value);
    let headers = entry.header.iter().flat_map(|header| &header.value);
    recorded
        .iter()
        .all(|word| words.iter().any(|one| one == word))
        && words.iter().all(|word| recorded.contains(&word.as_str()))
        && (skips == (endpoint["skip_verify"] == true)
            || skips && endpoint["http_fallback"] == true)
        && headers.clone().count() == endpoint["header"].as_object().map_or(0, |map| map.len())
        && headers.into_iter().all(|(name, value)| {
            let recorded = endpoint["header"][&name.value].as_array();
            recorded.is_some_and(|recorded| texts(value).iter().eq(recorded))
        })
}

fn texts(value: &TomlValue) -> Vec<Value> {
    match &value.value {
        Kind::String(text) => vec![Value::String(text.clone())],
        Kind::Array(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
