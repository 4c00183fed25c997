//! The requests that containerd makes for an image, given its endpoints.
//!
//! A pull has two phases: resolving the tag (or digest), and fetching the layers. They use different
//! endpoints: resolving a tag needs `pull` and `resolve`, a digest only `pull`; layers are requested
//! from *every* endpoint, as long as one of them has `pull`; a push goes to
//! the first endpoint with `push`, and to no other. (`core/remotes/docker`: `resolver.go`, `fetcher.go`,
//! `pusher.go`; measured in `fixtures/conformance/plan.jsonl`.)

use std::collections::BTreeMap;

use super::endpoint::{Capabilities, Endpoint};
use super::reference::{Object, Reference};
use super::release::Release;
use crate::go::http::{add_to_query, request_url};
use crate::go::{path, url};

/// The stand-in for the digest of a layer.
pub const LAYER: &str = "{digest}";

/// A digest like any other, written as [`LAYER`] once the URL is made.
const SOME_DIGEST: &str = "sha256:5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed";

/// One HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `HEAD`, `GET` or `POST`.
    pub method: &'static str,
    /// The URL, as Go writes it.
    pub url: String,
    /// The endpoint it goes to: an index into the list of endpoints.
    pub endpoint: usize,
}

/// The requests of a pull and a push, each list in the order in which containerd makes them while every
/// one is answered with 404.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requests {
    /// For the tag or digest.
    pub resolve: Vec<Request>,
    /// For the manifest of a digest.
    pub manifest: Vec<Request>,
    /// For a layer.
    pub fetch: Vec<Request>,
    /// To push that layer.
    pub push: Vec<Request>,
}

/// The requests that this release makes for `reference` at `endpoints`.
pub fn requests(release: Release, reference: &Reference, endpoints: &[Endpoint]) -> Requests {
    // Before the first request, containerd splits the reference again, as a URL: where
    // the grammar lets `[1]:5000/app` pass, Go finds no address in the brackets.
    if url::parse(&format!("dummy://{reference}"), release.go()).is_err() {
        return Requests::default();
    }
    let plan = Plan {
        release,
        reference,
        endpoints,
    };
    Requests {
        resolve: plan.resolve(),
        manifest: plan.fetch("manifests"),
        fetch: plan.fetch("blobs"),
        push: plan.push(),
    }
}

struct Plan<'a> {
    release: Release,
    reference: &'a Reference,
    endpoints: &'a [Endpoint],
}

/// containerd ends the pull: it does not try the next endpoint.
struct GivesUp;

impl Plan<'_> {
    fn resolve(&self) -> Vec<Request> {
        let mut needed = Capabilities::PULL;
        let kinds: &[&str] = match self.reference.object {
            // Anything but a manifest may be a blob.
            Object::Digest(_) => &["manifests", "blobs"],
            Object::Tag(_) => {
                needed.insert(Capabilities::RESOLVE);
                &["manifests"]
            }
        };
        let object = self.reference.object.as_str();
        let able = |(_, endpoint): &(usize, &Endpoint)| endpoint.capabilities.has(needed);
        let mut requests = Vec::new();
        for kind in kinds {
            for (index, _) in self.endpoints.iter().enumerate().filter(able) {
                match self.request("HEAD", index, &format!("{kind}/{object}"), true) {
                    Ok(request) => requests.extend(request),
                    Err(GivesUp) => return requests,
                }
            }
        }
        requests
    }

    /// Manifests and layers are requested from every endpoint, as long as one of them has `pull`.
    fn fetch(&self, kind: &str) -> Vec<Request> {
        let mut requests = Vec::new();
        if !self
            .endpoints
            .iter()
            .any(|e| e.capabilities.has(Capabilities::PULL))
        {
            return requests;
        }
        for index in 0..self.endpoints.len() {
            match self.request("GET", index, &format!("{kind}/{SOME_DIGEST}"), true) {
                Ok(request) => requests.extend(request),
                Err(GivesUp) => break,
            }
        }
        requests
    }

    fn push(&self) -> Vec<Request> {
        let able = |endpoint: &Endpoint| endpoint.capabilities.has(Capabilities::PUSH);
        let Some(index) = self.endpoints.iter().position(able) else {
            return Vec::new();
        };
        let namespace = self.release.namespace_on_push();
        let mut requests = Vec::new();
        for (method, rest) in [
            ("HEAD", format!("blobs/{SOME_DIGEST}")),
            ("POST", "blobs/uploads/".to_owned()),
        ] {
            match self.request(method, index, &rest, namespace) {
                Ok(Some(request)) => requests.push(request),
                _ => break,
            }
        }
        requests
    }

    /// The request for `rest` in the repository; `None` when Go finds no URL in it, and containerd tries
    /// the next endpoint.
    fn request(
        &self,
        method: &'static str,
        index: usize,
        rest: &str,
        with_namespace: bool,
    ) -> Result<Option<Request>, GivesUp> {
        let endpoint = &self.endpoints[index];
        let whole = format!("/{}/{}/{rest}", endpoint.path, self.reference.repository);
        let mut path = path::clean(&whole);
        if whole.ends_with('/') {
            path.push('/');
        }
        if with_namespace && is_proxy(endpoint, &self.reference.host) {
            path = self.with_namespace(&path)?;
        }
        // A client with fallback remembers the host that it fell back for, at first none: so its first request to any host is not HTTP.
        let scheme = match endpoint.http_fallback && endpoint.host.is_empty() {
            true => "http",
            false => &endpoint.scheme,
        };
        let text = format!("{scheme}://{}{path}", endpoint.host);
        Ok(request_url(&text, self.release.go())
            .ok()
            .map(|url| Request {
                method,
                url: url.replace(SOME_DIGEST, LAYER),
                endpoint: index,
            }))
    }

    /// Adds `?ns=` with the registry host, so that a mirror of several registries knows which is meant.
    fn with_namespace(&self, path: &str) -> Result<String, GivesUp> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = if self.release.keeps_query() {
            query
        } else {
            ""
        };
        match add_to_query(query, "ns", &self.reference.host) {
            Ok(query) => Ok(format!("{path}?{query}")),
            Err(_) => Err(GivesUp),
        }
    }
}

