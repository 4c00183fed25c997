use crate::facts::{Check, NamespaceContext, WrittenUrl, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// Fallback from the mirrors to the registry itself (off by default).
    ///
    /// ## What it does
    ///
    /// For a policy of "mirrors only": reports hosts.toml files with a mirror whose last endpoint is the registry itself,
    /// because `server` names it or is missing, and host tables for the registry beside those of mirrors.
    ///
    /// ## Why
    ///
    /// Leaving `server` out does not disable the registry: containerd adds it as the last endpoint, and images that no
    /// mirror has are pulled from the internet. To use mirrors only, `server` must be a mirror itself.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// extend-select = ["upstream-fallback"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://mirror.internal"
    /// capabilities = ["pull", "resolve"]
    ///
    /// [host]
    /// ```
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// extend-select = ["upstream-fallback"]
    /// ```
    ///
    /// Releases before 1.7.32 need the bare `[host]`. Registries without a directory need a `_default` of the same kind.
    ///
    /// ## When not to
    ///
    /// Unless a policy forbids it: the fallback keeps pulls working while a mirror is down.
    ///
    /// ## Source
    ///
    /// containerd#9206. Recorded from containerd: `plan-no-server-*` and `plan-server-only-*` in
    /// `fixtures/conformance/plan.jsonl`.
    name: "upstream-fallback",
    category: Trust,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    on: false,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    if !context.knows_registry() {
        return;
    }
    let urls = written_urls(context);
    let is_own = |url: &WrittenUrl| url.leads_somewhere() && context.is_own_registry(&url.url.host);
    let mirror = urls
        .iter()
        .find(|url| url.leads_somewhere() && !is_own(url));
    // Without a mirror, the file is about the registry itself.
    let Some(mirror) = mirror else { return };
    let has_server = context
        .document
        .as_ref()
        .is_some_and(|document| document.server().is_some());
    let registry = match context.is_default() {
        true => "the registry itself".to_owned(),
        false => context.registry(),
    };
    let meant = match mirror.is_server() {
        true => "https://mirror.internal".to_owned(),
        false => mirror.shown(),
    };
    if !has_server {
        out.push(
            context
                .finding(
                    &RULE,
                    mirror.span.clone(),
                    format!("without `server`, containerd falls back to {registry}"),
                )
                .label("a mirror")
                .effect(format!(
                    "containerd adds {registry} as the last endpoint, for images that no mirror has"
                ))
                .help(format!(
                    "write `server = \"{meant}\"` at the top, with the keys of its host table"
                ))
                .releases(mirror.entry.releases.clone()),
        );
    }
    for url in urls.iter().filter(|url| is_own(url)) {
        let help = match url.is_server() {
            true => format!("write `server = \"{meant}\"`, with the keys of its host table"),
            false => "delete this host table".to_owned(),
        };
        out.push(
            context
                .finding(
                    &RULE,
                    url.span.clone(),
                    format!("{registry} is an endpoint beside its mirrors"),
                )
                .label("the registry itself")
                .effect("containerd pulls images from there that no mirror has")
                .help(help)
                .releases(url.entry.releases.clone()),
        );
    }
}
