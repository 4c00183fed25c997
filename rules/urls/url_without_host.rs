use crate::facts::{Check, NamespaceContext, Shape, written_urls};
use crate::finding::{Consequence, Finding, Severity};

crate::rule! {
    /// A URL in which no host is named.
    ///
    /// ## What it does
    ///
    /// Reports `https://`, `https:///v2`, `https://:5000`, `//host`, a path alone, an empty name, and
    /// `*`, which is no wildcard to containerd.
    ///
    /// ## Why
    ///
    /// No request can be made to such an endpoint, and containerd goes on to the next. A `server` without a host
    /// counts as absent: the registry itself is then the last endpoint. A lone port leads to the
    /// node itself.
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
    /// One mirror for every registry goes into `_default/hosts.toml`.
    ///
    /// ## When not to
    ///
    /// There is no case in which such an endpoint is of use.
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
        let message = match text.as_str() {
            "" => match url.is_server() {
                true => "`server` is empty".to_owned(),
                false => "a host table has an empty name".to_owned(),
            },
            _ => format!("`{text}` names no host"),
        };
        let example = match text.trim_start_matches('/').split('/').next() {
            // `//mirror.internal` and `/mirror.internal` were meant for one.
            Some(name) if text.starts_with('/') && name.contains('.') => {
                format!(
                    "write {}",
                    url.line_with(&format!("https://{}", text.trim_start_matches('/')))
                )
            }
            _ if text.ends_with('*') && !url.is_server() => {
                "name the mirror's host; for every registry without a directory of its own, in \
                 `_default/hosts.toml`"
                    .to_owned()
            }
            _ if url.is_server() => {
                "name the host, as in `server = \"https://registry.internal\"`, or leave `server` out"
                    .to_owned()
            }
            _ => "name the host, as in `[host.\"https://mirror.internal\"]`, or delete the table"
                .to_owned(),
        };
        let finding = context
            .finding(&RULE, url.span.clone(), message)
            .label("no host")
            .help(example)
            .releases(url.entry.releases.clone());
        out.push(match (url.url.host.as_str(), url.is_server()) {
            ("", true) => finding
                .severity(Severity::Warning)
                .consequence(Consequence::Misread)
                .effect(format!(
                    "containerd takes it as if it were not there: what no host answers is asked of {} itself",
                    context.registry()
                )),
            ("", false) => finding.effect(
                "no request can be made to it, and containerd goes on to the next endpoint",
            ),
            (host, _) if host.starts_with(':') => {
                finding.consequence(Consequence::Misread).effect(format!(
                    "containerd asks the node itself, at port {}",
                    url.port()
                ))
            }
            (_, true) => finding.effect(
                "containerd looks for a host called `*`, which no DNS answers for: what no host before it had is \
                 not found",
            ),
            (_, false) => finding.effect(
                "containerd looks for a host called `*`, which no DNS answers for, and goes on to the next \
                 endpoint",
            ),
        });
    }
}
