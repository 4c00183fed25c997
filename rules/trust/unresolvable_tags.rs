use crate::containerd::hosts::Host;
use crate::containerd::{Capabilities, Role};
use crate::facts::{Check, Listed, NamespaceContext, listed, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// No endpoint that may resolve tags.
    ///
    /// ## What it does
    ///
    /// Reports hosts.toml files with a `server` in which no endpoint has both `pull` and `resolve`.
    ///
    /// ## Why
    ///
    /// containerd resolves a tag at endpoints that have both capabilities. If there is none, every pull of a tag fails
    /// without a single request; pulls by digest still work. Without `server`, the registry itself is the last
    /// endpoint and has all capabilities.
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
    /// If all images are pulled by digest, and tags are meant to fail.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `plan-none-resolves-*` and `plan-none-pulls-*` in
    /// `fixtures/conformance/plan.jsonl`.
    name: "unresolvable-tags",
    category: Trust,
    severity: Error,
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
        // Without a host, the registry itself takes its place, with all capabilities.
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
            .finding(&RULE, item.whole(), "no endpoint has both `pull` and `resolve`, so no tag can be resolved")
            .label("cannot resolve tags")
            .effect(format!(
                "every pull of a tag from {} fails without a request; pulls by digest still work",
                context.registry()
            ))
            .help(
                "write `capabilities = [\"pull\", \"resolve\"]` here, or at another endpoint that should resolve tags",
            )
            .related(context.location(server.span.clone()), "the last endpoint")
            .releases(releases),
    );
}