/// Whether the endpoint is another than the registry that the image is named for.
pub fn is_proxy(endpoint: &Endpoint, host: &str) -> bool {
    endpoint.host != host && (host, endpoint.host.as_str()) != ("docker.io", "registry-1.docker.io")
}

/// Why no request to an endpoint can succeed, whatever is at the other end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Go finds no URL in it.
    #[error("it is not a valid URL: {0}")]
    Url(url::UrlError),
    /// Neither `http` nor `https`.
    #[error("unsupported URL scheme `{0}`")]
    Scheme(String),
    /// No host.
    #[error("it has no host")]
    NoHost,
    /// A header's name is not an HTTP token.
    #[error("HTTP does not allow a header named `{0}`")]
    HeaderName(String),
    /// A header's value contains a control character.
    #[error("the value of header `{0}` contains a control character, which HTTP forbids")]
    HeaderValue(String),
}

/// Whether Go refuses every request to this endpoint before it is sent, and why.
pub fn unusable(release: Release, endpoint: &Endpoint) -> Option<Unusable> {
    let text = format!("{}://{}/", endpoint.scheme, endpoint.host);
    if let Err(error) = request_url(&text, release.go()) {
        return Some(match endpoint.host.is_empty() {
            true => Unusable::NoHost,
            false => Unusable::Url(error),
        });
    }
    if !matches!(endpoint.scheme.as_ref(), "http" | "https") {
        return Some(Unusable::Scheme(endpoint.scheme.to_string()));
    }
    if endpoint.host.is_empty() {
        return Some(Unusable::NoHost);
    }
    forbidden_header(&endpoint.header)
}

