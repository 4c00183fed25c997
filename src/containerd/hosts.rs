//! From the entries of a decoded hosts.toml to endpoints: URL, path, capabilities, certificates,
//! headers and timeout.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::endpoint::{Capabilities, Role, Tls};
use super::problem::{Cause, Effect, Problem};
use super::release::Release;
use crate::go::{duration, path, url};
use crate::toml::{Entry, HostsFile, Kind, Span, Spanned, Value};

/// A path in hosts.toml with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenPath {
    /// As written; empty for files that were found in the directory.
    pub written: String,
    /// On the node.
    pub path: String,
    /// Where it is written.
    pub span: Option<Span>,
}

/// A client certificate and where its key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPair {
    /// The certificate.
    pub certificate: WrittenPath,
    /// The key; `None` if it must be in the certificate's file.
    pub key: Option<WrittenPath>,
}

/// One entry as containerd understands it, before its files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// A host table, or the root of the file.
    pub role: Role,
    /// From the URL; empty without one.
    pub scheme: Cow<'static, str>,
    /// Likewise.
    pub host: String,
    /// Likewise, with `/v2` appended where containerd does.
    pub path: Cow<'static, str>,
    /// Its capabilities.
    pub capabilities: Capabilities,
    /// `skip_verify`.
    pub skip_verify: Option<bool>,
    /// `ca`.
    pub ca: Option<Vec<WrittenPath>>,
    /// `client`.
    pub client: Vec<ClientPair>,
    /// Headers.
    pub header: BTreeMap<String, Vec<String>>,
    /// In nanoseconds.
    pub dial_timeout: Option<i64>,
    /// Where the URL is written.
    pub span: Option<Span>,
}

impl Host {
    /// The entry that containerd starts from when nothing is configured.
    pub fn empty() -> Host {
        Host {
            role: Role::Upstream,
            scheme: Cow::Borrowed(""),
            host: String::new(),
            path: Cow::Borrowed(""),
            capabilities: Capabilities::default(),
            skip_verify: None,
            ca: None,
            client: Vec::new(),
            header: BTreeMap::new(),
            dial_timeout: None,
            span: None,
        }
    }

    /// The TLS settings without their places.
    pub fn tls(&self) -> Tls {
        let path = |p: &WrittenPath| p.path.clone();
        Tls {
            skip_verify: self.skip_verify,
            ca: self
                .ca
                .as_ref()
                .map(|files| files.iter().map(path).collect()),
            client: self
                .client
                .iter()
                .map(|pair| {
                    (
                        path(&pair.certificate),
                        pair.key.as_ref().map(path).unwrap_or_default(),
                    )
                })
                .collect(),
        }
    }
}

/// Reads every entry of `file`, hosts in order and the root last. `directory` is the one that contains
/// hosts.toml. Problems are added in the order in which containerd would meet them; it stops
/// at the first, this goes on.
pub fn read(
    release: Release,
    file: &HostsFile,
    directory: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Host> {
    let mut reader = Reader {
        release,
        directory,
        problems,
        role: Role::Server,
    };
    let mut hosts = Vec::with_capacity(file.hosts.len() + 1);
    for (index, host) in file.hosts.iter().enumerate() {
        reader.role = Role::Host(index);
        hosts.push(reader.entry(Some(&host.name), &host.entry));
    }
    reader.role = Role::Server;
    hosts.push(reader.entry(file.server.as_ref(), &file.root));
    hosts
}

struct Reader<'a> {
    release: Release,
    directory: &'a str,
    problems: &'a mut Vec<Problem>,
    role: Role,
}

