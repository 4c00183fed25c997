//! An answer of `resolve` or `node`, as JSON that a node has sent.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// What an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Where pulls go: `certsd-lint resolve`.
    Resolve,
    /// What config.toml decides: `certsd-lint node`.
    Node,
}

impl Kind {
    /// The command that prints such answers.
    pub fn command(self) -> &'static str {
        match self {
            Kind::Resolve => "resolve",
            Kind::Node => "node",
        }
    }
}

/// The part of an answer by which it is grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// What it is about.
    pub kind: Kind,
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
            (Some(_), None) => Kind::Resolve,
            (None, Some(_)) => Kind::Node,
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
            .ok_or("has no fingerprint; ask the node again with a certsd-lint that prints one")?;
        Ok(Sketch {
            kind,
            fingerprint: fingerprint.into_owned(),
        })
    }
}

/// An answer in full.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Answer {
    /// What pulls do, question by question.
    #[serde(default)]
    pub resolutions: Vec<Resolution>,
    /// What config.toml decides.
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

/// What was asked, and what each release does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Resolution {
    /// The image or the registry host.
    pub query: String,
    /// The image in full, where an image was asked for.
    #[serde(default)]
    pub reference: Option<String>,
    /// What the releases do; those that do the same together.
    pub outcomes: Vec<Outcome>,
}

/// What some releases do.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Outcome {
    /// The releases, oldest first.
    pub releases: Vec<String>,
    /// What they do.
    #[serde(flatten)]
    pub plan: Plan,
    /// What a local pull does, where that is another thing.
    #[serde(default)]
    pub local_pull: Option<Plan>,
}

/// What a pull does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Plan {
    /// What became of hosts.toml.
    #[serde(default)]
    pub hosts_toml: Option<String>,
    /// What a pull meets.
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
    /// What it may be used for.
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
    /// What is in the certificate files.
    #[serde(default)]
    pub certificates: Vec<CertificateFile>,
}

/// What is in a certificate file.
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
    /// What the releases make of it; those that agree together.
    pub outcomes: Vec<NodeOutcome>,
}

/// What some releases make of a config.toml.
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
