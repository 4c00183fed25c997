//! The causes that error texts name.

use super::part::Part;

/// A cause, and how it is recognised.
#[derive(Debug, PartialEq, Eq)]
pub struct Cause {
    /// A name for programs.
    pub id: &'static str,
    /// All of these are in the text, in this order.
    pub marks: &'static [&'static str],
    /// The part of the pull, where the cause alone decides it.
    pub part: Option<Part>,
    /// Whether the endpoint answered with a status; `None` where no endpoint is involved.
    pub status: Option<Answered>,
    /// The event, as a sentence without a full stop.
    pub what: &'static str,
    /// The next steps, each an imperative sentence.
    pub look: &'static [&'static str],
}

/// How an endpoint answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// With 404.
    NotFound,
    /// With another status from 400 up.
    Status,
    /// Without a status that counts: the connection, TLS or the authorization failed.
    Without,
}

use Answered::{NotFound, Status, Without};

macro_rules! cause {
    ($id:literal, $marks:expr, $part:expr, $status:expr, $what:literal, $look:expr) => {
        Cause {
            id: $id,
            marks: &$marks,
            part: $part,
            status: $status,
            what: $what,
            look: &$look,
        }
    };
}

/// The causes, the more special before the more general: the first whose marks are in the text is the one.
pub static CAUSES: &[Cause] = &[
    // The tree itself.
    cause!(
        "ca-unreadable",
        ["unable to read CA cert \""],
        Some(Part::Tree),
        None,
        "a CA file that hosts.toml names cannot be read, so every pull from this registry fails",
        ["Check that the path in `ca` exists on the node and that containerd may read it"]
    ),
    cause!(
        "ca-invalid",
        ["unable to load CA cert \""],
        Some(Part::Tree),
        None,
        "a CA file that hosts.toml names contains no certificate that Go can use, so every pull from this registry fails",
        ["Write a PEM file with the CA certificate to the path in `ca`"]
    ),
    cause!(
        "client-unreadable",
        ["unable to read CERT file \""],
        Some(Part::Tree),
        None,
        "a client certificate or key that hosts.toml names cannot be read, so every pull from this registry fails",
        ["Check the paths in `client`; an empty path or a swapped pair has the same effect"]
    ),
    cause!(
        "client-invalid",
        ["failed to load X509 key pair: "],
        Some(Part::Tree),
        None,
        "a client certificate and its key cannot be used together, so every pull from this registry fails",
        [
            "Check that the pair in `client` is [certificate, key] in PEM, unencrypted, and that the key belongs to the certificate"
        ]
    ),
    cause!(
        "hosts-toml-is-directory",
        ["hosts.toml: is a directory"],
        Some(Part::Tree),
        None,
        "hosts.toml is a directory, so every pull from this registry fails",
        [
            "Replace the directory with a file; a volume mounted at a path that did not exist creates one"
        ]
    ),
    cause!(
        "namespace-is-file",
        ["hosts.toml: not a directory"],
        Some(Part::Tree),
        None,
        "the directory of the registry is a file, so every pull from it fails",
        ["Replace the file with a directory that contains hosts.toml"]
    ),
    cause!(
        "hosts-toml-permission",
        ["hosts.toml: permission denied"],
        Some(Part::Tree),
        None,
        "containerd may not read hosts.toml, so every pull from this registry fails",
        ["Make the file readable for the user that containerd runs as"]
    ),
    cause!(
        "hosts-toml-ignored",
        ["failed to decode ", "hosts.toml"],
        Some(Part::Tree),
        None,
        "hosts.toml is ignored as a whole; pulls continue without it, and go to the registry itself",
        ["Lint the file; containerd logs this line once for each pull and shows no error"]
    ),
    cause!(
        "no-resolve-hosts",
        ["no resolve hosts: not found"],
        Some(Part::Resolve),
        None,
        "no endpoint may resolve tags",
        ["Add the capabilities `pull` and `resolve` to an endpoint"]
    ),
    cause!(
        "no-pull-hosts",
        ["no pull hosts: not found"],
        Some(Part::Fetch),
        None,
        "no endpoint may serve pulls",
        ["Add the capability `pull` to an endpoint"]
    ),
    cause!(
        "no-push-hosts",
        ["no push hosts: not found"],
        Some(Part::Push),
        None,
        "no endpoint takes pushes",
        ["Add the capability `push` to the endpoint that should receive pushes"]
    ),
    cause!(
        "no-progress",
        ["cancel pulling image ", "because of no progress in "],
        None,
        None,
        "image_pull_progress_timeout cancelled the pull: an endpoint took the request and sent nothing",
        [
            "Find the endpoint that does not answer: requests to it are the last ones of this pull in its own logs",
            "The error that the client sees is `context canceled`"
        ]
    ),
    // Authorization.
    cause!(
        "no-credentials",
        ["authorization failed: no basic auth credentials"],
        None,
        Some(Without),
        "an endpoint requires a user name and a password (401 Basic), and the pull has none for it",
        [
            "Check the pull secret: the kubelet selects it by the registry of the image, not by the mirror",
            "Remember that Docker Hub and others answer 401 for repositories that do not exist"
        ]
    ),
    cause!(
        "insufficient-scope",
        ["server message: insufficient_scope"],
        None,
        Some(Without),
        "the token does not allow this repository, or the repository does not exist",
        [
            "Check the name of the repository",
            "Check that the account of the pull secret may pull it"
        ]
    ),
    cause!(
        "invalid-token",
        ["server message: ", "authorization failed"],
        None,
        Some(Without),
        "the registry does not accept the token",
        [
            "Compare the clocks of the node and of the token server, and check which service the token is for"
        ]
    ),
    cause!(
        "no-realm",
        ["no realm specified for token auth challenge"],
        None,
        Some(Without),
        "the endpoint requires a token and does not name a token server",
        [
            "Check what the endpoint sends as `WWW-Authenticate`: a proxy in front of it may have cut it off"
        ]
    ),
    cause!(
        "no-token",
        ["authorization server did not include a token"],
        None,
        Some(Without),
        "the token server answered without a token",
        ["Check that the realm in `WWW-Authenticate` is a token server"]
    ),
    cause!(
        "token-certificate",
        ["fetch ", " token: ", "x509: "],
        None,
        Some(Without),
        "the certificate of the token server is not accepted",
        [
            "Check the certificate of the token server, which may be another host than the endpoint",
            "The endpoint's own `ca` is used for its token server, too"
        ]
    ),
    cause!(
        "token-failed",
        ["failed to authorize: failed to fetch ", " token: "],
        None,
        Some(Without),
        "the endpoint requires a token, and the token server issued none",
        [
            "Check whether the node reaches the token server, which may be another host than the endpoint",
            "Check the pull secret: a token server refuses wrong credentials"
        ]
    ),
    cause!(
        "access-denied",
        ["pull access denied, repository does not exist or may require authorization"],
        None,
        Some(Without),
        "an endpoint does not allow the pull, or the repository does not exist",
        ["Check the name of the image and the pull secret"]
    ),
    // Certificates.
    cause!(
        "unknown-authority",
        ["x509: certificate signed by unknown authority"],
        None,
        Some(Without),
        "the server's certificate is issued by a CA that this endpoint does not trust",
        [
            "Name the CA in `ca` of this endpoint's own table: one at the root of the file is for `server` only",
            "Check that the file contains the CA which issued the certificate that is served today"
        ]
    ),
    cause!(
        "wrong-name",
        ["x509: certificate is valid for ", ", not "],
        None,
        Some(Without),
        "the server's certificate is for other names",
        [
            "Use a host name from the certificate in the endpoint's URL, or have the name added to the certificate"
        ]
    ),
    cause!(
        "no-names",
        ["x509: certificate is not valid for any names"],
        None,
        Some(Without),
        "the server's certificate names no host",
        ["Have the certificate issued with subject alternative names"]
    ),
    cause!(
        "no-ip",
        [
            "x509: cannot validate certificate for ",
            "because it doesn't contain any IP SANs"
        ],
        None,
        Some(Without),
        "the endpoint is an IP address, and the server's certificate contains none",
        ["Use a host name from the certificate, or have the address added to the certificate"]
    ),
    cause!(
        "common-name",
        ["x509: certificate relies on legacy Common Name field"],
        None,
        Some(Without),
        "the server's certificate has its name in the common name only, which Go ignores",
        ["Have the certificate issued again with subject alternative names"]
    ),
    cause!(
        "expired",
        ["x509: certificate has expired or is not yet valid"],
        None,
        Some(Without),
        "the server's certificate, or one that it is issued by, has expired or is not valid yet",
        ["Renew the certificate, and compare the clock of the node with the time in the message"]
    ),
    cause!(
        "certificate",
        ["x509: "],
        None,
        Some(Without),
        "the server's certificate is not accepted",
        [
            "Look at the certificate that the endpoint serves; the text after `x509:` names its fault"
        ]
    ),
    // TLS.
    cause!(
        "client-certificate-required",
        ["remote error: tls: certificate required"],
        None,
        Some(Without),
        "the server requires a client certificate, and the endpoint has none",
        ["Name the pair in `client` of this endpoint's table"]
    ),
    cause!(
        "client-certificate-refused",
        ["remote error: tls: bad certificate"],
        None,
        Some(Without),
        "the server refuses the client certificate, or requires one and got none",
        [
            "Check `client` of this endpoint's table: the pair must exist, must not have expired, and must be issued by a CA that the server trusts"
        ]
    ),
    cause!(
        "client-certificate-authority",
        ["remote error: tls: unknown certificate authority"],
        None,
        Some(Without),
        "the server does not trust the CA of the client certificate",
        ["Use a client certificate that is issued by the CA which the server trusts"]
    ),
    cause!(
        "client-certificate-expired",
        ["remote error: tls: expired certificate"],
        None,
        Some(Without),
        "the client certificate has expired",
        ["Renew the certificate that `client` names"]
    ),
    cause!(
        "client-certificate-unsupported",
        ["remote error: tls: unsupported certificate"],
        None,
        Some(Without),
        "the client certificate is not for client authentication",
        ["Use a certificate with the extended key usage `clientAuth`"]
    ),
    cause!(
        "tls-version",
        ["remote error: tls: protocol version not supported"],
        None,
        Some(Without),
        "the server speaks older TLS versions only",
        ["Enable TLS 1.2 or 1.3 on the server"]
    ),
    cause!(
        "tls-alert",
        ["remote error: tls: "],
        None,
        Some(Without),
        "the server ended the TLS handshake",
        ["Look for the reason in the server's log"]
    ),
    cause!(
        "http-at-https",
        ["http: server gave HTTP response to HTTPS client"],
        None,
        Some(Without),
        "the endpoint's URL begins with https, and the server speaks plain HTTP",
        ["Write `http://` in the endpoint's URL, or enable TLS on the server"]
    ),
    cause!(
        "handshake-timeout",
        ["net/http: TLS handshake timeout"],
        None,
        Some(Without),
        "the server took the connection and did not answer the TLS handshake within 10 seconds",
        ["Check what listens on that port, and the network path (MTU, proxies)"]
    ),
    cause!(
        "not-tls",
        ["tls: first record does not look like a TLS handshake"],
        None,
        Some(Without),
        "the endpoint's URL begins with https, and the server does not speak TLS",
        ["Check the port in the endpoint's URL"]
    ),
    // Network.
    cause!(
        "proxy",
        ["proxyconnect tcp: "],
        None,
        Some(Without),
        "the proxy cannot be reached",
        [
            "Check HTTPS_PROXY and NO_PROXY in containerd's own environment (systemd drop-ins), not in your shell's"
        ]
    ),
    cause!(
        "no-such-host",
        ["lookup ", ": no such host"],
        None,
        Some(Without),
        "DNS does not know the endpoint's host",
        ["Look up the name with the node's resolver: containerd does not use the cluster's DNS"]
    ),
    cause!(
        "dns-failed",
        ["dial tcp: lookup "],
        None,
        Some(Without),
        "the DNS server did not answer",
        ["Check the node's resolver (/etc/resolv.conf): containerd does not use the cluster's DNS"]
    ),
    cause!(
        "refused",
        ["connect: connection refused"],
        None,
        Some(Without),
        "nothing listens on that address and port, or a firewall refuses",
        ["Check that the server runs and that the port in the endpoint's URL is right"]
    ),
    cause!(
        "no-route",
        ["connect: no route to host"],
        None,
        Some(Without),
        "the node has no route to the endpoint",
        ["Check the route and the firewalls between the node and the endpoint"]
    ),
    cause!(
        "network-unreachable",
        ["connect: network is unreachable"],
        None,
        Some(Without),
        "the node has no route to the endpoint's network",
        ["Check whether the name has an IPv6 address that the node cannot use"]
    ),
    cause!(
        "closed",
        ["failed to do request: ", "\": EOF"],
        None,
        Some(Without),
        "the server closed the connection without a response",
        [
            "Check what listens on that port, and whether it expects TLS where the endpoint's URL says http"
        ]
    ),
    cause!(
        "not-http",
        ["malformed HTTP response"],
        None,
        Some(Without),
        "the service on that port does not speak HTTP, or speaks TLS where the endpoint's URL says http",
        ["Check the scheme and the port in the endpoint's URL"]
    ),
    cause!(
        "redirects",
        ["stopped after 10 redirects"],
        None,
        Some(Without),
        "the endpoint redirects in a loop",
        ["Check the path in the endpoint's URL, and the rules of the proxy in front of it"]
    ),
    cause!(
        "reset",
        ["connection reset by peer"],
        None,
        Some(Without),
        "the connection was reset by the server, or by something between",
        ["Check firewalls and proxies on the network path, and the server's log"]
    ),
    cause!(
        "header-timeout",
        ["net/http: timeout awaiting response headers"],
        None,
        Some(Without),
        "the server took the request and did not answer within 30 seconds",
        ["Check the server's load, and what it waits for itself"]
    ),
    cause!(
        "dial-timeout",
        ["dial tcp ", ": i/o timeout"],
        None,
        Some(Without),
        "no connection was made in time (30 seconds, or `dial_timeout`): packets are dropped",
        [
            "Check firewalls and routes between the node and the endpoint, and whether the address is right"
        ]
    ),
    cause!(
        "canceled",
        ["context canceled"],
        None,
        None,
        "the pull was cancelled: by the client, or by image_pull_progress_timeout",
        [
            "Look in the journal for `cancel pulling image`: an endpoint may have taken the request and sent nothing"
        ]
    ),
    cause!(
        "deadline",
        ["context deadline exceeded"],
        None,
        None,
        "the client's own limit for the pull was reached",
        [
            "Check which endpoint is slow or down: each dead one costs up to 30 seconds for each digest"
        ]
    ),
    // Content.
    cause!(
        "web-page",
        ["unexpected media type text/html for "],
        None,
        None,
        "an endpoint answered with a web page instead of a manifest",
        [
            "Check the path in the endpoint's URL and `override_path`: a login page or a web site answers there"
        ]
    ),
    cause!(
        "not-json",
        ["invalid character '<' looking for beginning of value"],
        None,
        None,
        "an endpoint answered with a web page instead of JSON",
        [
            "Check that the endpoint's URL is a registry: `server = \"https://docker.io\"` is a web site"
        ]
    ),
    cause!(
        "schema-1",
        ["manifest.v1+prettyjws\" is no longer supported"],
        None,
        None,
        "an endpoint served a manifest of the old schema 1, or a web page that was taken for one",
        [
            "Check that the endpoint's URL is a registry: `server = \"https://docker.io\"` is a web site",
            "If the image is that old, build it again"
        ]
    ),
    cause!(
        "wrong-digest",
        ["unexpected commit digest "],
        None,
        None,
        "an endpoint served content that does not match the digest",
        [
            "Check what the mirror or a proxy on the network path serves for that digest; its cache may be damaged"
        ]
    ),
    cause!(
        "wrong-size",
        ["unexpected commit size "],
        None,
        None,
        "an endpoint served content whose length does not match the manifest",
        ["Check whether a proxy or a cache cuts the response off"]
    ),
    // Statuses.
    cause!(
        "bad-gateway",
        [": 502 "],
        None,
        Some(Status),
        "the proxy in front of the endpoint cannot reach the registry behind it",
        ["Look at the proxy's log"]
    ),
    cause!(
        "too-many-requests",
        [": 429 "],
        None,
        Some(Status),
        "the endpoint limits the number of requests; containerd repeats each several times without a pause",
        ["Pull with credentials, or through a mirror that caches"]
    ),
    cause!(
        "forbidden",
        [": 403 "],
        None,
        Some(Status),
        "the endpoint does not allow the request",
        [
            "Check the account of the pull secret, the mirror's access rules, and whether a proxy answers in its place"
        ]
    ),
    cause!(
        "unauthorized",
        [": 401 "],
        None,
        Some(Status),
        "the endpoint requires credentials, and got none or rejected them",
        [
            "Check the pull secret: the kubelet selects it by the registry of the image, not by the mirror"
        ]
    ),
    cause!(
        "bad-request",
        [": 400 "],
        None,
        Some(Status),
        "the endpoint does not understand the request: plain HTTP at a TLS port, a missing client certificate, or another path",
        ["Check the scheme, the port and `client` of the endpoint"]
    ),
    cause!(
        "server-error",
        [": 500 "],
        None,
        Some(Status),
        "the endpoint failed to answer the request",
        ["Look at the endpoint's own log"]
    ),
    cause!(
        "unavailable",
        [": 503 "],
        None,
        Some(Status),
        "the endpoint is not available: overloaded, starting, or without a registry behind it",
        ["Look at the endpoint's own log"]
    ),
    cause!(
        "gateway-timeout",
        [": 504 "],
        None,
        Some(Status),
        "the proxy in front of the endpoint got no answer from the registry behind it",
        ["Look at the proxy's log"]
    ),
    cause!(
        "status",
        ["unexpected status "],
        None,
        Some(Status),
        "the endpoint answered with a status that is an error",
        ["Look at the endpoint's own log"]
    ),
    cause!(
        "status",
        [" failed with ", "status code "],
        None,
        Some(Status),
        "the endpoint answered with a status that is an error",
        ["Look at the endpoint's own log"]
    ),
    cause!(
        "content-not-found",
        [
            "could not fetch content descriptor ",
            "from remote: not found"
        ],
        Some(Part::Fetch),
        Some(NotFound),
        "no endpoint has this layer, or the first one without it hid another endpoint's error",
        [
            "Check whether the mirror has the whole image: the tag was found, but its content is missing"
        ]
    ),
    cause!(
        "content-not-found",
        ["content at ", " not found: not found"],
        Some(Part::Fetch),
        Some(NotFound),
        "the first endpoint that failed does not have this manifest, and no other served it",
        [
            "Check whether the mirror has the whole image: the tag was found, but its content is missing"
        ]
    ),
];

