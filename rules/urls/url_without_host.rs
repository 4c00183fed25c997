use crate::facts::{Check, NamespaceContext, Shape, written_urls};
use crate::finding::{Consequence, Finding, Severity};

crate::rule! {
    /// A URL without a host.
    ///
    /// ## What it does
    ///
    /// Reports `https://`, `https:///v2`, `https://:5000`, `//host`, a path alone, an empty name, and
    /// `*`, which containerd does not treat as a wildcard. An endpoint without a host is a warning while another endpoint can
    /// do the same, and an error when none is left, because pulls then fail.
    ///
    /// ## Why
    ///
    /// No request can be made to such an endpoint, and containerd tries the next one. A `server` without a host
    /// counts as absent: the registry itself is then the last endpoint. A port alone leads to the node itself.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."*"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// A mirror for all registries belongs in `_default/hosts.toml`.
    ///
    /// ## When not to
    ///
    /// Never: such an endpoint has no use.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-only-scheme`, `hand-url-star`, `hand-url-empty`, `hand-url-scheme-rel` and
    /// their `hand-server-*` twins in `fixtures/conformance/hand.jsonl`.
    name: "url-without-host",
    category: Urls,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context) {
        if url.shape() != Some(&Shape::NoHost) {
            continue;
        }
        let text = url.shown();
        let message = match (text.as_str(), url.is_server()) {
            ("", true) => "`server` is empty".to_owned(),
            ("", false) => "the name of a host table is empty".to_owned(),
            _ => format!("missing host in `{text}`"),
        };
        let help = match text.trim_start_matches('/').split('/').next() {
            // `//mirror.internal` and `/mirror.internal` were meant as hosts.
            Some(name) if text.starts_with('/') && name.contains('.') => {
                url.write(&format!("https://{}", text.trim_start_matches('/')))
            }
            _ if text.ends_with('*') && !url.is_server() => {
                "write the mirror's host; for all registries without a directory of their own, write it in \
                 `_default/hosts.toml`"
                    .to_owned()
            }
            _ if url.is_server() => {
                "write the host, as in `server = \"https://registry.internal\"`, or delete `server`"
                    .to_owned()
            }
            _ => "write the host, as in `[host.\"https://mirror.internal\"]`, or delete the table"
                .to_owned(),
        };
        let finding = context
            .finding(&RULE, url.span.clone(), message)
            .label("no host")
            .help(help)
            .releases(url.entry.releases.clone());
        out.push(match (url.url.host.as_str(), url.is_server()) {
            ("", true) => finding
                .severity(Severity::Warning)
                .consequence(Consequence::Misread)
                .effect(format!(
                    "containerd ignores it: the last endpoint is {} itself",
                    context.registry()
                )),
            ("", false) => {
                context.without_endpoint(&url.entry, finding.effect("no request can be made to it"))
            }
            (host, _) if host.starts_with(':') => finding
                .severity(Severity::Warning)
                .consequence(Consequence::Misread)
                .effect(format!(
                    "containerd connects to the node itself, on port {}",
                    url.port()
                )),
            _ => context.without_endpoint(
                &url.entry,
                finding.effect(
                    "containerd connects to a host named `*`, which no DNS server resolves",
                ),
            ),
        });
    }
}
