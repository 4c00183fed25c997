//! Registry hosts by glob and by network.

use std::net::IpAddr;

use globset::{Glob, GlobSetBuilder};
use ipnet::IpNet;

use crate::finding::HostPatterns;

/// One of them.
#[derive(Debug, Clone)]
pub enum HostPattern {
    /// Names.
    Glob(Glob),
    /// Addresses.
    Network(IpNet),
}

/// Reads a glob (`*.corp.example`), a network (`10.0.0.0/8`) or an address.
pub fn parse_host(text: &str) -> Result<HostPattern, String> {
    if text.is_empty() {
        return Err("the host is empty".to_owned());
    }
    if let Some((_, host)) = text.split_once("://") {
        return Err(format!(
            "`{text}` is a URL; write only the host: `{}`",
            host.split('/').next().unwrap_or(host)
        ));
    }
    let bare = text
        .strip_prefix('[')
        .and_then(|t| t.strip_suffix(']'))
        .unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(HostPattern::Network(address.into()));
    }
    if let Some((address, _)) = text.split_once('/') {
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(HostPattern::Network(network));
        }
        return Err(match address.parse::<IpAddr>() {
            Ok(_) => {
                format!(
                    "`{text}` is not a valid network: the number after `/` is too large or not a number"
                )
            }
            Err(_) => format!("`{text}` is a path; write only the host: `{address}`"),
        });
    }
    if let Some((name, port)) = text.rsplit_once(':')
        && port.bytes().all(|b| b.is_ascii_digit() || b == b'*')
    {
        return Err(format!(
            "`{text}` has a port, which makes no difference here: write `{name}`"
        ));
    }
    Glob::new(&text.to_lowercase())
        .map(HostPattern::Glob)
        .map_err(|error| format!("`{text}` is not a valid glob: {}", error.kind()))
}

/// Puts patterns together.
pub fn host_patterns<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<HostPatterns, String> {
    let mut globs = GlobSetBuilder::new();
    let mut networks = Vec::new();
    for text in texts {
        match parse_host(text)? {
            HostPattern::Glob(glob) => {
                globs.add(glob);
            }
            HostPattern::Network(network) => networks.push(network),
        }
    }
    let globs = globs.build().map_err(|error| error.to_string())?;
    // To look at a name takes time even where there are no globs.
    let globs = match globs.is_empty() {
        true => Vec::new(),
        false => vec![globs],
    };
    Ok(HostPatterns { globs, networks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_networks_and_addresses() {
        let patterns =
            host_patterns(["*.Corp.example", "203.0.113.0/24", "[2001:db8::1]"]).unwrap();
        for host in ["a.corp.example", "203.0.113.7", "2001:db8::1"] {
            assert!(patterns.matches(host), "{host}");
        }
        assert!(!patterns.matches("corp.example"));
    }

    #[test]
    fn what_is_no_host_is_answered_with_what_to_write() {
        let error = |text| parse_host(text).unwrap_err();
        assert!(error("https://reg.example/v2").contains("`reg.example`"));
        assert!(error("reg.example:5000").contains("`reg.example`"));
        assert!(error("10.0.0.0/33").contains("not a valid network"));
        assert!(error("reg.example/x").contains("`reg.example`"));
        assert!(error("a[").contains("not a valid glob"));
        assert!(error("").contains("empty"));
    }
}
