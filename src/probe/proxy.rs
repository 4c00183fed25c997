//! Which proxy a request goes through, by the rules of Go's `net/http` (`ProxyFromEnvironment`).
//!
//! The rules are not those of curl: ALL_PROXY is not read, loopback hosts are never proxied, NO_PROXY knows networks and
//! suffixes, and plain HTTP goes through a proxy without CONNECT.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::address::Address;
use crate::go::base64;

/// Where the settings come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proxies {
    /// The variables: `HTTPS_PROXY` and so on.
    pub variables: BTreeMap<String, String>,
    /// Where they are set, for people.
    pub from: String,
}

/// A proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its address.
    pub address: Address,
    /// The value of `Proxy-Authorization`.
    pub authorization: Option<String>,
    /// The scheme, where it is not `http`: such a proxy is not used here.
    pub unsupported: Option<String>,
}

impl Proxies {
    /// The proxy for a request; `None` for none.
    ///
    /// # Errors
    /// Where Go finds no URL in the setting.
    pub fn of(&self, address: &Address) -> Result<Option<Proxy>, String> {
        let names = match address.is_tls {
            true => ["HTTPS_PROXY", "https_proxy"],
            false => ["HTTP_PROXY", "http_proxy"],
        };
        let Some(text) = self.any(names) else {
            return Ok(None);
        };
        if !self.uses_proxy(address.host(), address.port()) {
            return Ok(None);
        }
        parse(text)
            .map(Some)
            .ok_or_else(|| format!("{} is not a URL", names[0]))
    }

    fn any(&self, names: [&str; 2]) -> Option<&str> {
        names
            .iter()
            .filter_map(|name| self.variables.get(*name))
            .map(String::as_str)
            .find(|value| !value.is_empty())
    }

    fn uses_proxy(&self, host: &str, port: u16) -> bool {
        let address: Option<IpAddr> = host.parse().ok();
        if host == "localhost"
            || address.is_some_and(|address| address.to_canonical().is_loopback())
        {
            return false;
        }
        let exceptions = self.any(["NO_PROXY", "no_proxy"]).unwrap_or_default();
        let host = host.trim().to_lowercase();
        !exceptions
            .split(',')
            .map(|entry| entry.trim().to_lowercase())
            .filter(|entry| !entry.is_empty())
            .any(|entry| is_exception(&entry, &host, address, port))
    }
}

/// Whether an entry of NO_PROXY is about this host.
fn is_exception(entry: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(network) = entry.parse::<IpNet>() {
        return entry.contains('/') && address.is_some_and(|address| network.contains(&address));
    }
    let (name, wanted_port) = split(entry);
    if wanted_port.is_some_and(|wanted| wanted != port) {
        return false;
    }
    if let Ok(known) = name.parse::<IpAddr>() {
        return address == Some(known);
    }
    let name = match name.strip_prefix('*') {
        Some(rest) if rest.starts_with('.') => rest,
        _ => name,
    };
    match name.strip_prefix('.') {
        Some(_) => host.ends_with(name),
        None => {
            host == name
                || host
                    .strip_suffix(name)
                    .is_some_and(|rest| rest.ends_with('.'))
        }
    }
}

