//! The steps at one endpoint: its API, the tag, the manifest, a layer.

use serde_json::Value;

use super::address::Address;
use super::ask::{Answer, Asker, PullContext};
use super::report::{Mark, Probed, QuestionOutcome, Shown};
use super::tls::{Identity, usable_pairs};
use super::trouble::Trouble;
use crate::containerd::failures::Reply;
use crate::containerd::requests::unusable;
use crate::containerd::{Endpoint, Request};
use crate::go::x509::Parts;

/// The media types that containerd accepts for a tag.
const MANIFESTS: &str = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*";

/// The bytes of `/v2/` that are read.
const API_BYTES: usize = 64 * 1024;

/// A content by its digest, as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its digest.
    pub digest: String,
    /// Its length.
    pub size: Option<u64>,
}

/// The contents of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manifest {
    /// An index: the manifest for this platform, where it has one.
    Index(Option<Content>),
    /// An image: its config.
    Image(Option<Content>),
    /// Something else.
    Unknown,
}

/// Probes one endpoint.
pub struct Prober<'a> {
    node: &'a PullContext<'a>,
    asker: Asker<'a>,
    endpoint: &'a Endpoint,
    probed: Probed,
    /// A failure after which no more requests are sent here: the connection, or 429.
    over: Option<QuestionOutcome>,
}

