//! Host names that never resolve, on any network: Go rejects them before the DNS lookup.

use std::net::IpAddr;

/// Why a host cannot be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostFault {
    /// A network, or an address with a prefix length: `10.10.0.0/16`.
    Network(String),
    /// A name with a wildcard: `*.corp.internal`.
    Wildcard,
    /// Numbers and dots that are not an IPv4 address: `10.0.0.300`.
    Number,
    /// Two dots in a row, or one at the front.
    EmptyLabel,
    /// A part between dots that begins or ends with a hyphen.
    Hyphen,
    /// A part between dots of more than 63 bytes, or a name of more than 253.
    TooLong,
    /// A character that no host name has.
    Character(char),
}

impl HostFault {
    /// The fault of the host, as the end of a sentence that begins with it.
    pub fn predicate(&self) -> String {
        match self {
            HostFault::Network(_) => "is a network, not a host".to_owned(),
            HostFault::Wildcard => {
                "contains a wildcard, which containerd does not expand".to_owned()
            }
            HostFault::Number => "is not a valid IP address".to_owned(),
            HostFault::EmptyLabel => "contains an empty label (two dots in a row)".to_owned(),
            HostFault::Hyphen => "has a label that begins or ends with `-`".to_owned(),
            HostFault::TooLong => "is too long for a host name".to_owned(),
            HostFault::Character(c) => {
                format!("contains `{c}`, which is not allowed in a host name")
            }
        }
    }
}

/// Why a host is impossible; `name` is without its port and brackets, `path` is the URL's.
///
/// Source: `isDomainName` in Go's net package, which decides before any resolver is asked. A name with non-ASCII
/// characters is left alone, because net/http converts it first.
pub fn host_fault(name: &str, path: &str) -> Option<HostFault> {
    let has_letter = name.bytes().any(|byte| byte.is_ascii_alphabetic());
    // Most names are spared the parser: an IPv4 address has no letters, an IPv6 address has colons.
    if (!has_letter || name.contains(':'))
        && let Ok(address) = name.parse::<IpAddr>()
    {
        return prefix_length(address, path)
            .map(|length| HostFault::Network(format!("{name}/{length}")));
    }
    if name.is_empty() || !name.is_ascii() || name.contains(['[', ']', '%']) {
        return None;
    }
    if name.contains('*') {
        return Some(HostFault::Wildcard);
    }
    let is_allowed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if let Some(other) = name.bytes().find(|byte| !is_allowed(byte)) {
        return Some(HostFault::Character(char::from(other)));
    }
    let mut labels = name.as_bytes().split(|byte| *byte == b'.');
    if labels.clone().any(<[u8]>::is_empty) {
        return Some(HostFault::EmptyLabel);
    }
    if name.len() > 253 || labels.clone().any(|label| label.len() > 63) {
        return Some(HostFault::TooLong);
    }
    if labels.any(|label| label.starts_with(b"-") || label.ends_with(b"-")) {
        return Some(HostFault::Hyphen);
    }
    (!has_letter && !name.contains(['-', '_'])).then_some(HostFault::Number)
}

/// The prefix length that a path consists of: 16 in `/16`.
fn prefix_length(address: IpAddr, path: &str) -> Option<u8> {
    let digits = path.strip_prefix('/')?.trim_end_matches('/');
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let length = digits.parse::<u8>().ok().filter(|_| is_number)?;
    (length <= longest).then_some(length)
}

/// Whether a name is a service's in a Kubernetes cluster, which the cluster's DNS resolves for pods.
pub fn is_cluster_service(name: &str) -> bool {
    name.ends_with(".svc") || name.ends_with(".cluster.local")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_hosts_are_told_from_odd_ones() {
        let network = |text: &str| Some(HostFault::Network(text.to_owned()));
        let long = "a".repeat(64);
        for (name, path, want) in [
            ("10.10.0.0", "/16", network("10.10.0.0/16")),
            ("10.1.2.3", "/24/", network("10.1.2.3/24")),
            ("fd00::", "/64", network("fd00::/64")),
            ("10.1.2.3", "/v2", None),
            ("10.1.2.3", "/33", None),
            ("10.1.2.3", "", None),
            ("mirror.internal", "/16", None),
            ("*.corp.internal", "", Some(HostFault::Wildcard)),
            ("10.0.0.300", "", Some(HostFault::Number)),
            ("10.0.0", "/v2", Some(HostFault::Number)),
            ("5000", "", Some(HostFault::Number)),
            ("010.0.0.1", "", Some(HostFault::Number)),
            ("10.0.0.3x", "", None),
            ("a..b", "", Some(HostFault::EmptyLabel)),
            ("-a.b", "", Some(HostFault::Hyphen)),
            ("a.b-", "", Some(HostFault::Hyphen)),
            ("a,b", "", Some(HostFault::Character(','))),
            ("a_b.corp", "", None),
            ("bücher.corp", "", None),
            ("registry", "", None),
            (long.as_str(), "", Some(HostFault::TooLong)),
        ] {
            assert_eq!(host_fault(name, path), want, "{name}{path}");
        }
    }
}
