//! Entries of a hosts.toml that lead to the same registry.

use std::borrow::Cow;

use super::view::{Entry, NamespaceView};
use crate::containerd::hosts::Host;
use crate::containerd::loader::{is_loopback, port_of, split_host_port};
use crate::containerd::{Releases, Role};
use crate::finding::Classification;
use crate::finding::hosts::lower_case;

/// Host and port as a client connects to them: in lower case, with the port.
pub fn address<'a>(scheme: &str, host: &'a str) -> (Cow<'a, str>, &'a str) {
    let name = split_host_port(host).map_or(host, |(name, _)| name);
    let port = match (port_of(host), scheme) {
        ("", "http") => "80",
        ("", _) => "443",
        (port, _) => port,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    (lower_case(name), port)
}

/// A host table that leads to the same registry as the root of the file.
pub struct Twin<'c, 'a> {
    /// The host table's entry.
    pub host: &'c Entry<'a>,
    /// The root's: `server`, or where there is none the namespace itself.
    pub root: Cow<'a, Host>,
    /// The releases that make endpoints of both.
    pub releases: Releases,
}

impl Twin<'_, '_> {
    /// Whether the host table has TLS settings and the root has none.
    pub fn root_lacks_tls(&self) -> bool {
        has_tls(self.host.host) && !has_tls(&self.root)
    }

    /// The settings `ca`, `client`, `skip_verify` and `header` that the root has and the host table, which has none of
    /// their kind, lacks.
    pub fn not_inherited(&self) -> Vec<&'static str> {
        let (host, root) = (self.host.host, &*self.root);
        let mut keys = Vec::new();
        if !has_tls(host) {
            keys.extend(tls_keys(root));
        }
        if host.header.is_empty() && !root.header.is_empty() {
            keys.push("header");
        }
        keys
    }
}

/// Whether a registry is a public one whose certificates every node trusts.
pub fn is_trusted_everywhere(context: &NamespaceView, host: &Host) -> bool {
    matches!(context.classify(&host.host), Classification::KnownPublic(_))
}

/// The TLS settings of an entry that have an effect.
pub fn tls_keys(host: &Host) -> Vec<&'static str> {
    let mut keys = Vec::new();
    if host.ca.as_ref().is_some_and(|ca| !ca.is_empty()) {
        keys.push("ca");
    }
    if !host.client.is_empty() {
        keys.push("client");
    }
    if host.skip_verify == Some(true) {
        keys.push("skip_verify");
    }
    keys
}

fn has_tls(host: &Host) -> bool {
    !tls_keys(host).is_empty()
}

/// An enumeration of keys: `ca`, `client` and `header`.
pub fn in_words(keys: &[&str]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The host tables that lead to the same registry as the root, over HTTPS.
pub fn twins<'c, 'a>(context: &'c NamespaceView<'a>) -> Vec<Twin<'c, 'a>> {
    let entries = context.entries();
    let Some(at_root) = entries.iter().find(|entry| entry.host.role == Role::Server) else {
        return Vec::new();
    };
    let mut root = Cow::Borrowed(at_root.host);
    if root.host.is_empty() {
        let own = context.host();
        // The defaults of a loopback registry depend on the release; `_default` represents many registries.
        if context.is_default() || is_loopback(own) {
            return Vec::new();
        }
        let host = root.to_mut();
        host.role = Role::Upstream;
        host.scheme = "https".into();
        host.host = match own {
            "docker.io" => "registry-1.docker.io".to_owned(),
            _ => own.to_owned(),
        };
    }
    fn at(host: &Host) -> (Cow<'_, str>, &str) {
        address(&host.scheme, &host.host)
    }
    entries
        .iter()
        .filter(|entry| entry.table.is_some() && entry.host.scheme == "https")
        .filter(|entry| root.scheme == "https" && at(entry.host) == at(&root))
        .map(|host| Twin {
            host,
            root: root.clone(),
            releases: host
                .releases
                .iter()
                .filter(|release| at_root.releases.contains(release))
                .copied()
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_as_a_client_connects() {
        let same = |a: (&str, &str), b: (&str, &str)| address(a.0, a.1) == address(b.0, b.1);
        assert!(same(("https", "M.internal"), ("https", "m.internal:443")));
        assert!(same(("http", "m"), ("http", "m:80")));
        assert!(same(("https", "[::1]"), ("https", "[::1]:443")));
        assert!(!same(("https", "m"), ("http", "m")));
        assert_eq!(
            in_words(&["ca", "client", "header"]),
            "`ca`, `client` and `header`"
        );
    }
}