impl Cause {
    /// The first cause whose marks are in the text.
    pub fn of(text: &str) -> Option<&'static Cause> {
        let is_in = |cause: &&Cause| {
            let mut rest = text;
            cause.marks.iter().all(|mark| match rest.find(mark) {
                Some(at) => {
                    rest = &rest[at + mark.len()..];
                    true
                }
                None => false,
            })
        };
        // A status is one only where a request or a host is named before it.
        let names_a_request = names_a_request(text);
        let can_be = |cause: &&Cause| cause.status != Some(Status) || names_a_request;
        CAUSES.iter().filter(can_be).find(is_in)
    }

    /// The cause of a reference that was not found.
    pub fn not_found() -> &'static Cause {
        &NOT_FOUND
    }
}

/// Whether a status code in the text is one of an HTTP response.
pub fn names_a_request(text: &str) -> bool {
    let marks = [
        "unexpected status from ",
        "unexpected status code ",
        " failed with status code ",
        " failed with unexpected status code ",
        "unexpected HEAD status code ",
        "after status: ",
    ];
    marks.iter().any(|mark| text.contains(mark))
}

/// `REFERENCE: not found`, which the reader recognises by the reference.
static NOT_FOUND: Cause = cause!(
    "not-found",
    [": not found"],
    Some(Part::Resolve),
    Some(NotFound),
    "an endpoint answered 404: it does not have the image",
    ["Check the name and the tag of the image, and the path in the endpoint's URL"]
);
