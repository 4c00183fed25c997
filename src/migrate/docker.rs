//! The meaning of daemon.json for Docker.
//!
//! Read in moby's sources: `lookupV2Endpoints` in `registry/service_v2.go`, `ValidateMirror` and
//! `isSecureIndex` in `registry/config.go`. Mirrors are only for Docker Hub. A registry that is
//! insecure is contacted over HTTPS without verification, then by HTTP.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::old::{Old, Others};
use crate::containerd::loader::split_host_port;
use crate::containerd::mirrors::{
    Meant, MirrorFault, MirrorFaultKind, default_host, endpoint, has_unused_parts,
};
use crate::containerd::{Role, Tls};
use crate::go::{Rules, path, url};

/// The name of Docker Hub.
pub const HUB: &str = "docker.io";

/// The file daemon.json, as far as it speaks of registries.
#[derive(Debug, Clone, Default)]
pub struct Daemon {
    /// `registry-mirrors`, as written.
    pub mirrors: Vec<String>,
    /// The hosts in `insecure-registries`.
    pub insecure: BTreeSet<String>,
    /// The networks in it.
    pub networks: Vec<IpNet>,
}

impl Old for Daemon {
    fn endpoints(&self, host: &str) -> Meant {
        let mut meant = Meant::default();
        let mut add = |role, scheme: &str, host: &str, path: String, tls| {
            let (scheme, host) = (scheme.to_owned(), host.to_owned());
            meant
                .endpoints
                .push(endpoint(role, scheme, host, path, tls));
        };
        let v2 = || "/v2".to_owned();
        if host != HUB {
            // Networks tell by address, which no directory can; a host that is one, can.
            let insecure = self.insecure.contains(host);
            let tls = Tls {
                skip_verify: insecure.then_some(true),
                ..Tls::default()
            };
            add(Role::Upstream, "https", host, v2(), tls);
            if insecure {
                add(Role::Upstream, "http", host, v2(), Tls::default());
            }
            return meant;
        }
        for (index, text) in self.mirrors.iter().enumerate() {
            self.mirror(&mut meant, text, Role::Host(index));
        }
        meant.endpoints.push(endpoint(
            Role::Upstream,
            "https".to_owned(),
            default_host(HUB).to_owned(),
            v2(),
            Tls::default(),
        ));
        meant
    }

    fn named(&self) -> BTreeSet<String> {
        let mut named = self.insecure.clone();
        named.remove(HUB);
        if !self.mirrors.is_empty() {
            named.insert(HUB.to_owned());
        }
        named
    }

    fn others(&self) -> Option<Others> {
        None
    }
}

impl Daemon {
    fn mirror(&self, meant: &mut Meant, text: &str, role: Role) {
        let with_scheme = match text.contains("://") {
            true => text.to_owned(),
            false => format!("https://{text}"),
        };
        let fault = |kind| MirrorFault {
            endpoint: text.to_owned(),
            kind,
        };
        let url = match url::parse(&with_scheme, Rules::NEWEST) {
            Ok(url) => url,
            Err(error) => return meant.faults.push(fault(MirrorFaultKind::Url(error))),
        };
        if url.host.is_empty() || !matches!(url.scheme.as_ref(), "http" | "https") {
            return meant.faults.push(fault(MirrorFaultKind::Unusable));
        }
        if has_unused_parts(&url) {
            meant.faults.push(fault(MirrorFaultKind::UnusedParts));
        }
        let skips = url.scheme == "https" && self.is_insecure(&url.host);
        let tls = Tls {
            skip_verify: skips.then_some(true),
            ..Tls::default()
        };
        let path = path::clean(&format!("/{}/v2", url.path));
        meant
            .endpoints
            .push(endpoint(role, url.scheme, url.host, path, tls));
    }

    /// Whether Docker verifies nothing at this host: it is named, or an address in a network that is, or
    /// of this machine.
    fn is_insecure(&self, host: &str) -> bool {
        let name = split_host_port(host).map_or(host, |(name, _)| name);
        let name = name.trim_start_matches('[').trim_end_matches(']');
        let address = name.parse::<IpAddr>().ok();
        let address = match name {
            "localhost" => Some(IpAddr::from([127, 0, 0, 1])),
            _ => address,
        };
        self.insecure.contains(host)
            || address.is_some_and(|address| {
                address.is_loopback() || self.networks.iter().any(|net| net.contains(&address))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containerd::Endpoint;

    #[test]
    fn mirrors_are_for_the_hub_and_insecure_ones_have_two_schemes() {
        let daemon = Daemon {
            mirrors: vec![
                "https://10.1.2.3:5000/".to_owned(),
                "http://m.internal".to_owned(),
            ],
            insecure: BTreeSet::from(["reg.internal".to_owned()]),
            networks: vec!["10.0.0.0/8".parse().unwrap()],
        };
        let urls = |host: &str| -> Vec<String> {
            let endpoints = daemon.endpoints(host).endpoints;
            endpoints
                .iter()
                .map(|e| format!("{} {}", Endpoint::url(e), e.skips_verification()))
                .collect()
        };
        assert_eq!(
            urls("docker.io"),
            [
                "https://10.1.2.3:5000/v2 true",
                "http://m.internal/v2 false",
                "https://registry-1.docker.io/v2 false"
            ]
        );
        assert_eq!(
            urls("reg.internal"),
            [
                "https://reg.internal/v2 true",
                "http://reg.internal/v2 false"
            ]
        );
        assert_eq!(urls("quay.io"), ["https://quay.io/v2 false"]);
    }
}
