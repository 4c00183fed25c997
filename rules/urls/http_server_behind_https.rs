use crate::containerd::Releases;
use crate::containerd::loader::is_loopback;
use crate::facts::{Check, NamespaceContext, WrittenUrl, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// A registry that is reached by plain HTTP, with HTTPS to the same one behind it.
    ///
    /// ## What it does
    ///
    /// Reports directories of a registry with a host table for that registry by `http://`, in which `server` is missing or
    /// names the registry by `https://`.
    ///
    /// ## Why
    ///
    /// Without `server` containerd adds the registry itself, by HTTPS, as the last endpoint. When a pull fails
    /// for any reason, that endpoint is asked last and its error is the one that is shown: `server gave HTTP
    /// response to HTTPS client`, as if the host table were not there.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # registry.internal:5000/hosts.toml
    /// [host."http://registry.internal:5000"]
    /// capabilities = ["pull", "resolve", "push"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # registry.internal:5000/hosts.toml
    /// server = "http://registry.internal:5000"
    ///
    /// [host]
    /// ```
    ///
    /// The bare `[host]` is for containerd before 1.7.32, which wants one.
    ///
    /// ## When not to
    ///
    /// When the registry is to move from HTTP to HTTPS without a change of the file.
    ///
    /// ## Source
    ///
    /// containerd#4141, k3s-io/k3s#13379. Recorded from containerd: `hand-struct-no-server-*` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "http-server-behind-https",
    category: Urls,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    // Loopback registries are asked by HTTP without being told.
    if context.is_default() || is_loopback(context.host()) {
        return;
    }
    let urls = written_urls(context);
    let is_own = |url: &&WrittenUrl| {
        let host = &url.url.host;
        let host = match url.url.scheme.as_ref() {
            "http" => host.strip_suffix(":80").unwrap_or(host),
            _ => host,
        };
        url.leads_somewhere() && context.is_own_registry(host)
    };
    let Some(http) = urls
        .iter()
        .filter(is_own)
        .find(|url| !url.is_server() && url.url.scheme == "http")
    else {
        return;
    };
    let server = urls.iter().find(|url| url.is_server());
    let has_server = context
        .document
        .as_ref()
        .is_some_and(|document| document.server().is_some());
    let own = context.host();
    let (behind, releases): (_, Releases) = match server {
        Some(server) if is_own(&server) && server.url.scheme == "https" => {
            (Some(server), server.entry.releases.clone())
        }
        Some(_) => return,
        // A `server` that cannot be split is invalid-url's.
        None if has_server => return,
        None => (None, http.entry.releases.clone()),
    };
    let meant = format!("http://{}", http.url.host);
    let by = "by HTTPS after it";
    let finding = match behind {
        Some(server) => context
            .finding(
                &RULE,
                server.span.clone(),
                format!("the server asks `{own}` {by} was asked by plain HTTP"),
            )
            .label("HTTPS")
            .related(context.location(http.span.clone()), "plain HTTP"),
        None => context
            .finding(
                &RULE,
                http.span.clone(),
                format!("without `server`, `{own}` is asked {by} was asked by plain HTTP"),
            )
            .label("plain HTTP"),
    };
    out.push(
        finding
            .effect(
                "when a pull fails for any reason, the error that is shown is that of the last endpoint: `server \
                 gave HTTP response to HTTPS client`",
            )
            .help(format!(
                "if it speaks plain HTTP alone, write `server = \"{meant}\"` at the top, with the keys of this host table, and delete the host \
                 table"
            ))
            .releases(releases),
    );
}
