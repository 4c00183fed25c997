//! Reading the recorded cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use certsd_lint::containerd::Release;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The files that hold outcomes of the loader.
pub const LOADER: [&str; 7] = [
    "hand",
    "random",
    "mutate",
    "tree",
    "pki",
    "patches",
    "patches-extra",
];

/// A recorded case.
#[derive(Debug, Deserialize)]
pub struct Case<E = Expected> {
    pub id: String,
    #[serde(default)]
    pub host: String,
    #[serde(default)]
    pub image: String,
    pub files: BTreeMap<String, Option<Content>>,
    pub expect: Vec<E>,
}

/// What a file holds.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Content {
    Text(String),
    Bytes { b64: String },
}

impl Content {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Content::Text(text) => text.clone().into_bytes(),
            Content::Bytes { b64 } => base64(b64),
        }
    }
}

/// What a group of releases answered.
#[derive(Debug, Deserialize)]
pub struct Expected {
    pub releases: Vec<String>,
    #[serde(default)]
    pub dir: Option<String>,
    #[serde(default)]
    pub hosts_toml_ignored: Option<String>,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub panic: bool,
    #[serde(default)]
    pub endpoints: Vec<Value>,
    #[serde(default)]
    pub reference: Option<String>,
    #[serde(default)]
    pub invalid: bool,
    #[serde(default)]
    pub resolve: Vec<String>,
    #[serde(default)]
    pub fetch: Vec<String>,
    #[serde(default)]
    pub push: Vec<String>,
}

impl Expected {
    pub fn releases(&self) -> impl Iterator<Item = Release> {
        self.releases.iter().map(|text| text.parse().unwrap())
    }
}

/// All cases of a file.
pub fn read(name: &str) -> Vec<Case> {
    read_as(name)
}

/// All cases of a file whose answers are of another kind.
pub fn read_as<E: DeserializeOwned>(name: &str) -> Vec<Case<E>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/conformance")
        .join(format!("{name}.jsonl"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let cases: Vec<Case<E>> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(cases.len() >= 200, "{name}: {} cases", cases.len());
    cases
}

/// Fails with the first few contradictions, and their number.
pub fn assert_none(contradictions: &[String], outcomes: usize) {
    assert!(outcomes > 0);
    let shown: Vec<&str> = contradictions.iter().take(10).map(String::as_str).collect();
    assert!(
        contradictions.is_empty(),
        "{} of {outcomes} outcomes contradict containerd:\n{}",
        contradictions.len(),
        shown.join("\n")
    );
}

fn base64(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.bytes().filter(|b| *b != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            other => panic!("{other} is no base64"),
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}