impl<'a> Prober<'a> {
    /// For an endpoint with these certificates.
    pub fn new(
        node: &'a PullContext<'a>,
        endpoint: &'a Endpoint,
        identity: Identity,
    ) -> Prober<'a> {
        let (usable, all) = usable_pairs(&identity);
        let mut asker = Asker::new(node, endpoint, identity);
        if usable < all {
            let text = format!(
                "{} of {all} client pairs have a key that this program cannot use",
                all - usable
            );
            asker.step("tls", Mark::Odd, text);
        }
        Prober {
            node,
            asker,
            endpoint,
            probed: Probed {
                url: endpoint.url(),
                host: endpoint.host.clone(),
                steps: Vec::new(),
                certificates: Vec::new(),
                digest: None,
                resolve: QuestionOutcome::NotTried,
                manifest: QuestionOutcome::NotTried,
                layer: QuestionOutcome::NotTried,
            },
            over: None,
        }
    }

    /// Connects, and requests the API. Its status decides nothing: containerd does not request it.
    pub fn api(&mut self) {
        if let Some(why) = unusable(self.node.release, self.endpoint) {
            self.asker
                .step("api", Mark::Bad, format!("no request can be made: {why}"));
            return self.ends(QuestionOutcome::Reply(Reply::Other));
        }
        let url = format!("{}/", self.endpoint.url().trim_end_matches('/'));
        let Some(address) = Address::parse(&url) else {
            self.asker.step("api", Mark::Bad, "its URL cannot be used");
            return self.ends(QuestionOutcome::Reply(Reply::Other));
        };
        let outcome = self.asker.once("GET", &address, "*/*", API_BYTES);
        self.certificates();
        match outcome {
            Ok(Answer { response, .. }) if response.status == 429 => {
                self.asker.step(
                    "api",
                    Mark::Bad,
                    "429: too many requests, so no further requests are sent",
                );
                self.ends(QuestionOutcome::Reply(Reply::Status(429)));
            }
            Ok(Answer { response, hops }) => {
                let line = response.line();
                let (mark, text) = match response.status {
                    200 | 401 => (Mark::Good, format!("{url} answers {line}")),
                    _ => (
                        Mark::Odd,
                        format!("{url} answers {line}; containerd does not request it"),
                    ),
                };
                self.asker
                    .step("api", mark, format!("{text}{}", via(&hops)));
            }
            Err(trouble) => {
                let name = match self.asker.seen.as_ref() {
                    _ if self.asker.is_connected => "api",
                    Some(_) => "tls",
                    None if trouble.reply == Some(Reply::NoName) => "dns",
                    None => "tcp",
                };
                let is_of_connection = !matches!(trouble.reply, Some(Reply::Silent));
                self.asker
                    .step(name, mark_of(&trouble), trouble.text.clone());
                if is_of_connection {
                    self.ends(outcome_of(&trouble));
                }
            }
        }
    }

    fn ends(&mut self, outcome: QuestionOutcome) {
        self.probed.resolve = outcome.clone();
        self.probed.manifest = outcome.clone();
        self.probed.layer = outcome.clone();
        self.over = Some(outcome);
    }

    fn certificates(&mut self) {
        let now = self.node.now;
        let Some(seen) = &self.asker.seen else {
            return;
        };
        let show = |parts: &Parts| Shown {
            subject: parts.certificate.subject.display(),
            issuer: parts.certificate.issuer.display(),
            names: parts
                .dns_names
                .iter()
                .cloned()
                .chain(parts.addresses.iter().map(ToString::to_string))
                .collect(),
            days_left: (parts.certificate.not_after - now).div_euclid(86_400),
        };
        self.probed.certificates = seen.sent.iter().map(show).collect();
        let text = match (
            seen.version,
            self.endpoint.skips_verification(),
            seen.asked_for_client,
        ) {
            (None, ..) => return,
            (Some(version), true, _) => format!("{version}; the certificate is not verified"),
            (Some(version), false, false) => version.to_owned(),
            (Some(version), false, true) => {
                let sent = if seen.sent_client { "sent" } else { "not sent" };
                format!("{version}; a client certificate is requested, and {sent}")
            }
        };
        self.asker.step("tls", Mark::Good, text);
    }

    /// Resolves the tag or digest.
    pub fn resolve(&mut self, request: Option<&Request>) {
        let Some(request) = request.filter(|_| self.over.is_none()) else {
            return;
        };
        let most = self.node.limits.manifest;
        let outcome = self.with(request, |asker, address| {
            asker.ask("HEAD", address, MANIFESTS, most)
        });
        let answer = match outcome {
            Ok(answer) => answer,
            Err(trouble) => {
                self.asker
                    .step("tag", mark_of(&trouble), trouble.text.clone());
                return self.probed.resolve = outcome_of(&trouble);
            }
        };
        let response = &answer.response;
        if response.status != 200 {
            let outcome = QuestionOutcome::Reply(Reply::Status(response.status));
            self.asker.step(
                "tag",
                Mark::Bad,
                format!("{}{}", response.line(), via(&answer.hops)),
            );
            if response.status == 429 {
                return self.ends(outcome);
            }
            return self.probed.resolve = outcome;
        }
        let is_page = response.media_type() == "text/html";
        let digest = response.header("Docker-Content-Digest").map(str::to_owned);
        let digest = match digest {
            Some(digest) if response.length().is_some() => Some(digest),
            // As containerd does: the manifest itself says which digest it has.
            _ => self.digest_by_get(request),
        };
        if is_page {
            self.asker.step(
                "tag",
                Mark::Bad,
                "200 with a web page: this is not a registry",
            );
            return self.probed.resolve = QuestionOutcome::Reply(Reply::WebPage);
        }
        match digest {
            Some(digest) => {
                let text = format!(
                    "{digest} ({}){}",
                    answer.response.media_type(),
                    via(&answer.hops)
                );
                self.asker.step("tag", Mark::Good, text);
                self.probed.digest = Some(digest);
                self.probed.resolve = QuestionOutcome::Reply(Reply::Serves);
            }
            None => {
                self.asker.step(
                    "tag",
                    Mark::Odd,
                    "200 without a digest, and the manifest cannot be read",
                );
                self.probed.resolve =
                    QuestionOutcome::NotKnown("the manifest cannot be read".to_owned());
            }
        }
    }

    fn digest_by_get(&mut self, request: &Request) -> Option<String> {
        let most = self.node.limits.manifest;
        let answer = self
            .with(request, |asker, address| {
                asker.ask("GET", address, MANIFESTS, most)
            })
            .ok()?;
        let is_whole = answer.response.status == 200 && answer.response.is_complete;
        let is_page = answer.response.media_type() == "text/html";
        (is_whole && !is_page).then(|| sha256(&answer.response.body))
    }

    /// Gets the manifest of a digest, and says what is in it.
    pub fn manifest(&mut self, request: &Request, digest: &str, architecture: &str) -> Manifest {
        if self.over.is_some() {
            return Manifest::Unknown;
        }
        let content = Content {
            digest: digest.to_owned(),
            size: None,
        };
        let most = self.node.limits.manifest;
        let (outcome, body) = self.fetch("manifest", request, &content, most);
        self.probed.manifest = outcome;
        body.map_or(Manifest::Unknown, |body| read_manifest(&body, architecture))
    }

    /// Gets a layer, or the config, which comes from the same place.
    pub fn layer(&mut self, request: &Request, content: &Content) {
        if self.over.is_some() {
            return;
        }
        let most = self.node.limits.blob;
        let (outcome, _) = self.fetch("layer", request, content, most);
        self.probed.layer = outcome;
    }

    /// The result.
    pub fn finish(self) -> Probed {
        Probed {
            steps: self.asker.steps,
            ..self.probed
        }
    }

    /// The digest that the tag refers to here.
    pub fn digest(&self) -> Option<&str> {
        self.probed.digest.as_deref()
    }

    /// Gets content and checks it.
    fn fetch(
        &mut self,
        name: &'static str,
        request: &Request,
        content: &Content,
        most: usize,
    ) -> (QuestionOutcome, Option<Vec<u8>>) {
        let accept = if name == "manifest" { MANIFESTS } else { "*/*" };
        let outcome = self.with(request, |asker, address| {
            let target = address
                .target
                .replace(crate::containerd::requests::LAYER, &content.digest);
            let address = Address {
                target,
                ..address.clone()
            };
            asker.ask("GET", &address, accept, most)
        });
        let answer = match outcome {
            Ok(answer) => answer,
            Err(trouble) => {
                self.asker
                    .step(name, mark_of(&trouble), trouble.text.clone());
                return (outcome_of(&trouble), None);
            }
        };
        let Answer { response, hops } = answer;
        let via = via(&hops);
        if !(200..300).contains(&response.status) {
            let outcome = QuestionOutcome::Reply(Reply::Status(response.status));
            self.asker
                .step(name, Mark::Bad, format!("{}{via}", response.line()));
            if response.status == 429 {
                self.ends(outcome.clone());
            }
            return (outcome, None);
        }
        let not_known = |why: String| (Mark::Odd, why.clone(), QuestionOutcome::NotKnown(why));
        let served = || QuestionOutcome::Reply(Reply::Serves);
        let is_encoded = response
            .header("Content-Encoding")
            .is_some_and(|coding| !coding.eq_ignore_ascii_case("identity") && !coding.is_empty());
        let is_sha256 = content.digest.starts_with("sha256:");
        let (mark, text, outcome) = if is_encoded {
            not_known(
                "it is compressed in transit, so its digest cannot be checked here".to_owned(),
            )
        } else if !response.is_complete && response.body.len() >= most {
            let expected = content.size;
            match (name, expected, response.length()) {
                ("layer", Some(expected), Some(length)) if expected == length => {
                    let text = format!("{length} bytes; the first {most} were read");
                    (Mark::Good, text, served())
                }
                _ => not_known(format!("it is larger than {most} bytes, the limit")),
            }
        } else if !response.is_complete {
            not_known(format!("it broke off after {} bytes", response.body.len()))
        } else if response.media_type() == "text/html" && sha256(&response.body) != content.digest {
            (
                Mark::Bad,
                "200 with a web page".to_owned(),
                QuestionOutcome::Reply(Reply::WebPage),
            )
        } else if !is_sha256 {
            not_known(format!(
                "the digest {} is not a SHA-256 and cannot be checked here",
                content.digest
            ))
        } else if sha256(&response.body) != content.digest {
            (
                Mark::Bad,
                "200 with bytes that do not match the digest".to_owned(),
                QuestionOutcome::Reply(Reply::OtherBytes),
            )
        } else {
            (
                Mark::Good,
                format!("{} bytes, the digest is right", response.body.len()),
                served(),
            )
        };
        self.asker.step(name, mark, format!("{text}{via}"));
        let is_served = outcome == served();
        (
            outcome,
            (is_served && response.is_complete).then_some(response.body),
        )
    }

    fn with<T>(
        &mut self,
        request: &Request,
        ask: impl FnOnce(&mut Asker<'a>, &Address) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let address = Address::parse(&request.url);
        let address = address
            .ok_or_else(|| Trouble::new(Reply::Other, "the URL of the request cannot be used"))?;
        ask(&mut self.asker, &address)
    }
}

