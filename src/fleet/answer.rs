//! An answer of `resolve` or `node`, as JSON that a node has sent.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// The question of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// Where pulls go: `certsd-lint resolve`.
    Resolve,
    /// The answer about config.toml: `certsd-lint node`.
    Node,
}

impl AnswerKind {
    /// The command that prints such answers.
    pub fn command(self) -> &'static str {
        match self {
            AnswerKind::Resolve => "resolve",
            AnswerKind::Node => "node",
        }
    }
}

/// The part of an answer by which it is grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// Its question.
    pub kind: AnswerKind,
    /// The fingerprint of all of it.
    pub fingerprint: String,
}

impl Sketch {
    /// Reads it; nothing else of the answer is kept.
    ///
    /// # Errors
    /// Why it is not an answer, as a sentence's end: "is not JSON: …".
    pub fn read(text: &[u8]) -> Result<Sketch, String> {
        #[derive(Deserialize)]
        struct Outline<'a> {
            version: Option<u32>,
            #[serde(borrow)]
            fingerprint: Option<Cow<'a, str>>,
            resolutions: Option<IgnoredAny>,
            nodes: Option<IgnoredAny>,
        }
        let outline: Outline =
            serde_json::from_slice(text).map_err(|error| format!("is not JSON: {error}"))?;
        let kind = match (outline.resolutions, outline.nodes) {
            (Some(_), None) => AnswerKind::Resolve,
            (None, Some(_)) => AnswerKind::Node,
            _ => {
                return Err(
                    "is not an answer of `resolve --format json` or `node --format json`"
                        .to_owned(),
                );
            }
        };
        if outline.version != Some(1) {
            return Err(
                "has a version of the format that this certsd-lint does not know".to_owned(),
            );
        }
        let is_hash = |text: &Cow<str>| {
            text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let fingerprint = outline
            .fingerprint
            .filter(is_hash)
            .ok_or("has no fingerprint; run a newer certsd-lint on the node again")?;
        Ok(Sketch {
            kind,
            fingerprint: fingerprint.into_owned(),
        })
    }
}

/// An answer in full.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Answer {
    /// The answers about pulls, question by question.
    #[serde(default)]
    pub resolutions: Vec<Resolution>,
    /// The answer about config.toml.
    #[serde(default)]
    pub nodes: Vec<NodeAnswer>,
    /// Whether it has every registry of the node's config path.
    #[serde(default)]
    pub all: bool,
}

impl Answer {
    /// Reads it.
    ///
    /// # Errors
    /// Why it cannot be read, as a sentence's end.
    pub fn read(text: &[u8]) -> Result<Answer, String> {
        serde_json::from_slice(text).map_err(|error| format!("is not an answer: {error}"))
    }
}

/// The question, and the answer of each release.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Resolution {
    /// The image or the registry host.
    pub query: String,
    /// The image in full, where an image was asked for.
    #[serde(default)]
    pub reference: Option<String>,
    /// The answers of the releases; those with the same answer together.
    pub outcomes: Vec<ReleaseOutcome>,
}

/// The answer of some releases.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ReleaseOutcome {
    /// The releases, oldest first.
    pub releases: Vec<String>,
    /// The answer.
    #[serde(flatten)]
    pub plan: Plan,
    /// The answer for a local pull, if it differs.
    #[serde(default)]
    pub local_pull: Option<Plan>,
}

/// The answer for a pull.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Plan {
    /// The state of hosts.toml.
    #[serde(default)]
    pub hosts_toml: Option<String>,
    /// The result of a pull.
    pub result: String,
    /// The endpoints in order.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Endpoint {
    /// Its URL.
    pub url: String,
    /// The capabilities.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Whether its certificate is not verified.
    #[serde(default)]
    pub skip_verify: bool,
    /// Whether plain HTTP is tried after HTTPS.
    #[serde(default)]
    pub http_fallback: bool,
    /// The headers, secret values masked.
    #[serde(default)]
    pub header: BTreeMap<String, Vec<String>>,
    /// The CA files.
    #[serde(default)]
    pub ca: Vec<String>,
    /// Client certificates and their keys.
    #[serde(default)]
    pub client: Vec<(String, String)>,
    /// How long a connection may take.
    #[serde(default)]
    pub dial_timeout: Option<String>,
    /// The contents of the certificate files.
    #[serde(default)]
    pub certificates: Vec<CertificateFile>,
}

/// The contents of a certificate file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CertificateFile {
    /// Its path on the node.
    pub path: String,
    /// `ca` or `client`.
    #[serde(rename = "as")]
    pub role: String,
    /// The fingerprint of its certificates; `None` where it could not be read.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// The first certificate's subject.
    #[serde(default)]
    pub subject: Option<String>,
    /// The first end of a certificate's validity.
    #[serde(default)]
    pub not_after: Option<String>,
}

/// A config.toml, and what each release makes of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct NodeAnswer {
    /// The answers of the releases; those that agree together.
    pub outcomes: Vec<NodeOutcome>,
}

/// The answer of some releases about a config.toml.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct NodeOutcome {
    /// The releases, oldest first.
    pub releases: Vec<String>,
    /// Whether the daemon starts.
    #[serde(default)]
    pub daemon: String,
    /// Whether CRI loads.
    #[serde(default)]
    pub cri: String,
    /// The config path in effect.
    #[serde(default)]
    pub config_path: String,
    /// The directories that are looked in.
    #[serde(default)]
    pub roots: Vec<String>,
    /// How pulls are made.
    #[serde(default)]
    pub pull: String,
    /// The sandbox image.
    #[serde(default)]
    pub sandbox_image: Option<String>,
}
