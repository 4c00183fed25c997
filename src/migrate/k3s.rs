//! The meaning of registries.yaml for k3s and RKE2.
//!
//! Read in k3s' sources: `getHostConfigs` and `normalizeEndpointAddress` in
//! `pkg/agent/containerd/config.go`, `HostsTomlTemplate` in `pkg/agent/templates`. k3s turns the file into a
//! certs.d tree of its own; there, a registry without an entry is that of `_default`, nothing is merged.

use std::collections::{BTreeMap, BTreeSet};

use super::old::{Old, Others};
use crate::containerd::loader::{is_loopback, port_of};
use crate::containerd::mirrors::{
    Meant, MirrorFault, MirrorFaultKind, TlsTable, WILDCARD, default_host, endpoint,
    has_unused_parts,
};
use crate::containerd::{Role, Tls};
use crate::go::{Rules, path, url};

/// The file registries.yaml, but for what it rewrites.
#[derive(Debug, Clone, Default)]
pub struct Registries {
    /// `mirrors`: the endpoints of a registry host or of the wildcard, as written.
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// `configs.*.tls`.
    pub tls: BTreeMap<String, TlsTable>,
    /// The hosts in `configs` that have TLS settings or credentials.
    pub configured: BTreeSet<String>,
}

impl Old for Registries {
    fn endpoints(&self, host: &str) -> Meant {
        if !self.has_own(host) {
            let others = self.others().unwrap_or_default();
            let mut meant = others.listed;
            let host = default_host(host).to_owned();
            meant.endpoints.push(endpoint(
                Role::Upstream,
                "https".to_owned(),
                host,
                "/v2".to_owned(),
                others.tls,
            ));
            return meant;
        }
        let listed = self.mirrors.get(host);
        let mut meant = self.listed(listed.map(Vec::as_slice).unwrap_or_default());
        // The registry's own settings, under the name of the registry or of the host that answers.
        match self.configured.contains(host) {
            true => self.add(&mut meant, host, Role::Upstream, Some(host)),
            false => self.add(&mut meant, host, Role::Upstream, None),
        }
        meant
    }

    fn named(&self) -> BTreeSet<String> {
        let names = self.mirrors.keys().chain(&self.configured);
        names.filter(|name| self.has_own(name)).cloned().collect()
    }

    fn others(&self) -> Option<Others> {
        let listed = self.mirrors.get(WILDCARD);
        let settings = self.tls.get(WILDCARD);
        if listed.is_none_or(Vec::is_empty) && settings.is_none() {
            return None;
        }
        Some(Others {
            listed: self.listed(listed.map(Vec::as_slice).unwrap_or_default()),
            tls: settings.map(|table| table.settings().0).unwrap_or_default(),
        })
    }
}

impl Registries {
    /// Whether k3s writes a directory for the host: it has endpoints, or settings.
    fn has_own(&self, host: &str) -> bool {
        let settings = self.configured.contains(host)
            // Looked up only for a host that has an entry among the mirrors.
            || self.mirrors.contains_key(host) && self.configured.contains(default_host(host));
        host != WILDCARD
            && (settings || self.mirrors.get(host).is_some_and(|list| !list.is_empty()))
    }

    /// The endpoints that a list gives.
    pub fn listed(&self, listed: &[String]) -> Meant {
        let mut meant = Meant::default();
        for (index, text) in listed.iter().enumerate() {
            self.add(&mut meant, text, Role::Host(index), None);
        }
        meant
    }

    /// Adds an endpoint. Its TLS settings are those of `settings`, or those that its host has.
    fn add(&self, meant: &mut Meant, text: &str, role: Role, settings: Option<&str>) {
        let mut fault = |kind| {
            meant.faults.push(MirrorFault {
                endpoint: text.to_owned(),
                kind,
            });
        };
        let with_scheme = match text.contains("://") {
            true => text.to_owned(),
            false => format!("//{text}"),
        };
        let url = match url::parse(&with_scheme, Rules::NEWEST) {
            Ok(url) => url,
            Err(error) => return fault(MirrorFaultKind::Url(error)),
        };
        let scheme = match url.scheme.as_ref() {
            "" if is_loopback(&url.host) && !matches!(port_of(&url.host), "" | "443") => "http",
            "" => "https",
            written => written,
        };
        if url.host.is_empty() || !matches!(scheme, "http" | "https") {
            return fault(MirrorFaultKind::Unusable);
        }
        let host = default_host(&url.host).to_owned();
        let name = match host.as_str() {
            "registry-1.docker.io" => "docker.io",
            other => other,
        };
        let table = match settings {
            Some(name) => self.tls.get(name),
            None => self.tls.get(default_host(name)).or(self.tls.get(name)),
        };
        if has_unused_parts(&url) {
            fault(MirrorFaultKind::UnusedParts);
        }
        let tls = match table {
            Some(table) => table.for_scheme(scheme, &mut fault),
            None => Tls::default(),
        };
        let path = match url.path.as_str() {
            "" | "/" => "/v2".to_owned(),
            written => path::clean(written),
        };
        meant
            .endpoints
            .push(endpoint(role, scheme.to_owned(), host, path, tls));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containerd::Endpoint;

    fn registries(mirrors: &[(&str, &[&str])], configured: &[&str]) -> Registries {
        Registries {
            mirrors: mirrors
                .iter()
                .map(|(host, list)| {
                    let list = list.iter().map(ToString::to_string).collect();
                    ((*host).to_owned(), list)
                })
                .collect(),
            tls: BTreeMap::new(),
            configured: configured.iter().map(ToString::to_string).collect(),
        }
    }

    fn urls(registries: &Registries, host: &str) -> Vec<String> {
        let meant = registries.endpoints(host);
        meant.endpoints.iter().map(Endpoint::url).collect()
    }

    #[test]
    fn a_registry_with_settings_is_not_asked_through_the_wildcard() {
        let registries = registries(&[("*", &["https://m.internal"])], &["reg.internal"]);
        assert_eq!(
            urls(&registries, "reg.internal"),
            ["https://reg.internal/v2"]
        );
        assert_eq!(
            urls(&registries, "quay.io"),
            ["https://m.internal/v2", "https://quay.io/v2"]
        );
    }

    #[test]
    fn endpoints_are_made_good() {
        let registries = registries(
            &[(
                "docker.io",
                &[
                    "docker.io",
                    "m.internal/",
                    "127.0.0.1:5000",
                    "https://m.internal/v2/proxy",
                ],
            )],
            &[],
        );
        assert_eq!(
            urls(&registries, "docker.io"),
            [
                "https://registry-1.docker.io/v2",
                "https://m.internal/v2",
                "http://127.0.0.1:5000/v2",
                "https://m.internal/v2/proxy",
                "https://registry-1.docker.io/v2"
            ]
        );
    }
}
