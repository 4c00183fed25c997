use crate::containerd::hosts::Host;
use crate::containerd::{Capabilities, Role};
use crate::facts::{Check, Listed, NamespaceContext, listed, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// No endpoint may resolve tags.
    ///
    /// ## What it does
    ///
    /// Reports hosts.toml files whose `server` replaces the registry itself, and in which no endpoint has both
    /// `pull` and `resolve`.
    ///
    /// ## Why
    ///
    /// To find the digest of a tag, containerd asks the endpoints that have both capabilities. When there is none,
    /// every pull by tag fails; pulls by digest go on. Without `server` the registry itself is the last
    /// endpoint and may do everything.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://mirror-b.internal"
    /// capabilities = ["pull"]
    ///
    /// [host."https://mirror-a.internal"]
    /// capabilities = ["pull"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://mirror-b.internal"
    /// capabilities = ["pull", "resolve"]
    ///
    /// [host."https://mirror-a.internal"]
    /// capabilities = ["pull"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When images are pulled by digest only, and tags are meant to fail.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `plan-none-resolves-*` and `plan-none-pulls-*` in
    /// `fixtures/conformance/plan.jsonl`.
    name: "unresolvable-tags",
    category: Trust,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let urls = written_urls(context);
    let Some(server) = urls.iter().find(|url| url.is_server()) else {
        return;
    };
    let mut both = Capabilities::PULL;
    both.insert(Capabilities::RESOLVE);
    let resolves = |host: &Host| match host.role {
        // Without a host the registry itself takes its place, and may do everything.
        Role::Host(_) => host.capabilities.has(both),
        _ => host.host.is_empty() || host.capabilities.has(both),
    };
    let releases = context.releases_where(|_, outcome| {
        !outcome.entries.is_empty() && !outcome.entries.iter().any(resolves)
    });
    let Listed::Words(item, _) = listed(server) else {
        return;
    };
    out.push(
        context
            .finding(&RULE, item.whole(), "no endpoint may resolve tags")
            .label("not both `pull` and `resolve`")
            .effect(format!(
                "containerd finds nobody to ask for the digest of a tag: pulls from {} work by digest only",
                context.registry()
            ))
            .help(
                "write `capabilities = [\"pull\", \"resolve\"]` here or at the endpoint that is to resolve tags",
            )
            .related(context.location(server.span.clone()), "the last endpoint")
            .releases(releases),
    );
}
