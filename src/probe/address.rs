//! URLs of requests, as far as a client needs them.

use std::fmt;

/// An absolute http or https URL in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `http` or `https`.
    pub is_tls: bool,
    /// Host and port as they are written.
    pub authority: String,
    /// The path with its query.
    pub target: String,
}

impl Address {
    /// Reads an absolute URL.
    pub fn parse(text: &str) -> Option<Address> {
        // `url` is built without the tables for other hosts, and what Go sends is ASCII.
        if !text.is_ascii() {
            return None;
        }
        let url = url::Url::parse(text).ok()?;
        let is_tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        // The parts are the text's own, for `url` lower-cases and punycodes; its verdict is that they can be used.
        let (_, rest) = text.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let authority = authority.rsplit('@').next()?;
        let target = target.split('#').next().unwrap_or_default();
        let target = match target.starts_with('/') {
            true => target.to_owned(),
            false => format!("/{target}"),
        };
        let is_plain = |c: char| !c.is_control() && c != ' ';
        let is_usable = !authority.is_empty()
            && authority.chars().all(is_plain)
            && target.chars().all(is_plain);
        is_usable.then(|| Address {
            is_tls,
            authority: authority.to_owned(),
            target,
        })
    }

    /// A URL that a `Location` header names, seen from this one.
    pub fn join(&self, location: &str) -> Option<Address> {
        if location.contains("://") || !location.is_ascii() {
            return Address::parse(location);
        }
        let base = url::Url::parse(&self.to_string()).ok()?;
        Address::parse(base.join(location).ok()?.as_str())
    }

    /// The host alone, without brackets.
    pub fn host(&self) -> &str {
        let (host, _) = self.split();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port, or that of the scheme.
    pub fn port(&self) -> u16 {
        let default = if self.is_tls { 443 } else { 80 };
        self.split()
            .1
            .and_then(|port| port.parse().ok())
            .unwrap_or(default)
    }

    /// Whether a port is written.
    pub fn has_port(&self) -> bool {
        self.split().1.is_some_and(|port| !port.is_empty())
    }

    fn split(&self) -> (&str, Option<&str>) {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (&self.authority, None),
        }
    }

    /// The same by plain HTTP.
    pub fn plain(&self) -> Address {
        Address {
            is_tls: false,
            ..self.clone()
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_apart() {
        let address = Address::parse("https://alice:s@Mirror.internal:5000/v2/a?ns=b#c").unwrap();
        assert_eq!(
            address.to_string(),
            "https://Mirror.internal:5000/v2/a?ns=b"
        );
        assert_eq!((address.host(), address.port()), ("Mirror.internal", 5000));
        let address = Address::parse("http://[::1]/v2").unwrap();
        assert_eq!(
            (address.host(), address.port(), address.has_port()),
            ("::1", 80, false)
        );
        assert_eq!(
            address.join("../x?y").unwrap().to_string(),
            "http://[::1]/x?y"
        );
        assert_eq!(
            address.join("https://b/").unwrap().to_string(),
            "https://b/"
        );
        for text in [
            "ftp://a/",
            "a",
            "https://",
            "https://a b/",
            "https://a/\r\nx",
        ] {
            let parsed = Address::parse(text);
            assert!(
                parsed.is_none_or(|a| !a.to_string().contains(['\r', ' '])),
                "{text}"
            );
        }
    }
}
