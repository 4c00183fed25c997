//! The meaning of the registry tables of config.toml: the CRI plugin's own lists of endpoints, from the
//! time before hosts.toml.
//!
//! Read in containerd's sources, where every release that has the tables agrees: `registryEndpoints`,
//! `addDefaultScheme`, `registryHosts` and `getTLSConfig` in `pkg/cri/server/image_pull.go` (1.x) and
//! `internal/cri/server/images/image_pull.go` (2.x). From 2.0 the daemon takes `configs.*.tls` and does
//! nothing with it (containerd#11624); the meaning here is that of the releases which honour it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::endpoint::{Capabilities, Endpoint, Role, Tls};
use super::loader::is_loopback;
use crate::go::{Rules, path, url};

/// The name in `mirrors` that represents every registry without an entry of its own.
pub const WILDCARD: &str = "*";

/// The tables `mirrors` and `configs.*.tls`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegistryTables {
    /// `mirrors`: the endpoints of a registry host, or of [`WILDCARD`], as written.
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// `configs.*.tls`, by the host of the endpoint.
    pub tls: BTreeMap<String, TlsTable>,
}

/// One `configs."host".tls`; absent and empty text are the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsTable {
    /// `ca_file`.
    pub ca_file: String,
    /// `cert_file`.
    pub cert_file: String,
    /// `key_file`.
    pub key_file: String,
    /// `insecure_skip_verify`.
    pub insecure_skip_verify: bool,
}

/// The result of a pull from a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meant {
    /// The usable endpoints, in order.
    pub endpoints: Vec<Endpoint>,
    /// The entries that are not usable.
    pub faults: Vec<MirrorFault>,
}

/// An endpoint, or something about it, that was never of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorFault {
    /// The endpoint as written. It may contain a password.
    pub endpoint: String,
    /// The fault.
    pub kind: MirrorFaultKind,
}

/// The fault of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorFaultKind {
    /// Go does not take it for a URL: every pull from the registry failed.
    Url(url::UrlError),
    /// It names no host, or a scheme other than `http` and `https`: its requests failed.
    Unusable,
    /// A client certificate without its key, or a key without its certificate: every pull from
    /// the registry failed. The endpoint is listed without them.
    HalfClientPair,
    /// TLS settings of the host of an `http://` endpoint, which uses none.
    UnusedTls,
    /// User, password, query or fragment of a URL, which are dropped.
    UnusedParts,
}

impl RegistryTables {
    /// The endpoints of a registry host, as written in image references: those that its entry lists,
    /// or else those of the wildcard, then the registry itself unless it is among them.
    pub fn endpoints(&self, host: &str) -> Meant {
        let listed = self.mirrors.get(host).or(self.mirrors.get(WILDCARD));
        let (mut meant, names) = self.listed(listed.map(Vec::as_slice).unwrap_or_default());
        if !names.iter().any(|name| name == host) {
            let own = default_host(host);
            let url = format!("{}://{own}", default_scheme(own));
            self.add(&mut meant, &url, Role::Upstream);
        }
        meant
    }

    /// The endpoints of the wildcard, without the registry that is tried after it; `None` without a wildcard.
    pub fn wildcard(&self) -> Option<Meant> {
        let listed = self.mirrors.get(WILDCARD)?;
        Some(self.listed(listed).0)
    }

    /// The hosts that the wildcard lists. For each, the registry itself is not tried again.
    pub fn wildcard_hosts(&self) -> Vec<String> {
        let listed = self.mirrors.get(WILDCARD);
        self.listed(listed.map(Vec::as_slice).unwrap_or_default()).1
    }

    /// The endpoints of a list, and the hosts of all that are URLs.
    fn listed(&self, listed: &[String]) -> (Meant, Vec<String>) {
        let mut meant = Meant::default();
        let mut names = Vec::new();
        for (index, text) in listed.iter().enumerate() {
            names.extend(self.add(&mut meant, text, Role::Host(index)));
        }
        (meant, names)
    }

    fn add(&self, meant: &mut Meant, text: &str, role: Role) -> Option<String> {
        let mut fault = |kind| {
            meant.faults.push(MirrorFault {
                endpoint: text.to_owned(),
                kind,
            });
        };
        // The newest Go is the strictest; a name that only older ones accept is not a usable host.
        let url = match url::parse(&with_scheme(text), Rules::NEWEST) {
            Ok(url) => url,
            Err(error) => {
                fault(MirrorFaultKind::Url(error));
                return None;
            }
        };
        if url.host.is_empty() || !matches!(url.scheme.as_ref(), "http" | "https") {
            fault(MirrorFaultKind::Unusable);
            return Some(url.host);
        }
        if has_unused_parts(&url) {
            fault(MirrorFaultKind::UnusedParts);
        }
        let tls = match self.tls.get(&url.host) {
            Some(table) => table.for_scheme(&url.scheme, &mut fault),
            None => Tls::default(),
        };
        let path = match url.path.as_str() {
            "" => "/v2".to_owned(),
            // Kept as it is, and cleaned when a request is made.
            written => path::clean(written),
        };
        meant
            .endpoints
            .push(endpoint(role, url.scheme, url.host.clone(), path, tls));
        Some(url.host)
    }
}

impl TlsTable {
    /// The settings that have an effect, and whether certificate and key are both there or both absent.
    /// Nothing is verified with a CA where nothing is verified.
    pub fn settings(&self) -> (Tls, bool) {
        let ca = !self.ca_file.is_empty() && !self.insecure_skip_verify;
        let pair = (!self.cert_file.is_empty(), !self.key_file.is_empty());
        let tls = Tls {
            skip_verify: self.insecure_skip_verify.then_some(true),
            ca: ca.then(|| vec![self.ca_file.clone()]),
            client: match pair {
                (true, true) => vec![(self.cert_file.clone(), self.key_file.clone())],
                _ => Vec::new(),
            },
        };
        (tls, pair.0 == pair.1)
    }
}

