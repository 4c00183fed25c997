//! A request as containerd makes it: through the proxy, with fallback, redirects and authorization.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Instant;

use super::address::Address;
use super::challenge::{Challenge, Scheme, challenges};
use super::credentials::Credentials;
use super::dial::{Timed, connect, resolve};
use super::http::{Connection, Request, Response};
use super::limits::{BODY, Clock, DIAL, HANDSHAKE, HEAD, Limits, REDIRECTS, TOKEN_BYTES};
use super::proxy::{Proxies, Proxy};
use super::report::{Mark, Step};
use super::tls::{Identity, Seen, handshake};
use super::trouble::Trouble;
use crate::containerd::failures::Reply;
use crate::containerd::{Endpoint, Release};
use crate::finding::secrets;
use crate::go::base64;

/// The parts that are the same for all endpoints.
pub struct PullContext<'a> {
    /// The release whose behaviour is followed.
    pub release: Release,
    /// The repository, for the scope of tokens.
    pub repository: &'a str,
    /// The limits.
    pub limits: &'a Limits,
    /// When to end.
    pub clock: Clock,
    /// The proxy settings of the daemon.
    pub proxies: &'a Proxies,
    /// The pull secret.
    pub credentials: Option<&'a Credentials>,
    /// Now, in seconds since 1970.
    pub now: i64,
}

/// A response, and how it was come by.
pub struct Answer {
    /// The response.
    pub response: Response,
    /// The requested URLs, without queries: the first, and one for each redirect.
    pub hops: Vec<String>,
}

/// Makes requests to one endpoint.
pub struct Asker<'a> {
    node: &'a PullContext<'a>,
    endpoint: &'a Endpoint,
    identity: Identity,
    has_fallen_back: bool,
    /// The authorization that a host gets.
    authorization: BTreeMap<String, String>,
    /// The first connection to the endpoint.
    pub seen: Option<Seen>,
    /// Whether a connection to the endpoint was made, with its TLS.
    pub is_connected: bool,
    /// The steps so far.
    pub steps: Vec<Step>,
}

