use crate::containerd::Capabilities;
use crate::facts::{Check, Listed, NamespaceContext, listed, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// A `push` endpoint behind another one.
    ///
    /// ## What it does
    ///
    /// Reports host tables whose only capability is `push`, if an earlier endpoint has `push` as well.
    ///
    /// ## Why
    ///
    /// Pushes go to the first endpoint with `push` and to no other. A later endpoint that has nothing else is never used
    /// for what it is there for. Layers are still requested from it, as from every endpoint.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # registry.internal/hosts.toml
    /// [host."https://registry.internal"]
    /// capabilities = ["pull", "resolve", "push"]
    ///
    /// [host."https://upload.internal"]
    /// capabilities = ["push"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # registry.internal/hosts.toml
    /// [host."https://upload.internal"]
    /// capabilities = ["push"]
    ///
    /// [host."https://registry.internal"]
    /// capabilities = ["pull", "resolve", "push"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: such an entry receives no pushes.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `plan-push-second-*` in `fixtures/conformance/plan.jsonl`.
    name: "unusable-host",
    category: Trust,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let urls = written_urls(context);
    let has = |url: &crate::facts::WrittenUrl, wanted| url.entry.host.capabilities.has(wanted);
    let receives = urls
        .iter()
        .filter(|url| url.leads_somewhere())
        .find(|url| has(url, Capabilities::PUSH));
    let Some(receives) = receives else {
        return;
    };
    for url in urls
        .iter()
        .filter(|u| u.leads_somewhere() && !u.is_server())
    {
        // resolve-without-pull reports lists with `resolve`.
        let is_for_pushes = has(url, Capabilities::PUSH)
            && ![
                Capabilities::PULL,
                Capabilities::RESOLVE,
                Capabilities::REFERRERS,
            ]
            .into_iter()
            .any(|other| has(url, other));
        let Listed::Words(item, _) = listed(url) else {
            continue;
        };
        if !is_for_pushes || url.span == receives.span {
            continue;
        }
        let (host, first) = (&url.url.host, &receives.url.host);
        out.push(
            context
                .finding(
                    &RULE,
                    item.whole(),
                    format!("`{host}` has only `push`, but `{first}` receives the pushes"),
                )
                .label("never receives pushes")
                .effect(format!(
                    "pushes go to `{first}`, the first endpoint with `push`, and to no other"
                ))
                .help(format!(
                    "move this table before the one of `{first}`, or delete it"
                ))
                .related(
                    context.location(receives.span.clone()),
                    "receives the pushes",
                )
                .releases(url.entry.releases.clone()),
        );
    }
}
