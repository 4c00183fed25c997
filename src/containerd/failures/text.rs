//! The error text that a pull ends with, as containerd and Go write it.

use super::next::Question;
use super::reply::Reply;
use crate::containerd::endpoint::Endpoint;
use crate::containerd::node::Pull;
use crate::containerd::reference::Reference;
use crate::containerd::release::Release;
use crate::containerd::requests::Request;

/// The parts that no model can know: an address, a time, a status text of the server's own.
pub const UNKNOWN: &str = "…";

/// Which part of a pull an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Finding out what a tag or digest refers to.
    Resolve,
    /// Fetching a manifest or a layer.
    Fetch,
    /// Unpacking what was fetched.
    Unpack,
    /// Reading the config that belongs to a manifest.
    Config,
}

/// One request that failed.
pub struct Failed<'a> {
    /// The request.
    pub request: &'a Request,
    /// Where it went.
    pub endpoint: &'a Endpoint,
    /// The reply.
    pub reply: Reply,
    /// The request.
    pub question: Question,
}

/// The error of the whole pull, as the client of CRI gets it.
pub fn shown_error(pull: Pull, reference: &Reference, phase: Phase, cause: &str) -> String {
    let whole = format!("failed to pull and unpack image \"{reference}\": ");
    match (phase, pull) {
        (Phase::Resolve, Pull::Local) => {
            format!("{whole}failed to resolve reference \"{reference}\": {cause}")
        }
        (Phase::Resolve, Pull::Transfer) => format!("{whole}failed to resolve image: {cause}"),
        (Phase::Fetch, _) => format!("{whole}{cause}"),
        (Phase::Unpack, _) => {
            format!("{whole}failed to unpack image on snapshotter {UNKNOWN}: {cause}")
        }
        (Phase::Config, _) => format!("get image config descriptor: {cause}"),
    }
}

/// The error of one request.
pub fn cause(release: Release, reference: &Reference, failed: &Failed<'_>) -> String {
    let Failed {
        request, question, ..
    } = failed;
    match failed.reply {
        Reply::Status(404) => match question {
            Question::Resolve => format!("{reference}: not found"),
            _ => format!("content at {} not found: not found", request.url),
        },
        Reply::Status(401) if release.refuses_basic_without_credentials() => match question {
            Question::Resolve => format!("{DENIED}: {NO_CREDENTIALS}"),
            _ => NO_CREDENTIALS.to_owned(),
        },
        Reply::Status(status) => status_error(release, failed, status),
        // `anonymous`, or `oauth` where the pull has credentials.
        Reply::NoToken => {
            format!("failed to authorize: failed to fetch {UNKNOWN} token: {UNKNOWN}")
        }
        Reply::NoRealm => "no realm specified for token auth challenge".to_owned(),
        Reply::Denied => {
            let text = format!("server message: {UNKNOWN}: authorization failed");
            match question {
                Question::Resolve => format!("{DENIED}: {text}"),
                _ => text,
            }
        }
        Reply::Unauthorized => status_error(release, failed, 401),
        // It may be behind a redirect, whose URL it names then.
        Reply::Other => format!(
            "failed to do request: {} \"{UNKNOWN}\": {UNKNOWN}",
            capitalized(request.method)
        ),
        reply => format!(
            "failed to do request: {} \"{}\": {}",
            capitalized(request.method),
            shown_url(release, &request.url),
            transport_error(release, reply, &failed.endpoint.host)
        ),
    }
}

/// How good an error is among several, where they have ranks: the highest is shown.
pub fn rank(release: Release, reply: Reply) -> u8 {
    match reply {
        Reply::Status(404) => 2,
        Reply::Status(401) if release.refuses_basic_without_credentials() => 1,
        Reply::Status(_) | Reply::Unauthorized => 3,
        _ => 1,
    }
}

const DENIED: &str = "pull access denied, repository does not exist or may require authorization";
const NO_CREDENTIALS: &str = "authorization failed: no basic auth credentials";

fn status_error(release: Release, failed: &Failed<'_>, status: u16) -> String {
    let Failed {
        request,
        endpoint,
        question,
        ..
    } = failed;
    let url = &request.url;
    match question {
        Question::Resolve if release.names_request_in_errors() => format!(
            "unexpected status from {} request to {url}: {status} {UNKNOWN}",
            request.method
        ),
        Question::Resolve => {
            let object = url
                .split('?')
                .next()
                .and_then(|path| path.rsplit('/').next())
                .unwrap_or_default();
            let kind = match url.contains("/manifests/") {
                true => "manifests",
                false => "blobs",
            };
            let odd = if status < 400 { "unexpected " } else { "" };
            format!(
                "pulling from host {} failed with {odd}status code [{kind} {object}]: {status} {UNKNOWN}",
                endpoint.host
            )
        }
        _ if release.names_get_in_errors() => {
            format!("unexpected status from GET request to {url}: {status} {UNKNOWN}")
        }
        _ => format!("unexpected status code {url}: {status} {UNKNOWN}"),
    }
}

/// Go's error for a request that got no response.
fn transport_error(release: Release, reply: Reply, host: &str) -> String {
    let verify = match release.names_verification() {
        true => "tls: failed to verify certificate: ",
        false => "",
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    match reply {
        Reply::Refused => format!("dial tcp {UNKNOWN}: connect: connection refused"),
        Reply::Reset => format!("read tcp {UNKNOWN}: read: connection reset by peer"),
        Reply::Unreachable => format!("dial tcp {UNKNOWN}: connect: no route to host"),
        Reply::Dropped => format!("dial tcp {UNKNOWN}: i/o timeout"),
        Reply::NoName => format!("dial tcp: lookup {name}{UNKNOWN}: no such host"),
        Reply::NoHandshake => "net/http: TLS handshake timeout".to_owned(),
        Reply::Silent if release.header_timeout() => {
            "net/http: timeout awaiting response headers".to_owned()
        }
        Reply::Silent => "context canceled".to_owned(),
        Reply::UnknownAuthority => {
            format!("{verify}x509: certificate signed by unknown authority")
        }
        Reply::WrongName => {
            format!("{verify}x509: certificate is valid for {UNKNOWN}, not {name}")
        }
        Reply::CommonName => format!(
            "{verify}x509: certificate relies on legacy Common Name field, use SANs instead"
        ),
        Reply::Expired => format!(
            "{verify}x509: certificate has expired or is not yet valid: current time {UNKNOWN}"
        ),
        Reply::PlainHttp => "http: server gave HTTP response to HTTPS client".to_owned(),
        Reply::ClientCertificate => format!("remote error: tls: {UNKNOWN}"),
        _ => UNKNOWN.to_owned(),
    }
}

/// The URL of a request that failed, as CRI shows it.
fn shown_url(release: Release, url: &str) -> String {
    match url.split_once('?') {
        Some((path, query)) if release.redacts_queries() => {
            let parts: Vec<String> = query
                .split('&')
                .map(|pair| {
                    let name = pair.split('=').next().unwrap_or_default();
                    format!("{name}=%5BREDACTED%5D")
                })
                .collect();
            format!("{path}?{}", parts.join("&"))
        }
        _ => url.to_owned(),
    }
}

/// `HEAD` as Go's `url.Error` writes it: `Head`.
fn capitalized(method: &str) -> String {
    let (first, rest) = method.split_at(1);
    format!("{first}{}", rest.to_ascii_lowercase())
}