impl<'a> Asker<'a> {
    /// For an endpoint with these certificates.
    pub fn new(node: &'a PullContext<'a>, endpoint: &'a Endpoint, identity: Identity) -> Asker<'a> {
        Asker {
            node,
            endpoint,
            identity,
            has_fallen_back: false,
            authorization: BTreeMap::new(),
            seen: None,
            is_connected: false,
            steps: Vec::new(),
        }
    }

    /// Adds a step.
    pub fn step(&mut self, name: &'static str, mark: Mark, text: impl Into<String>) {
        self.steps.push(Step {
            name,
            mark,
            text: text.into(),
        });
    }

    /// Makes a request, answers challenges as containerd does, and uses GET where there is no HEAD. A login that is
    /// refused is not repeated.
    pub fn ask(
        &mut self,
        method: &'static str,
        address: &Address,
        accept: &str,
        most: usize,
    ) -> Result<Answer, Trouble> {
        let mut method = method;
        loop {
            let answer = self.once(method, address, accept, most)?;
            match answer.response.status {
                401 => {
                    let last = answer.hops.last().and_then(|url| Address::parse(url));
                    self.authorize(&answer.response, &last.unwrap_or_else(|| address.clone()))?;
                }
                405 if method == "HEAD" && address.target.contains("/manifests/") => method = "GET",
                _ => return Ok(answer),
            }
        }
    }

    /// Makes a request without answering any challenge, and follows redirects as Go does.
    pub fn once(
        &mut self,
        method: &'static str,
        address: &Address,
        accept: &str,
        most: usize,
    ) -> Result<Answer, Trouble> {
        let mut address = address.clone();
        let first = address.clone();
        let mut hops = vec![shown(&address)];
        loop {
            let (headers, is_withheld) = self.headers(&first, &address, accept);
            let response = self
                .exchange(method, &address, headers, "", most)
                .map_err(|trouble| behind(trouble, &hops))?;
            if is_withheld && matches!(response.status, 401 | 403) {
                return Err(Trouble::not_known(format!(
                    "{} answers {} without the headers of the host table, which this program does not send there",
                    shown(&address),
                    response.line()
                )));
            }
            let is_redirect = matches!(response.status, 301 | 302 | 303 | 307 | 308);
            let Some(location) = response.header("Location").filter(|_| is_redirect) else {
                return Ok(Answer { response, hops });
            };
            if hops.len() > REDIRECTS {
                return Err(Trouble::new(Reply::Other, "stopped after 10 redirects"));
            }
            let Some(next) = address.join(location) else {
                return Err(Trouble::new(
                    Reply::Other,
                    "a redirect leads to something that is not a URL",
                ));
            };
            hops.push(shown(&next));
            address = next;
        }
    }

    /// The headers for a host, and whether any is withheld. Those of the host table are for the endpoint; after a redirect
    /// only harmless ones are sent along, where Go withholds no more than the best-known secrets.
    fn headers(
        &self,
        first: &Address,
        to: &Address,
        accept: &str,
    ) -> (Vec<(String, String)>, bool) {
        let mut headers = vec![
            ("User-Agent".to_owned(), user_agent()),
            ("Accept".to_owned(), accept.to_owned()),
        ];
        let is_same = to.authority == first.authority && (to.is_tls || !first.is_tls);
        let mut is_withheld = false;
        let authorization = self.authorization.get(&to.authority);
        for (name, values) in &self.endpoint.header {
            let is_replaced = [
                "user-agent",
                "accept",
                "host",
                "connection",
                "content-length",
            ]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
                || authorization.is_some() && name.eq_ignore_ascii_case("authorization");
            for value in values {
                let is_sent = is_same || secrets::is_harmless(name, value);
                is_withheld |= !is_sent;
                if is_sent && !is_replaced {
                    headers.push((name.clone(), value.clone()));
                }
            }
        }
        if let Some(value) = authorization {
            headers.push(("Authorization".to_owned(), value.clone()));
        }
        (headers, is_withheld)
    }

    /// One request over a connection of its own.
    fn exchange(
        &mut self,
        method: &'static str,
        address: &Address,
        headers: Vec<(String, String)>,
        body: &str,
        most: usize,
    ) -> Result<Response, Trouble> {
        let is_own = address.authority == self.endpoint.host;
        let (mut connection, address, proxy) = self.open(address)?;
        self.is_connected |= is_own;
        let mut headers = headers;
        let is_forwarded = proxy.is_some() && !address.is_tls;
        if let Some(authorization) = proxy.and_then(|proxy| proxy.authorization)
            && is_forwarded
        {
            headers.push(("Proxy-Authorization".to_owned(), authorization));
        }
        let request = Request {
            method,
            target: match is_forwarded {
                true => address.to_string(),
                false => address.target.clone(),
            },
            authority: address.authority.clone(),
            headers,
            body: body.to_owned(),
        };
        let clock = self.node.clock;
        let head_end = clock.within(HEAD);
        connection.exchange(&request, head_end, clock.within(HEAD + BODY), most)
    }

    /// A connection, with HTTPS first and then plain HTTP where the endpoint falls back.
    fn open(&mut self, address: &Address) -> Result<(Connection, Address, Option<Proxy>), Trouble> {
        if self.node.clock.is_over() {
            return Err(Trouble::not_known("the time for the whole run is over"));
        }
        let falls_back = self.endpoint.http_fallback
            && address.is_tls
            && address.authority == self.endpoint.host;
        if falls_back && self.has_fallen_back {
            let plain = address.plain();
            let (connection, proxy) = self.connect(&plain)?;
            return Ok((connection, plain, proxy));
        }
        let trouble = match self.connect(address) {
            Ok((connection, proxy)) => return Ok((connection, address.clone(), proxy)),
            Err(trouble) => trouble,
        };
        let is_tls = matches!(trouble.reply, Some(Reply::PlainHttp | Reply::NoHandshake));
        let is_port = matches!(trouble.reply, Some(Reply::Refused | Reply::Dropped))
            && !address.has_port()
            && self.node.release.falls_back_when_unreachable();
        if !falls_back || !(is_tls || is_port) {
            return Err(trouble);
        }
        self.step(
            "tls",
            Mark::Odd,
            format!("{trouble}; containerd falls back to plain HTTP"),
        );
        self.has_fallen_back = true;
        let plain = address.plain();
        let (connection, proxy) = self.connect(&plain)?;
        Ok((connection, plain, proxy))
    }

    /// DNS, TCP, the proxy, TLS.
    fn connect(&mut self, address: &Address) -> Result<(Connection, Option<Proxy>), Trouble> {
        let proxy = self
            .node
            .proxies
            .of(address)
            .map_err(|error| Trouble::new(Reply::Other, error))?;
        let is_first = self.seen.is_none() && address.authority == self.endpoint.host;
        if let Some(proxy) = &proxy {
            if let Some(scheme) = &proxy.unsupported {
                let text = format!("the proxy's scheme {scheme} is not supported by this program");
                return Err(Trouble::not_known(text));
            }
            if is_first {
                let text = format!("through {}", proxy.address.authority);
                self.step("proxy", Mark::Odd, text);
            }
        }
        let target = proxy.as_ref().map_or(address, |proxy| &proxy.address);
        let timeout = self
            .endpoint
            .dial_timeout
            .and_then(|timeout| u64::try_from(timeout).ok());
        let timeout = timeout.filter(|timeout| *timeout > 0);
        let end = self
            .node
            .clock
            .within(timeout.map_or(DIAL, std::time::Duration::from_nanos));
        let mut socket = self.dial(target, end, is_first)?;
        if let (Some(proxy), true) = (&proxy, address.is_tls) {
            socket = self.tunnel(socket, address, proxy)?;
        }
        if !address.is_tls {
            if is_first {
                self.seen = Some(Seen::default());
                self.step("tls", Mark::Odd, "none: plain HTTP");
            }
            return Ok((Connection::Plain(socket), proxy));
        }
        socket.end = self.node.clock.within(HANDSHAKE);
        socket.first.clear();
        let (seen, outcome) = handshake(socket, address.host(), &self.identity, self.node.now);
        if is_first {
            self.seen = Some(seen.clone());
        }
        let stream = outcome?;
        Ok((Connection::Tls(stream, seen), proxy))
    }

    fn dial(&mut self, target: &Address, end: Instant, is_first: bool) -> Result<Timed, Trouble> {
        let host = target.host();
        let addresses = resolve(host, target.port(), end)?;
        if is_first && host.parse::<IpAddr>().is_err() {
            let texts: Vec<String> = addresses
                .iter()
                .map(|address| address.ip().to_string())
                .collect();
            self.step("dns", Mark::Good, format!("{host} is {}", texts.join(", ")));
        }
        let (socket, address) = connect(&addresses, end)?;
        if is_first {
            self.step("tcp", Mark::Good, format!("connected to {address}"));
        }
        Ok(socket)
    }

    /// CONNECT through a proxy.
    fn tunnel(&self, socket: Timed, address: &Address, proxy: &Proxy) -> Result<Timed, Trouble> {
        let target = format!("{}:{}", bracketed(address.host()), address.port());
        let authorization = proxy.authorization.iter();
        let headers = authorization.map(|value| ("Proxy-Authorization".to_owned(), value.clone()));
        let request = Request {
            method: "CONNECT",
            target: target.clone(),
            authority: target,
            headers: headers.collect(),
            body: String::new(),
        };
        let mut connection = Connection::Plain(socket);
        let end = self.node.clock.within(HEAD);
        // Nothing of a body is read: what follows is TLS.
        let response = connection.exchange(&request, end, end, 0)?;
        match (response.status, connection) {
            (200, Connection::Plain(socket)) => Ok(socket),
            _ => {
                let text = format!("the proxy answers {}", response.line());
                Err(Trouble::new(Reply::Other, text))
            }
        }
    }

    /// Answers a challenge, so that the request can be made again.
    fn authorize(&mut self, response: &Response, from: &Address) -> Result<(), Trouble> {
        let authority = from.authority.clone();
        let is_second = self.authorization.contains_key(&authority);
        for challenge in challenges(response.challenges()) {
            match challenge.scheme {
                Scheme::Bearer => {
                    self.step("login", Mark::Odd, described(&challenge));
                    if is_second {
                        return Err(refused_token(&challenge));
                    }
                    let token = self.token(&challenge, from)?;
                    self.authorization
                        .insert(authority, format!("Bearer {token}"));
                    return Ok(());
                }
                Scheme::Basic => {
                    self.step("login", Mark::Odd, described(&challenge));
                    if is_second {
                        return Err(Trouble::new(
                            Reply::Unauthorized,
                            "the login is refused (401); it is not repeated",
                        ));
                    }
                    let Some(credentials) = self.node.credentials else {
                        let text = "it requires a user name and password (401 Basic), and the pull has no secret";
                        return Err(Trouble::new(Reply::Status(401), text));
                    };
                    self.may_be_sent_to(from)?;
                    let pair = format!("{}:{}", credentials.user, credentials.secret);
                    let value = format!("Basic {}", base64::encode(pair.as_bytes()));
                    self.authorization.insert(authority, value);
                    return Ok(());
                }
                Scheme::Digest => {}
            }
        }
        let text = "401 without a challenge that containerd can answer";
        Err(Trouble::new(Reply::Unauthorized, text))
    }

    /// Whether the pull secret goes there. It goes where containerd sends it, but not by plain HTTP over a network, and not
    /// to hosts that a redirect leads to.
    fn may_be_sent_to(&self, to: &Address) -> Result<(), Trouble> {
        let is_loopback = to.host() == "localhost"
            || to
                .host()
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        if !to.is_tls && !is_loopback {
            return Err(Trouble::not_known(
                "containerd would send the pull secret by plain HTTP here; this program does not",
            ));
        }
        if to.authority != self.endpoint.host {
            return Err(Trouble::not_known(
                "containerd would send the pull secret to the target of a redirect; this program does not",
            ));
        }
        Ok(())
    }

    /// A token from the server that the challenge names.
    fn token(&mut self, challenge: &Challenge, from: &Address) -> Result<String, Trouble> {
        let Some(realm) = challenge.get("realm") else {
            return Err(Trouble::new(
                Reply::NoRealm,
                "the Bearer challenge names no realm",
            ));
        };
        let no_token = |text: String| Trouble::new(Reply::NoToken, text);
        let Some(realm) = Address::parse(realm) else {
            return Err(no_token(
                "the realm of the Bearer challenge is not a URL".to_owned(),
            ));
        };
        let mut scopes: Vec<String> = challenge
            .get("scope")
            .map(|scope| scope.split(' ').map(str::to_owned).collect())
            .unwrap_or_default();
        scopes.push(format!("repository:{}:pull", self.node.repository));
        scopes.sort();
        scopes.dedup();
        let service = challenge.get("service").unwrap_or_default();
        let credentials = self.node.credentials;
        if credentials.is_some() {
            // The realm gets the secret, so it is judged as the endpoint is.
            self.may_be_sent_to(from)?;
            let realm_is_safe = realm.is_tls
                || realm.host() == "localhost"
                || realm
                    .host()
                    .parse::<IpAddr>()
                    .is_ok_and(|address| address.is_loopback());
            if !realm_is_safe {
                return Err(Trouble::not_known(
                    "containerd would send the pull secret by plain HTTP to the token server; this program does not",
                ));
            }
        }
        let response = match credentials {
            Some(credentials) => self.login(&realm, service, &scopes, credentials),
            None => self.fetch_token(&realm, service, &scopes, None),
        };
        let at = shown(&realm);
        let response = match response {
            Ok(response) => response,
            Err(trouble) if trouble.reply.is_none() => return Err(trouble),
            Err(trouble) => {
                self.step("token", Mark::Bad, format!("{at}: {trouble}"));
                return Err(no_token(format!("no token from {at}: {trouble}")));
            }
        };
        let token = serde_json::from_slice::<serde_json::Value>(&response.body)
            .ok()
            .and_then(|document| {
                let text = |name: &str| Some(document.get(name)?.as_str()?.to_owned());
                text("access_token")
                    .or_else(|| text("token"))
                    .filter(|token| !token.is_empty())
            });
        let is_good = (200..400).contains(&response.status);
        match token.filter(|_| is_good) {
            Some(token) => {
                let whose = if credentials.is_some() {
                    "with the pull secret"
                } else {
                    "anonymous"
                };
                self.step("token", Mark::Good, format!("{whose}, from {at}"));
                Ok(token)
            }
            None if is_good => {
                self.step(
                    "token",
                    Mark::Bad,
                    format!("{at} answers {} without a token", response.line()),
                );
                Err(no_token(format!("{at} answers without a token")))
            }
            None => {
                self.step(
                    "token",
                    Mark::Bad,
                    format!("{at} answers {}", response.line()),
                );
                Err(no_token(format!(
                    "the token server {at} answers {}",
                    response.line()
                )))
            }
        }
    }

    /// A token for the pull secret: by POST, and where the server does not know that, by GET.
    fn login(
        &mut self,
        realm: &Address,
        service: &str,
        scopes: &[String],
        credentials: &Credentials,
    ) -> Result<Response, Trouble> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("scope", &scopes.join(" "));
        form.append_pair("service", service);
        form.append_pair("client_id", "containerd-client");
        match credentials.user.is_empty() {
            true => {
                form.append_pair("grant_type", "refresh_token");
                form.append_pair("refresh_token", &credentials.secret);
            }
            false => {
                form.append_pair("grant_type", "password");
                form.append_pair("username", &credentials.user);
                form.append_pair("password", &credentials.secret);
            }
        }
        let mut headers = self.token_headers();
        let kind = "application/x-www-form-urlencoded; charset=utf-8";
        headers.push(("Content-Type".to_owned(), kind.to_owned()));
        let response = self.exchange("POST", realm, headers, &form.finish(), TOKEN_BYTES)?;
        match response.status {
            400 | 401 | 404 | 405 => self.fetch_token(realm, service, scopes, Some(credentials)),
            _ => Ok(response),
        }
    }

