//! Whether a host is public or private, judged by its name alone.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

use globset::{Glob, GlobSet, GlobSetBuilder};
use ipnet::IpNet;

use crate::containerd::loader::split_host_port;
use crate::finding::public_mirrors::{ACCOUNTS, Access, PUBLIC, PublicMirror};

/// The class of a host, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Classification {
    /// Not reachable from the internet, or `private` in the settings.
    Private,
    /// A known public mirror or registry, with its operator.
    KnownPublic(String),
    /// `public` in the settings.
    DeclaredPublic,
    /// Any other public DNS name or address.
    Unclassified,
}

/// Hosts given in the settings, as globs and networks.
#[derive(Debug, Clone, Default)]
pub struct HostPatterns {
    /// Globs for names without a port.
    pub globs: Vec<GlobSet>,
    /// Networks of addresses.
    pub networks: Vec<IpNet>,
}

impl HostPatterns {
    /// Whether a host is among them.
    pub fn matches(&self, name: &str) -> bool {
        let holds = |network: &IpNet| address(name).is_some_and(|ip| network.contains(&ip));
        self.globs.iter().any(|globs| globs.is_match(name)) || self.networks.iter().any(holds)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.globs.is_empty() && self.networks.is_empty()
    }

    /// Adds those of another.
    pub fn extend(&mut self, other: &HostPatterns) {
        self.globs.extend(other.globs.iter().cloned());
        self.networks.extend(&other.networks);
    }
}

static ACCOUNT_HOSTS: LazyLock<GlobSet> = LazyLock::new(|| {
    let mut set = GlobSetBuilder::new();
    // A test below checks that every glob is valid.
    for glob in ACCOUNTS.iter().filter_map(|a| Glob::new(a.hosts).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_default()
});

/// Suffixes of names that public DNS does not resolve.
const PRIVATE_SUFFIXES: [&str; 11] = [
    ".internal",
    ".local",
    ".lan",
    ".home.arpa",
    ".corp",
    ".intranet",
    ".private",
    ".test",
    ".svc",
    ".cluster.local",
    ".localhost",
];

/// The name or address in `host`, without port and brackets, lower-cased.
pub fn bare_name(host: &str) -> Cow<'_, str> {
    let name = split_host_port(host).map_or(host, |(name, _)| name);
    let name = name
        .strip_prefix('[')
        .and_then(|n| n.strip_suffix(']'))
        .unwrap_or(name);
    lower_case(name.trim_end_matches('.'))
}

/// A name in lower case, borrowed where it already is.
pub fn lower_case(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

fn address(name: &str) -> Option<IpAddr> {
    name.split('%').next()?.parse().ok()
}

/// Classifies `host` (with or without a port); the settings' patterns come first.
pub fn classify(host: &str, private: &HostPatterns, public: &HostPatterns) -> Classification {
    let name = bare_name(host);
    if private.matches(&name) {
        return Classification::Private;
    }
    if public.matches(&name) {
        return Classification::DeclaredPublic;
    }
    let is_private = match address(&name) {
        Some(ip) => is_private_address(ip),
        None => !name.contains('.') || PRIVATE_SUFFIXES.iter().any(|suffix| name.ends_with(suffix)),
    };
    if is_private {
        return Classification::Private;
    }
    match known(&name) {
        Some(mirror) => Classification::KnownPublic(mirror.operator.to_owned()),
        None => Classification::Unclassified,
    }
}

/// The list's entry for a bare name.
fn known(name: &str) -> Option<&'static PublicMirror> {
    PUBLIC.iter().find(|m| match m.host.strip_prefix('.') {
        Some(_) => name.ends_with(m.host),
        None => m.host == name,
    })
}

/// Whether a host (with or without a port) is a public registry that images are named after, as opposed to a mirror.
pub fn is_public_registry(host: &str) -> bool {
    known(&bare_name(host)).is_some_and(|entry| entry.is_registry)
}

/// The public mirror of this name (with or without a port), if it is known not to serve everyone any more.
pub fn closed_mirror(host: &str) -> Option<&'static PublicMirror> {
    known(&bare_name(host)).filter(|entry| entry.access != Access::Open)
}

/// Whether a host is a cloud customer's own registry under a public name, most likely the author's.
pub fn is_account_registry(host: &str) -> bool {
    ACCOUNT_HOSTS.is_match(bare_name(host).as_ref())
}

/// Loopback, private, link-local, unique-local and shared addresses (RFC 1918, 3927, 4193, 4291, 6598).
fn is_private_address(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_unspecified()
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(host: &str) -> Classification {
        classify(host, &HostPatterns::default(), &HostPatterns::default())
    }

    #[test]
    fn private_by_name_or_address() {
        for host in [
            "localhost:5000",
            "registry",
            "mirror.internal",
            "reg.corp.internal:5000",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1:80",
            "100.64.0.1",
            "[fd00::1]:5000",
            "[::1]",
            "169.254.1.1",
            "a.svc.cluster.local",
        ] {
            assert_eq!(of(host), Classification::Private, "{host}");
        }
    }

    #[test]
    fn public_by_list_or_unclassified() {
        assert!(matches!(
            of("mirror.gcr.io"),
            Classification::KnownPublic(_)
        ));
        assert!(matches!(
            of("abc123.mirror.aliyuncs.com"),
            Classification::KnownPublic(_)
        ));
        for host in ["mirror.company.com", "8.8.8.8", "100.128.0.1"] {
            assert_eq!(of(host), Classification::Unclassified, "{host}");
        }
    }

    #[test]
    fn the_list_has_a_source_for_each_entry() {
        let mut hosts = BTreeSet::new();
        for mirror in PUBLIC {
            assert!(mirror.source.starts_with("https://"), "{}", mirror.host);
            assert_eq!(mirror.host, mirror.host.to_lowercase());
            assert!(hosts.insert(mirror.host), "{} twice", mirror.host);
        }
        for account in ACCOUNTS {
            assert!(account.source.starts_with("https://"), "{}", account.hosts);
            Glob::new(account.hosts).unwrap();
        }
    }

    #[test]
    fn registries_mirrors_and_accounts_are_told_apart() {
        assert!(is_public_registry("quay.io") && is_public_registry("docker.io"));
        assert!(!is_public_registry("mirror.gcr.io"));
        for host in [
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
            "europe-docker.pkg.dev",
            "company.azurecr.io:443",
            "company.jfrog.io",
        ] {
            assert!(is_account_registry(host), "{host}");
            assert_eq!(of(host), Classification::Unclassified, "{host}");
        }
        assert!(!is_account_registry("mirror.company.com"));
    }

    #[test]
    fn closed_mirrors_are_known() {
        let access = |host: &str| closed_mirror(host).map(|mirror| mirror.access);
        assert_eq!(access("reg-mirror.qiniu.com:443"), Some(Access::Closed));
        assert!(matches!(access("gcr.azk8s.cn"), Some(Access::Only(_))));
        assert_eq!(access("docker.m.daocloud.io"), None);
        assert_eq!(access("mirror.company.com"), None);
    }
}