fn outcome_of(trouble: &Trouble) -> QuestionOutcome {
    match trouble.reply {
        Some(reply) => QuestionOutcome::Reply(reply),
        None => QuestionOutcome::NotKnown(trouble.text.clone()),
    }
}

fn mark_of(trouble: &Trouble) -> Mark {
    match trouble.reply {
        Some(_) => Mark::Bad,
        None => Mark::Odd,
    }
}

/// The redirects of a request, in words.
fn via(hops: &[String]) -> String {
    match hops {
        [] | [_] => String::new(),
        [_, hops @ ..] => format!(", redirected to {}", hops.join(", then ")),
    }
}

/// `sha256:` and the digest of the bytes.
pub fn sha256(bytes: &[u8]) -> String {
    use graviola::hashing::{Hash, Sha256};
    if super::tls::unsupported_processor().is_some() {
        return String::new();
    }
    let digest = Sha256::hash(bytes);
    let digits: String = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{digits}")
}

/// Reads a manifest; of an index, the manifest for Linux on this architecture, as Go names it.
fn read_manifest(body: &[u8], architecture: &str) -> Manifest {
    let Ok(document) = serde_json::from_slice::<Value>(body) else {
        return Manifest::Unknown;
    };
    let content = |value: &Value| {
        Some(Content {
            digest: value.get("digest")?.as_str()?.to_owned(),
            size: value.get("size").and_then(Value::as_u64),
        })
    };
    if let Some(manifests) = document.get("manifests").and_then(Value::as_array) {
        let is_ours = |entry: &&Value| {
            let platform = entry.get("platform");
            let text = |name: &str| platform.and_then(|p| p.get(name)).and_then(Value::as_str);
            text("os") == Some("linux") && text("architecture") == Some(architecture)
        };
        let ours = manifests.iter().find(is_ours);
        return Manifest::Index(ours.and_then(content));
    }
    match document.get("config") {
        Some(config) => Manifest::Image(content(config)),
        None => Manifest::Unknown,
    }
}
