use crate::containerd::{Capabilities, Role};
use crate::facts::{
    Check, Listed, NamespaceContext, WrittenUrl, listed, mirrors, place_of, written_urls,
};
use crate::finding::Finding;

crate::rule! {
    /// `resolve` without `pull`.
    ///
    /// ## What it does
    ///
    /// Reports `capabilities` with `resolve` and without `pull`. If no endpoint has both, see `unresolvable-tags`.
    ///
    /// ## Why
    ///
    /// containerd resolves tags only at endpoints that have both. The list reads as if the endpoint resolved tags, but it is
    /// never used for that. Layers are still requested from it, as from every endpoint.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: `resolve` alone has no effect.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `plan-resolve-only-*` in `fixtures/conformance/plan.jsonl`.
    name: "resolve-without-pull",
    category: Trust,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let mut both = Capabilities::PULL;
    both.insert(Capabilities::RESOLVE);
    // unresolvable-tags has the same remedy.
    let is_resolved = context.entries().iter().any(|entry| {
        let is_upstream = !matches!(entry.host.role, Role::Host(_)) && entry.host.host.is_empty();
        is_upstream || entry.host.capabilities.has(both)
    });
    if !is_resolved && context.runs("unresolvable-tags") {
        return;
    }
    for url in written_urls(context).iter().filter(|u| u.leads_somewhere()) {
        let Listed::Words(_, words) = listed(url) else {
            continue;
        };
        let has = |wanted| url.entry.host.capabilities.has(wanted);
        let Some(place) = place_of(&words, Capabilities::RESOLVE) else {
            continue;
        };
        if has(Capabilities::PULL) {
            continue;
        }
        let host = &url.url.host;
        out.push(
            context
                .finding(
                    &RULE,
                    place,
                    format!("`resolve` has no effect without `pull` for `{host}`"),
                )
                .label("needs `pull`")
                .effect(format!("containerd never resolves a tag at `{host}`"))
                .help(help(context, url))
                .releases(url.entry.releases.clone()),
        );
    }
}

fn help(context: &NamespaceContext, url: &WrittenUrl) -> String {
    let capabilities = url.entry.host.capabilities;
    let words = |kept: &dyn Fn(&str) -> bool| {
        let words = capabilities.words().into_iter().filter(|word| kept(word));
        let words: Vec<String> = std::iter::once("pull")
            .chain(words)
            .map(|w| format!("\"{w}\""))
            .collect();
        words.join(", ")
    };
    // A public mirror should not resolve tags at all.
    let is_public =
        mirrors(context).any(|mirror| mirror.url.span == url.span && mirror.is_foreign());
    match is_public {
        true => format!(
            "write `capabilities = [{}]`",
            words(&|word| word == "referrers")
        ),
        false => format!("write `capabilities = [{}]`", words(&|_| true)),
    }
}