    fn fetch_token(
        &mut self,
        realm: &Address,
        service: &str,
        scopes: &[String],
        credentials: Option<&Credentials>,
    ) -> Result<Response, Trouble> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !service.is_empty() {
            query.append_pair("service", service);
        }
        for scope in scopes {
            query.append_pair("scope", scope);
        }
        let query = query.finish();
        let separator = if realm.target.contains('?') { '&' } else { '?' };
        let address = Address {
            target: format!("{}{separator}{query}", realm.target),
            ..realm.clone()
        };
        let mut headers = self.token_headers();
        if let Some(credentials) = credentials {
            let pair = format!("{}:{}", credentials.user, credentials.secret);
            let value = format!("Basic {}", base64::encode(pair.as_bytes()));
            headers.push(("Authorization".to_owned(), value));
        }
        // A redirect of the token server is not followed with a secret, and seldom without.
        self.exchange("GET", &address, headers, "", TOKEN_BYTES)
    }

    /// The headers of the host table also go to the token server, from 2.1; here only the harmless ones do.
    fn token_headers(&self) -> Vec<(String, String)> {
        let mut headers = vec![("User-Agent".to_owned(), user_agent())];
        if self.node.release.headers_to_token_server() {
            for (name, values) in &self.endpoint.header {
                let harmless = values
                    .iter()
                    .filter(|value| secrets::is_harmless(name, value));
                headers.extend(harmless.map(|value| (name.clone(), value.clone())));
            }
        }
        headers
    }
}