impl TlsTable {
    /// The settings of an endpoint with this scheme: Go uses those of a connection for `https` alone.
    pub fn for_scheme(&self, scheme: &str, fault: &mut impl FnMut(MirrorFaultKind)) -> Tls {
        let (tls, whole) = self.settings();
        if scheme != "https" {
            if tls.is_set() || !whole {
                fault(MirrorFaultKind::UnusedTls);
            }
            return Tls::default();
        }
        if !whole {
            fault(MirrorFaultKind::HalfClientPair);
        }
        tls
    }
}

/// Whether the URL says something that no one reads.
pub fn has_unused_parts(url: &url::Url) -> bool {
    url.has_userinfo || url.has_query || url.has_fragment
}

/// An endpoint as the old lists have them: for pulls, with neither headers nor a second scheme.
pub fn endpoint(
    role: Role,
    scheme: impl Into<Cow<'static, str>>,
    host: String,
    path: impl Into<Cow<'static, str>>,
    tls: Tls,
) -> Endpoint {
    let mut capabilities = Capabilities::PULL;
    capabilities.insert(Capabilities::RESOLVE);
    Endpoint {
        role,
        scheme: scheme.into(),
        host,
        path: path.into(),
        capabilities,
        tls,
        http_fallback: false,
        header: BTreeMap::new(),
        dial_timeout: None,
        span: None,
    }
}

/// The host that answers for a registry: another name for `docker.io` alone.
pub fn default_host(host: &str) -> &str {
    match host {
        "docker.io" => "registry-1.docker.io",
        other => other,
    }
}

/// `http` for this machine, `https` for all others.
fn default_scheme(host: &str) -> &'static str {
    if is_loopback(host) { "http" } else { "https" }
}

/// The endpoint with the scheme that it gets where it has none.
fn with_scheme(text: &str) -> String {
    if text.contains("://") {
        return text.to_owned();
    }
    let host =
        url::parse(&format!("dummy://{text}"), Rules::NEWEST).map_or(String::new(), |url| url.host);
    format!("{}://{text}", default_scheme(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(mirrors: &[(&str, &[&str])]) -> RegistryTables {
        RegistryTables {
            mirrors: mirrors
                .iter()
                .map(|(host, list)| {
                    let list = list.iter().map(ToString::to_string).collect();
                    ((*host).to_owned(), list)
                })
                .collect(),
            tls: BTreeMap::new(),
        }
    }

    fn urls(tables: &RegistryTables, host: &str) -> Vec<String> {
        let meant = tables.endpoints(host);
        meant.endpoints.iter().map(Endpoint::url).collect()
    }

    #[test]
    fn the_registry_itself_comes_last_unless_it_is_listed() {
        let tables = tables(&[
            ("docker.io", &["https://m.internal"]),
            (
                "reg.internal",
                &["http://reg.internal", "https://m.internal"],
            ),
            ("localhost:5000", &[]),
            ("*", &["m.internal:5000"]),
        ]);
        assert_eq!(
            urls(&tables, "docker.io"),
            ["https://m.internal/v2", "https://registry-1.docker.io/v2"]
        );
        assert_eq!(
            urls(&tables, "reg.internal"),
            ["http://reg.internal/v2", "https://m.internal/v2"]
        );
        assert_eq!(
            urls(&tables, "localhost:5000"),
            ["http://localhost:5000/v2"]
        );
        assert_eq!(
            urls(&tables, "quay.io"),
            ["https://m.internal:5000/v2", "https://quay.io/v2"]
        );
    }

    #[test]
    fn a_path_is_the_root_of_the_api_as_it_stands() {
        let tables = tables(&[(
            "quay.io",
            &[
                "https://m/proxy/",
                "https://m/v2/quay",
                "HTTP://m/",
                "127.0.0.1:5000",
            ],
        )]);
        assert_eq!(
            urls(&tables, "quay.io"),
            [
                "https://m/proxy",
                "https://m/v2/quay",
                "http://m/",
                "http://127.0.0.1:5000/v2",
                "https://quay.io/v2"
            ]
        );
    }

    #[test]
    fn tls_is_that_of_the_endpoints_host_and_for_https_alone() {
        let mut tables = tables(&[("quay.io", &["http://m", "https://m", "https://m:443"])]);
        let table = TlsTable {
            ca_file: "/ca.pem".to_owned(),
            cert_file: "/c.pem".to_owned(),
            ..TlsTable::default()
        };
        tables.tls.insert("m".to_owned(), table);
        let meant = tables.endpoints("quay.io");
        let ca = |i: usize| meant.endpoints[i].tls.ca.clone();
        assert_eq!(ca(0), None);
        assert_eq!(ca(1), Some(vec!["/ca.pem".to_owned()]));
        assert_eq!(ca(2), None);
        let kinds: Vec<_> = meant
            .faults
            .iter()
            .map(|fault| fault.kind.clone())
            .collect();
        assert_eq!(
            kinds,
            [MirrorFaultKind::UnusedTls, MirrorFaultKind::HalfClientPair]
        );
    }

    #[test]
    fn what_could_never_be_asked() {
        let tables = tables(&[(
            "quay.io",
            &["ftp://m", "https://", "https://a b", "https:///v2"],
        )]);
        let meant = tables.endpoints("quay.io");
        assert_eq!(meant.endpoints.len(), 1);
        assert_eq!(meant.faults.len(), 4);
        assert!(matches!(meant.faults[2].kind, MirrorFaultKind::Url(_)));
    }
}
