//! The recorded answers of containerd 2.x, as far as they are the decoder's.

use serde_json::Value;

use super::{Options, Version, decode};
use crate::toml::{Decoded, ProblemKind};

const RELEASES: [(&str, Version); 4] = [
    ("2.0.11", Version::V2_2_3),
    ("2.1.9", Version::V2_2_4),
    ("2.2.7", Version::V2_2_4),
    ("2.3.4", Version::V2_3_0),
];

/// How containerd's complaints begin when the text was decoded and an entry is wrong.
const LOADER: [&str; 6] = [
    "unknown capability ",
    "unable to parse server ",
    "invalid type ",
    "invalid pair ",
    "unable to cast ",
    "time: ",
];

#[derive(Debug, PartialEq, Eq)]
enum Expected<'a> {
    Panic,
    Refused {
        message: &'a str,
    },
    Decoded {
        endpoints: Option<&'a [Value]>,
    },
    /// Dropped, but the record does not say by whom.
    Ignored,
}

fn expected<'a>(case: &'a Value, release: &str) -> (&'a Value, Expected<'a>) {
    let groups = case["expect"].as_array().expect("a list");
    let has = |group: &&Value, release: &str| {
        group["releases"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|r| r == release)
    };
    let group_of = |release: &str| {
        groups
            .iter()
            .find(|group| has(group, release))
            .expect("a group")
    };
    // The message is that of the first release in the group, and 1.x complains in other words.
    let message = |group: &'a Value| {
        let first = group["releases"][0].as_str().unwrap_or_default();
        group["hosts_toml_ignored"]
            .as_str()
            .filter(|_| first.starts_with('2'))
    };
    let group = group_of(release);
    let answer = if group["panic"] == true {
        Expected::Panic
    } else if group["hosts_toml_ignored"].is_string() {
        match message(group).or_else(|| message(group_of("2.2.7"))) {
            Some(message) if LOADER.iter().any(|start| message.starts_with(start)) => {
                Expected::Decoded { endpoints: None }
            }
            Some(message) => Expected::Refused { message },
            None => Expected::Ignored,
        }
    } else {
        Expected::Decoded {
            endpoints: group["endpoints"].as_array().map(Vec::as_slice),
        }
    };
    (group, answer)
}

fn hosts_toml(case: &Value, group: &Value) -> Option<Vec<u8>> {
    let path = format!("{}/hosts.toml", group["dir"].as_str()?);
    match &case["files"][path] {
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Object(file) => Some(base64(file["b64"].as_str()?)),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes().filter(|byte| !matches!(byte, b'=' | b'\n')) {
        buffer = buffer << 6 | u32::from(digit(byte));
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    bytes
}

/// Whether the endpoints are those of the hosts, in order, as far as that is seen without Go's URL parser.
fn agree(decoded: &Decoded, endpoints: &[Value]) -> bool {
    let hosts = decoded.file.as_ref().map_or(&[][..], |file| &file.hosts);
    let plain = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-:/".contains(&b))
    };
    hosts.len() + 1 == endpoints.len()
        && hosts.iter().zip(endpoints).all(|(host, endpoint)| {
            let name = &host.name.value;
            let url = if name.starts_with("http") {
                name.split_once("://").map(|(_, rest)| rest)
            } else {
                Some(&name[..])
            };
            match url {
                Some(url) if plain(url) => {
                    endpoint["host"] == url.split('/').next().unwrap_or_default()
                }
                _ => true,
            }
        })
}

/// Whether the problem is the one that go-toml's message is about. 2.3 reports some problems that earlier versions panic on.
fn means(kind: &ProblemKind, message: &str) -> bool {
    let has = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
    let redefined = has(&[
        "already exists",
        "is already defined",
        "should be a table",
        "to be a table",
        "redefine table",
    ]);
    let wrong_type = has(&[
        "cannot decode TOML",
        "cannot store",
        "cannot be assigned",
        "cannot assign",
        "unhandled kv part",
    ]);
    match kind {
        ProblemKind::Syntax(_) => !redefined && !wrong_type,
        ProblemKind::Redefined { .. } => redefined,
        // `… into struct field config.hostFileConfig.SkipVerify of type *bool`
        ProblemKind::WrongType { key, .. } => {
            let field = message
                .rsplit_once(" of type ")
                .and_then(|(start, _)| start.rsplit('.').next());
            let field =
                field
                    .filter(|_| message.contains("struct field"))
                    .map(|field| match field {
                        "SkipVerify" => "skip_verify",
                        "OverridePath" => "override_path",
                        "DialTimeout" => "dial_timeout",
                        "HostConfigs" => "host",
                        "Capabilities" => "capabilities",
                        "Header" => "header",
                        "Server" => "server",
                        other => other,
                    });
            wrong_type && field.is_none_or(|field| field == key)
        }
        ProblemKind::Panic { .. } | ProblemKind::MissingHostTable => false,
    }
}

fn check(file: &str) {
    let path = format!(
        "{}/fixtures/conformance/{file}.jsonl",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut disagreements = Vec::new();
    let mut checked = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("JSON");
        for (release, version) in RELEASES {
            let (group, expected) = expected(&case, release);
            let Some(text) = hosts_toml(&case, group) else {
                continue;
            };
            let decoded = decode(
                &text,
                Options {
                    version,
                    dial_timeout: true,
                },
            );
            let first = decoded.problems.first().map(|problem| &problem.kind);
            let agrees = match expected {
                Expected::Panic => matches!(first, Some(ProblemKind::Panic { .. })),
                Expected::Refused { message } => first.is_some_and(|kind| means(kind, message)),
                Expected::Decoded { endpoints } => {
                    first.is_none() && endpoints.is_none_or(|endpoints| agree(&decoded, endpoints))
                }
                Expected::Ignored => !matches!(first, Some(ProblemKind::Panic { .. })),
            };
            checked += 1;
            if !agrees {
                disagreements.push(format!(
                    "{} {release}: expected {expected:?}, got {decoded:?}",
                    case["id"]
                ));
            }
            for problem in &decoded.problems {
                assert!(
                    text.get(problem.span.clone()).is_some(),
                    "{}: {problem:?}",
                    case["id"]
                );
            }
        }
    }
    assert!(checked > 0, "{path} contains no case");
    assert!(
        disagreements.is_empty(),
        "{} of {checked}:\n{}",
        disagreements.len(),
        disagreements.join("\n")
    );
}

#[test]
fn hand() {
    check("hand");
}

#[test]
fn random() {
    check("random");
}

#[test]
fn mutate() {
    check("mutate");
}

#[test]
fn tree() {
    check("tree");
}

#[test]
fn pki() {
    check("pki");
}
