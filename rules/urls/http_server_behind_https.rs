use crate::containerd::Releases;
use crate::containerd::loader::is_loopback;
use crate::facts::same_registry::address;
use crate::facts::{Check, NamespaceContext, WrittenUrl, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// An HTTP registry with an HTTPS endpoint for the same registry behind it.
    ///
    /// ## What it does
    ///
    /// Reports an `http://` host table for the directory's own registry if `server` is missing or names the registry with
    /// `https://`.
    ///
    /// ## Why
    ///
    /// Without `server`, containerd adds the registry itself as the last endpoint, over HTTPS. A pull that fails for any
    /// reason is tried there as well, and the error of that request can hide the real one: `server gave HTTP response to
    /// HTTPS client`, as if the host table did not exist.
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
    /// Releases before 1.7.32 need the bare `[host]`.
    ///
    /// ## When not to
    ///
    /// If the registry will move from HTTP to HTTPS without a change of this file.
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
    // containerd uses HTTP for loopback registries by default.
    let own = context.meant_host();
    if context.is_default() || is_loopback(own) {
        return;
    }
    let urls = written_urls(context);
    let is_own = |url: &&WrittenUrl| {
        let (scheme, host) = (url.url.scheme.as_ref(), url.url.host.as_str());
        // A directory without a port serves images without one, whichever port the URL has by its scheme.
        let is_same = [scheme, "https"]
            .iter()
            .any(|default| address(scheme, host) == address(default, own));
        url.leads_somewhere() && (is_same || context.is_own_registry(host))
    };
    let mut over_http = urls
        .iter()
        .filter(|url| !url.is_server() && url.url.scheme == "http");
    let Some(http) = over_http.find(is_own) else {
        return;
    };
    let server = urls.iter().find(|url| url.is_server());
    let has_server = context
        .document
        .as_ref()
        .is_some_and(|document| document.server().is_some());
    let (behind, releases): (_, Releases) = match server {
        Some(server) if is_own(&server) && server.url.scheme == "https" => {
            (Some(server), server.entry.releases.clone())
        }
        Some(_) => return,
        // invalid-url reports a `server` that Go rejects.
        None if has_server => return,
        None => (None, http.entry.releases.clone()),
    };
    let meant = format!("http://{}", http.url.host);
    let finding = match behind {
        Some(server) => context
            .finding(
                &RULE,
                server.span.clone(),
                format!("`server` repeats `{own}` over HTTPS, after plain HTTP"),
            )
            .label("HTTPS")
            .related(context.location(http.span.clone()), "plain HTTP")
            .help(format!("write `server = \"{meant}\"` if the registry serves plain HTTP only")),
        None => context
            .finding(
                &RULE,
                http.span.clone(),
                format!("without `server`, containerd also tries `{own}` over HTTPS"),
            )
            .label("plain HTTP")
            .help(format!(
                "if the registry serves plain HTTP only, write `server = \"{meant}\"` at the top, with the keys of this host table in place of the table"
            )),
    };
    out.push(
        finding
            .effect(format!(
                "a pull that fails is tried again at `https://{own}`, and the error of that request, \
                 `server gave HTTP response to HTTPS client`, can hide the real one"
            ))
            .releases(releases),
    );
}
