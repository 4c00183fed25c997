use crate::facts::{Check, HostFault, NamespaceContext, Shape, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// A host that cannot exist: a network, a wildcard, or a malformed name or address.
    ///
    /// ## What it does
    ///
    /// Reports networks (`10.10.0.0/16`), wildcards (`*.corp.internal`), numbers that are not an IP address
    /// (`10.0.0.300`), and names that Go does not accept as host names: an empty label, a label that begins or ends with a
    /// hyphen or is longer than 63 bytes, other characters. It is a warning while another endpoint can do the same, and an
    /// error when none is left, because pulls then fail.
    ///
    /// ## Why
    ///
    /// containerd does not check hosts when it reads the file. Go rejects such a name before any DNS lookup, every
    /// request fails with `no such host`, and containerd tries the next endpoint. Of `http://10.10.0.0/16`, containerd
    /// takes `10.10.0.0` for the host and `/16` for a path.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."http://10.10.0.0/16"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."http://10.10.0.5:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no connection to such a host can be made.
    ///
    /// ## Source
    ///
    /// Go's `isDomainName` in `net/dnsclient.go`, and `netip.ParseAddr`.
    name: "impossible-host",
    category: Urls,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let urls = written_urls(context);
    for (index, url) in urls.iter().enumerate() {
        let Some(Shape::Impossible(fault)) = url.shape() else {
            continue;
        };
        let is_same = |other: &&crate::facts::WrittenUrl| {
            other.url.host == url.url.host && other.shape() == url.shape()
        };
        if urls[..index].iter().any(|other| is_same(&other)) {
            continue;
        }
        let host = match fault {
            HostFault::Network(network) => network.clone(),
            _ => url.name().into_owned(),
        };
        let help = match fault {
            HostFault::Network(_) => {
                "write the registry's own address, with its port if it has one"
            }
            HostFault::Wildcard => "write one host table for each mirror, with its full name",
            HostFault::Number => {
                "write an IPv4 address of four numbers from 0 to 255, or a host name"
            }
            _ => "write the registry's host name",
        };
        let effect = match fault {
            HostFault::Network(_) => format!("containerd sends requests to {}", url.api_root()),
            _ => "Go rejects the name before any DNS lookup".to_owned(),
        };
        let span = url.authority().map_or(url.span.clone(), |authority| {
            let end = match fault {
                HostFault::Network(_) => url.text.len(),
                _ => authority.end,
            };
            url.part(authority.start..end)
        });
        let finding = context
            .finding(&RULE, span, format!("`{host}` {}", fault.predicate()))
            .label("not a host")
            .effect(effect)
            .help(help)
            .releases(url.entry.releases.clone());
        let others = urls[index + 1..].iter().filter(is_same);
        let finding = others.fold(finding, |finding, other| {
            finding.related(context.location(other.span.clone()), "also here")
        });
        out.push(context.without_endpoint(&url.entry, finding));
    }
}