fn split(entry: &str) -> (&str, Option<u16>) {
    let bare = |text: &str| text.trim_start_matches('[').trim_end_matches(']').len() == text.len();
    match entry.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || !bare(name) => match port.parse() {
            Ok(port) => (
                name.trim_start_matches('[').trim_end_matches(']'),
                Some(port),
            ),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

/// A proxy as it is written: with or without a scheme.
fn parse(text: &str) -> Option<Proxy> {
    let known = ["http", "https", "socks5", "socks5h"];
    let scheme = text
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let (scheme, rest) = match scheme {
        Some(scheme) if known.contains(&scheme.as_str()) => (scheme, text.split_once("://")?.1),
        Some(_) => return None,
        None => ("http".to_owned(), text),
    };
    let (authority, _) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let authorization = authority.rsplit_once('@').map(|(user, _)| {
        let user = percent_encoding::percent_decode_str(user).decode_utf8_lossy();
        let user = match user.contains(':') {
            true => user.into_owned(),
            false => format!("{user}:"),
        };
        format!("Basic {}", base64::encode(user.as_bytes()))
    });
    let host = authority.rsplit('@').next()?;
    let with_port = |default: u16| match Address::parse(&format!("http://{host}/")) {
        Some(address) if address.has_port() => Some(address),
        Some(_) => Address::parse(&format!("http://{host}:{default}/")),
        None => None,
    };
    let address = with_port(match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => 1080,
    })?;
    Some(Proxy {
        address,
        authorization,
        unsupported: (scheme != "http").then_some(scheme),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(no_proxy: &str, url: &str) -> bool {
        let variables = [
            ("HTTPS_PROXY", "http://proxy:3128"),
            ("HTTP_PROXY", "proxy:3128"),
            ("ALL_PROXY", "http://all:1"),
            ("NO_PROXY", no_proxy),
        ];
        let proxies = Proxies {
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            from: String::new(),
        };
        proxies.of(&Address::parse(url).unwrap()).unwrap().is_some()
    }

    #[test]
    fn exceptions_are_gos() {
        for (no_proxy, url, want) in [
            ("", "https://mirror.internal/", true),
            ("", "https://localhost/", false),
            ("", "https://127.8.8.8:5000/", false),
            ("", "http://[::1]/", false),
            ("*", "https://mirror.internal/", false),
            ("internal", "https://mirror.internal/", false),
            (".internal", "https://mirror.internal/", false),
            (".internal", "https://internal/", true),
            ("*.internal", "https://mirror.internal/", false),
            ("internal", "https://xinternal/", true),
            ("10.0.0.0/8", "https://10.1.2.3/", false),
            ("10.0.0.0/8", "https://11.1.2.3/", true),
            ("10.1.2.3", "https://10.1.2.3:5000/", false),
            ("mirror.internal:5000", "https://mirror.internal/", true),
            (
                "mirror.internal:5000",
                "https://mirror.internal:5000/",
                false,
            ),
            ("a, MIRROR.internal ", "https://mirror.Internal/", false),
        ] {
            assert_eq!(used(no_proxy, url), want, "{no_proxy:?} {url}");
        }
    }

    #[test]
    fn only_the_variables_of_the_scheme_are_read() {
        let mut proxies = Proxies::default();
        proxies
            .variables
            .insert("ALL_PROXY".to_owned(), "http://a".to_owned());
        let address = Address::parse("https://m/").unwrap();
        assert_eq!(proxies.of(&address), Ok(None));
        proxies
            .variables
            .insert("https_proxy".to_owned(), "al:ice@b".to_owned());
        let proxy = proxies.of(&address).unwrap().unwrap();
        assert_eq!(proxy.address.authority, "b:80");
        assert_eq!(proxy.authorization.as_deref(), Some("Basic YWw6aWNl"));
        proxies
            .variables
            .insert("HTTPS_PROXY".to_owned(), "socks5://c".to_owned());
        let proxy = proxies.of(&address).unwrap().unwrap();
        assert_eq!(proxy.unsupported.as_deref(), Some("socks5"));
    }

    proptest::proptest! {
        #[test]
        fn any_setting_is_read(proxy in "\\PC{0,30}", no_proxy in "(\\PC|[,:.*/\\[\\]]){0,30}", host in "[a-z0-9.:\\[\\]]{1,20}") {
            let mut proxies = Proxies::default();
            proxies.variables.insert("HTTP_PROXY".to_owned(), proxy);
            proxies.variables.insert("NO_PROXY".to_owned(), no_proxy);
            if let Some(address) = Address::parse(&format!("http://{host}/")) {
                let _ = proxies.of(&address);
            }
        }
    }
}
