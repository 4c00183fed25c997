use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::{Consequence, Finding, Part, Promise, Safety, Severity};

crate::rule! {
    /// A port of 0, above 65535, or missing after its colon.
    ///
    /// ## What it does
    ///
    /// Reports numeric ports that no connection can have, and a colon without a port. A port that cannot be used is a
    /// warning while another endpoint can do the same, and an error when none is left, because pulls then fail. Ports that
    /// are not numbers make containerd drop the file: see `invalid-url`.
    ///
    /// ## Why
    ///
    /// containerd does not check ports when it reads the file. Every connection fails, and containerd tries the next
    /// endpoint. A colon without a port means the scheme's default port, but until the request is made containerd
    /// takes the host for a different one than without the colon.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:50000000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no connection can be made to such a port.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-port-big` and `hand-url-port-empty` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "invalid-port",
    category: Urls,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context).iter().filter(|u| u.leads_somewhere()) {
        let Some(authority) = url.authority() else {
            continue;
        };
        let (host, port) = (&url.url.host, url.port());
        let colon = authority.end - port.len();
        if host.ends_with(':') {
            let finding = context
                .finding(
                    &RULE,
                    url.part(colon.saturating_sub(1)..authority.end),
                    format!("missing port after the colon in `{}`", url.shown()),
                )
                .label("no port")
                .severity(Severity::Warning)
                .consequence(Consequence::Misread)
                .effect(format!(
                    "containerd connects to the default port of `{}`",
                    url.url.scheme
                ))
                .help("write the port, or delete the colon")
                .releases(url.entry.releases.clone());
            out.push(match url.editable() {
                true => finding
                    .fix_edits(
                        Safety::Safe,
                        "delete the colon",
                        url.rewrite(authority.end - 1..authority.end, ""),
                    )
                    .promise(Promise::Mends(Part::Url)),
                false => finding,
            });
            continue;
        }
        if !url.has_impossible_port() {
            continue;
        }
        let finding = context
            .finding(
                &RULE,
                url.part(colon..authority.end),
                format!("invalid port `{port}` in `{}`", url.shown()),
            )
            .label("not from 1 to 65535")
            .effect(format!("no connection to `{host}` can be made"))
            .help("write the port that the registry listens on")
            .releases(url.entry.releases.clone());
        out.push(context.without_endpoint(&url.entry, finding));
    }
}