impl Reader<'_> {
    fn object(&mut self, cause: Cause, span: &Span) {
        self.problems.push(Problem {
            effect: Effect::FileIgnored,
            cause,
            span: Some(span.clone()),
            role: Some(self.role),
        });
    }

    fn entry(&mut self, name: Option<&Spanned<String>>, entry: &Entry) -> Host {
        let mut host = Host {
            role: self.role,
            span: name.map(|n| n.span.clone()),
            ..Host::empty()
        };
        if let Some(name) = name.filter(|name| !name.value.is_empty()) {
            self.url(name, entry, &mut host);
        }
        host.skip_verify = entry.skip_verify.as_ref().map(|s| s.value);
        host.capabilities = self.capabilities(entry);
        host.ca = entry.ca.as_ref().map(|value| self.ca(value));
        host.client = entry
            .client
            .as_ref()
            .map(|value| self.client(value))
            .unwrap_or_default();
        for (name, value) in entry.header.iter().flat_map(|header| &header.value) {
            if let Some(values) = self.header(name, value) {
                host.header.insert(name.value.clone(), values);
            }
        }
        if let Some(text) = entry.dial_timeout.as_ref().filter(|t| !t.value.is_empty()) {
            match duration::parse(&text.value) {
                Ok(nanoseconds) => host.dial_timeout = Some(nanoseconds),
                Err(error) => {
                    self.object(
                        Cause::Duration {
                            text: text.value.clone(),
                            error,
                        },
                        &text.span,
                    );
                }
            }
        }
        host
    }

    fn url(&mut self, name: &Spanned<String>, entry: &Entry, host: &mut Host) {
        let text = with_scheme(&name.value);
        match url::parse(&text, self.release.go()) {
            Ok(url) => {
                let override_path = self.release.override_path()
                    && entry.override_path.as_ref().is_some_and(|o| o.value);
                host.scheme = url.scheme;
                host.host = url.host;
                host.path = api_root(&url.path, override_path);
            }
            Err(error) => self.object(
                Cause::Url {
                    url: text.into_owned(),
                    error,
                },
                &name.span,
            ),
        }
    }

    fn capabilities(&mut self, entry: &Entry) -> Capabilities {
        let words = entry
            .capabilities
            .as_ref()
            .map(|c| c.value.as_slice())
            .unwrap_or_default();
        if words.is_empty() {
            return Capabilities::all(self.release.referrers());
        }
        let mut capabilities = Capabilities::default();
        for word in words {
            let known = Capabilities::from_word(&word.value)
                .filter(|&c| c != Capabilities::REFERRERS || self.release.referrers());
            match known {
                Some(capability) => capabilities.insert(capability),
                None => self.object(
                    Cause::UnknownCapability {
                        word: word.value.clone(),
                    },
                    &word.span,
                ),
            }
        }
        capabilities
    }

    fn ca(&mut self, value: &Value) -> Vec<WrittenPath> {
        match &value.value {
            Kind::String(text) => vec![self.path(text, &value.span)],
            Kind::Array(elements) => elements
                .iter()
                .filter_map(|element| self.path_element("ca", element))
                .collect(),
            other => {
                self.wrong_type("ca", None, other, false, &value.span);
                Vec::new()
            }
        }
    }

    /// Text is a file that contains certificate and key; an array contains such files, or
    /// pairs of certificate and key.
    fn client(&mut self, value: &Value) -> Vec<ClientPair> {
        let alone = |certificate| ClientPair {
            certificate,
            key: None,
        };
        let elements = match &value.value {
            Kind::String(text) => return vec![alone(self.path(text, &value.span))],
            Kind::Array(elements) => elements,
            other => {
                self.wrong_type("client", None, other, false, &value.span);
                return Vec::new();
            }
        };
        let mut pairs = Vec::new();
        for element in elements {
            match &element.value {
                Kind::String(text) => pairs.push(alone(self.path(text, &element.span))),
                Kind::Array(inner) => {
                    let paths: Vec<Option<WrittenPath>> = inner
                        .iter()
                        .map(|e| self.path_element("client", e))
                        .collect();
                    match <[Option<WrittenPath>; 2]>::try_from(paths) {
                        Ok([Some(certificate), Some(key)]) => {
                            pairs.push(ClientPair {
                                certificate,
                                key: Some(key),
                            });
                        }
                        Ok(_) => {}
                        Err(paths) => self.object(
                            Cause::ClientPair {
                                length: paths.len(),
                            },
                            &element.span,
                        ),
                    }
                }
                other => self.wrong_type("client", None, other, true, &element.span),
            }
        }
        pairs
    }

    fn header(&mut self, name: &Spanned<String>, value: &Value) -> Option<Vec<String>> {
        match &value.value {
            Kind::String(text) => Some(vec![text.clone()]),
            Kind::Array(elements) => {
                let mut values = Vec::with_capacity(elements.len());
                for element in elements {
                    match &element.value {
                        Kind::String(text) => values.push(text.clone()),
                        other => self.wrong_type("header", Some(name), other, true, &element.span),
                    }
                }
                Some(values)
            }
            other => {
                self.wrong_type("header", Some(name), other, false, &value.span);
                None
            }
        }
    }

    fn path(&self, written: &str, span: &Span) -> WrittenPath {
        WrittenPath {
            written: written.to_owned(),
            path: path::absolute(written, self.directory),
            span: Some(span.clone()),
        }
    }

    fn path_element(&mut self, key: &'static str, element: &Value) -> Option<WrittenPath> {
        match &element.value {
            Kind::String(text) => Some(self.path(text, &element.span)),
            other => {
                self.wrong_type(key, None, other, true, &element.span);
                None
            }
        }
    }

    fn wrong_type(
        &mut self,
        key: &'static str,
        header: Option<&Spanned<String>>,
        found: &Kind,
        element: bool,
        span: &Span,
    ) {
        let header = header.map(|name| name.value.clone());
        self.object(
            Cause::WrongType {
                key,
                header,
                found: found.describe(),
                element,
            },
            span,
        );
    }
}

/// The text that Go is given: `https://` in front unless it begins with `http`, in these letters.
pub fn with_scheme(name: &str) -> Cow<'_, str> {
    match name.starts_with("http") {
        true => Cow::Borrowed(name),
        false => Cow::Owned(["https://", name].concat()),
    }
}

/// The root of the API that containerd makes of a URL's path.
pub fn api_root(url_path: &str, override_path: bool) -> Cow<'static, str> {
    match (url_path.is_empty(), override_path) {
        (true, true) => "".into(),
        (true, false) => "/v2".into(),
        (false, _) => {
            let cleaned = path::clean(url_path);
            match override_path || cleaned.ends_with("/v2") {
                true => cleaned.into(),
                false => (cleaned + "/v2").into(),
            }
        }
    }
}
