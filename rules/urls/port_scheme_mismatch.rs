use crate::containerd::loader::tries_https_first;
use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::{Finding, Safety};

crate::rule! {
    /// `http://` at port 443, or `https://` at port 80.
    ///
    /// ## What it does
    ///
    /// Reports URLs whose port is the usual one of the other scheme.
    ///
    /// ## Why
    ///
    /// containerd believes the scheme. Plain HTTP to a TLS port is answered with `400 Bad Request`, TLS to a plain
    /// one ends with `server gave HTTP response to HTTPS client`; either way containerd goes on
    /// to the next endpoint.
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
    /// When the registry does listen there, by that scheme.
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
        let (other, answer) = match (url.url.scheme.as_ref(), url.port()) {
            ("http", "443") => (
                "https",
                "a registry that speaks TLS answers with 400 Bad Request",
            ),
            ("https", "80") => (
                "http",
                "a registry that speaks plain HTTP ends it with `server gave HTTP response to HTTPS client`",
            ),
            _ => continue,
        };
        // With TLS settings HTTPS is tried at port 443 all the same: see tls-settings-on-http.
        let releases: Vec<_> = url
            .entry
            .releases
            .iter()
            .copied()
            .filter(|&release| !tries_https_first(release, url.entry.host))
            .collect();
        let (scheme, port) = (&url.url.scheme, url.port());
        let shown = url.shown();
        let rest = shown
            .split_once("://")
            .map_or(shown.as_str(), |(_, rest)| rest);
        let meant = format!("{other}://{rest}");
        let span = match url.authority() {
            Some(authority) => url.part(0..authority.end),
            None => url.span.clone(),
        };
        let finding = context
            .finding(
                &RULE,
                span,
                format!("port {port} is not that of `{scheme}://`"),
            )
            .label(format!("{other}'s port"))
            .effect(format!(
                "containerd speaks {scheme} to port {port}: {answer}"
            ))
            .help(format!("write {}", url.line_with(&meant)))
            .releases(releases);
        let end = url.text.find("://").map_or(0, |at| at + 3);
        out.push(match url.editable() && url.is_quoted() {
            true => finding.fix_edits(
                Safety::Unsafe,
                format!("write `{other}://`"),
                url.rewrite(0..end, &format!("{other}://")),
            ),
            false => finding,
        });
    }
}
