use crate::facts::{Check, NamespaceContext, headers};
use crate::finding::Finding;

crate::rule! {
    /// A header that the HTTP client sets itself.
    ///
    /// ## What it does
    ///
    /// Reports `Host`, `Content-Length`, `Transfer-Encoding`, `Trailer`, `Connection`, `Keep-Alive`,
    /// `Proxy-Connection`, `TE` and `Upgrade`.
    ///
    /// ## Why
    ///
    /// They describe the connection or the message, and Go's HTTP client sets them. `Host` is always the host of
    /// the URL, so a virtual host cannot be chosen with it.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://10.0.0.5".header]
    ///   Host = "mirror.internal"
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd sends such a header as written.
    ///
    /// ## Source
    ///
    /// Go's `net/http`, which leaves these out of the headers it is given; RFC 9110, section 7.6.1.
    name: "reserved-header",
    category: Headers,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

const RESERVED: [&str; 9] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for header in headers(context).iter().flatten() {
        let name = &header.item.key.value;
        let lower = name.to_ascii_lowercase();
        if !RESERVED.contains(&lower.as_str()) {
            continue;
        }
        let help = match (lower.as_str(), header.values.first()) {
            ("host", Some((value, _))) => format!(
                "write the name in the URL, `[host.\"https://{value}\"]`, and resolve it to the address with DNS or /etc/hosts"
            ),
            _ => "delete the line".to_owned(),
        };
        out.push(
            context
                .finding(
                    &RULE,
                    header.item.key.span.clone(),
                    format!("header `{name}` is set by the HTTP client"),
                )
                .label("not sent as written")
                .effect("Go's HTTP client does not send this value")
                .help(help)
                .releases(header.entry.releases.clone()),
        );
    }
}
