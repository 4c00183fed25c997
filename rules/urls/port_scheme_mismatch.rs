use crate::containerd::loader::tries_https_first;
use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::{Finding, Safety};

crate::rule! {
    /// `http://` on port 443, or `https://` on port 80.
    ///
    /// ## What it does
    ///
    /// Reports URLs whose port is the default port of the other scheme.
    ///
    /// ## Why
    ///
    /// containerd uses the scheme as written. A TLS port answers plain HTTP with `400 Bad Request`, and TLS on a plain port
    /// ends with `server gave HTTP response to HTTPS client`. Either way, containerd tries the next endpoint.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."http://mirror.internal:443"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:443"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// If the registry does serve that scheme on that port.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-http443` and `hand-url-https80` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "port-scheme-mismatch",
    category: Urls,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: Unsafe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context).iter().filter(|u| u.leads_somewhere()) {
        let is_http = match (url.url.scheme.as_ref(), url.port()) {
            ("http", "443") => true,
            ("https", "80") => false,
            _ => continue,
        };
        // With TLS settings, HTTPS is tried on port 443: see tls-settings-on-http.
        let releases: Vec<_> = url
            .entry
            .releases
            .iter()
            .copied()
            .filter(|&release| !tries_https_first(release, url.entry.host))
            .collect();
        let shown = url.shown();
        let rest = shown
            .split_once("://")
            .map_or(shown.as_str(), |(_, rest)| rest);
        let span = match url.authority() {
            Some(authority) => url.part(0..authority.end),
            None => url.span.clone(),
        };
        let (scheme, port) = (&url.url.scheme, url.port());
        let finding = context
            .finding(
                &RULE,
                span,
                format!("`{shown}` uses port {port}, which is not the port of `{scheme}`"),
            )
            .releases(releases);
        out.push(match is_http {
            true => {
                let finding = finding
                    .label("the HTTPS port")
                    .effect("a registry that serves TLS answers plain HTTP with 400 Bad Request")
                    .help(url.write(&format!("https://{rest}")));
                let end = url.text.find("://").map_or(0, |at| at + 3);
                match url.editable() && url.is_quoted() {
                    true => finding.fix_edits(
                        Safety::Unsafe,
                        "write `https://`",
                        url.rewrite(0..end, "https://"),
                    ),
                    false => finding,
                }
            }
            // No fix: plain HTTP is nothing to switch to unseen.
            false => {
                let without_port = rest.replacen(":80", "", 1);
                finding
                    .label("the HTTP port")
                    .effect(
                        "a registry that serves plain HTTP there fails with `server gave HTTP response to HTTPS client`",
                    )
                    .help(format!(
                        "{} if the registry serves TLS on its default port, or `http://{without_port}` if it serves plain HTTP",
                        url.write(&format!("https://{without_port}")),
                    ))
            }
        });
    }
}