/// The first header that HTTP forbids: Go refuses every request that carries it.
pub fn forbidden_header(header: &BTreeMap<String, Vec<String>>) -> Option<Unusable> {
    let forbidden = |b: u8| b < b' ' && b != b'\t' || b == 0x7f;
    header.iter().find_map(|(name, values)| {
        if name.is_empty() || !name.bytes().all(is_token_byte) {
            return Some(Unusable::HeaderName(name.clone()));
        }
        let is_bad = values.iter().any(|value| value.bytes().any(forbidden));
        is_bad.then(|| Unusable::HeaderValue(name.clone()))
    })
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containerd::endpoint::{Role, Tls};
    use crate::containerd::reference;

    const OLD: Release = Release::new(2, 1, 9);
    const NEW: Release = Release::new(2, 3, 4);

    /// An endpoint of `scheme://host`, with a path and the capabilities in words.
    fn endpoint(base: &str, path: &str, words: &str) -> Endpoint {
        let (scheme, host) = base.split_once("://").unwrap();
        let mut capabilities = Capabilities::default();
        for word in words.split(' ') {
            capabilities.insert(Capabilities::from_word(word).unwrap_or_default());
        }
        Endpoint {
            role: Role::Host(0),
            scheme: scheme.to_owned().into(),
            host: host.to_owned(),
            path: path.to_owned().into(),
            capabilities,
            tls: Tls::default(),
            http_fallback: false,
            header: Default::default(),
            dial_timeout: None,
            span: None,
        }
    }

    fn lines(requests: &[Request]) -> Vec<String> {
        requests
            .iter()
            .map(|r| format!("{} {}", r.method, r.url))
            .collect()
    }

    fn ask(release: Release, image: &str, endpoints: &[Endpoint]) -> [Vec<String>; 3] {
        let reference = reference::parse(release, image).unwrap();
        let Requests {
            resolve,
            fetch,
            push,
            ..
        } = requests(release, &reference, endpoints);
        [lines(&resolve), lines(&fetch), lines(&push)]
    }

    #[test]
    fn no_host_is_asked_by_http_at_once() {
        let endpoint = Endpoint {
            http_fallback: true,
            ..endpoint("https://", "/v2", "push")
        };
        let [_, _, push] = ask(OLD, "quay.io/app:1", &[endpoint]);
        assert_eq!(push[0], "HEAD http:///v2/app/blobs/{digest}");
    }

    #[test]
    fn each_question_has_its_own_endpoints() {
        let endpoints = [
            endpoint("https://a", "/v2", "push"),
            endpoint("https://b", "/v2", "pull"),
            endpoint("https://quay.io", "/v2", "pull resolve push"),
        ];
        let [resolve, fetch, push] = ask(NEW, "quay.io/app:1", &endpoints);
        assert_eq!(resolve, ["HEAD https://quay.io/v2/app/manifests/1"]);
        assert_eq!(
            fetch,
            [
                "GET https://a/v2/app/blobs/{digest}?ns=quay.io",
                "GET https://b/v2/app/blobs/{digest}?ns=quay.io",
                "GET https://quay.io/v2/app/blobs/{digest}",
            ]
        );
        assert_eq!(
            push,
            [
                "HEAD https://a/v2/app/blobs/{digest}?ns=quay.io",
                "POST https://a/v2/app/blobs/uploads/?ns=quay.io",
            ]
        );
        let [_, _, push] = ask(OLD, "quay.io/app:1", &endpoints);
        assert_eq!(push[1], "POST https://a/v2/app/blobs/uploads/");
        let [resolve, fetch, _] = ask(NEW, "quay.io/app:1", &endpoints[..1]);
        assert_eq!((resolve.len(), fetch.len()), (0, 0));
    }

    #[test]
    fn a_digest_may_be_a_blob() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let endpoints = [endpoint("https://registry-1.docker.io", "/v2", "pull")];
        let [resolve, ..] = ask(NEW, &format!("nginx@{digest}"), &endpoints);
        let url =
            |kind| format!("HEAD https://registry-1.docker.io/v2/library/nginx/{kind}/{digest}");
        assert_eq!(resolve, [url("manifests"), url("blobs")]);
    }

    #[test]
    fn paths_are_cleaned_and_escaped() {
        for (base, path, want) in [
            ("https://m", "", "https://m/app/manifests/1?ns=quay.io"),
            (
                "https://m",
                "//v2",
                "https://m/v2/app/manifests/1?ns=quay.io",
            ),
            (
                "https://m",
                "/a b/v2",
                "https://m/a%20b/v2/app/manifests/1?ns=quay.io",
            ),
            (
                "https://HTTPS:",
                "/m/v2",
                "https://HTTPS/m/v2/app/manifests/1?ns=quay.io",
            ),
            (
                "https://",
                "/etc/v2",
                "https:///etc/v2/app/manifests/1?ns=quay.io",
            ),
            (
                "https://m",
                "/a#b/v2",
                "https://m/a#b/v2/app/manifests/1?ns=quay.io",
            ),
        ] {
            let endpoints = [endpoint(base, path, "pull resolve")];
            let [resolve, ..] = ask(NEW, "quay.io/app:1", &endpoints);
            assert_eq!(resolve, [format!("HEAD {want}")], "{base} {path}");
        }
        for base in ["://", "https://[fe80::1%eth0]", "https://a:b"] {
            let endpoints = [endpoint(base, "/v2", "pull resolve push")];
            let asked = ask(NEW, "quay.io/app:1", &endpoints);
            assert!(asked.iter().all(Vec::is_empty), "{base}");
        }
    }

    #[test]
    fn an_escaped_question_mark_begins_a_query() {
        let endpoints = [endpoint("https://m", "/a?b/v2", "pull resolve")];
        let [resolve, ..] = ask(NEW, "quay.io/app:1", &endpoints);
        assert_eq!(
            resolve,
            ["HEAD https://m/a?b%2Fv2%2Fapp%2Fmanifests%2F1=&ns=quay.io"]
        );
        let [resolve, ..] = ask(OLD, "quay.io/app:1", &endpoints);
        assert_eq!(resolve, ["HEAD https://m/a?ns=quay.io"]);
    }

    #[test]
    fn a_host_that_is_no_address_is_never_asked() {
        let endpoints = [endpoint("https://m", "/v2", "pull resolve push")];
        assert!(
            ask(NEW, "[1]:5000/app", &endpoints)
                .iter()
                .all(Vec::is_empty)
        );
    }

    #[test]
    fn says_why_an_endpoint_cannot_be_asked() {
        let mut header = endpoint("https://m", "/v2", "pull");
        header.header.insert("a b".to_owned(), vec!["x".to_owned()]);
        let mut value = endpoint("https://m", "/v2", "pull");
        value.header.insert("a".to_owned(), vec!["x\n".to_owned()]);
        for (endpoint, want) in [
            (endpoint("https://m", "/v2", "pull"), None),
            (
                endpoint("https://", "/m/v2", "pull"),
                Some(Unusable::NoHost),
            ),
            (endpoint("://", "m/v2", "pull"), Some(Unusable::NoHost)),
            (
                endpoint("oci://m", "/v2", "pull"),
                Some(Unusable::Scheme("oci".to_owned())),
            ),
            (header, Some(Unusable::HeaderName("a b".to_owned()))),
            (value, Some(Unusable::HeaderValue("a".to_owned()))),
        ] {
            assert_eq!(unusable(NEW, &endpoint), want);
        }
    }
}