/// A failure behind redirects: its error names another URL than the request's.
fn behind(trouble: Trouble, hops: &[String]) -> Trouble {
    match hops {
        [_, .., last] => Trouble {
            reply: trouble.reply.map(|_| Reply::Other),
            text: format!("redirected to {last}: {}", trouble.text),
        },
        _ => trouble,
    }
}

fn user_agent() -> String {
    format!("certsd-lint-probe/{}", env!("CARGO_PKG_VERSION"))
}

/// A URL without its query, which may be signed.
fn shown(address: &Address) -> String {
    let text = address.to_string();
    text.split('?').next().unwrap_or_default().to_owned()
}

fn bracketed(host: &str) -> String {
    match host.contains(':') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    }
}

fn described(challenge: &Challenge) -> String {
    let scheme = match challenge.scheme {
        Scheme::Basic => "Basic",
        Scheme::Digest => "Digest",
        Scheme::Bearer => "Bearer",
    };
    let mut parts = Vec::new();
    for name in ["realm", "service", "scope", "error"] {
        if let Some(value) = challenge.get(name) {
            let value = value.split('?').next().unwrap_or_default();
            parts.push(format!("{name} {value}"));
        }
    }
    format!("401 {scheme}: {}", parts.join(", "))
}

fn refused_token(challenge: &Challenge) -> Trouble {
    match challenge.get("error") {
        Some(error) => Trouble::new(Reply::Denied, format!("the token is refused: {error}")),
        None => Trouble::new(Reply::Unauthorized, "the token is refused (401)"),
    }
}
