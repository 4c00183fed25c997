use crate::containerd::Capabilities;
use crate::facts::{
    Check, Listed, Mirror, NamespaceContext, Owner, WrittenUrl, edits_without, in_environment,
    is_another_registry, is_public_namespace, list_without, listed, mirrors, place_of,
    receives_pushes, written_urls,
};
use crate::finding::{Consequence, Finding, Safety, Severity};

crate::rule! {
    /// A mirror that receives the pushes meant for its registry.
    ///
    /// ## What it does
    ///
    /// Reports the first endpoint with `push`, written or because it has no `capabilities`, if it is not the namespace's own
    /// registry. It is a warning for public mirrors, and a note for private mirrors of public registries and for unclassified
    /// names, where pushes may be meant to go. A private mirror of a private registry is taken for that registry under
    /// another name. A private mirror as `server` is reported if its own host table is limited to other capabilities:
    /// the limit does not hold for `server`.
    ///
    /// An entry that `public-mirror-resolve` reports is left to that rule, because the remedy is the same line.
    ///
    /// ## Why
    ///
    /// containerd pushes to the first endpoint with `push` and to no other. With a mirror in front of the registry, an
    /// image pushed as `docker.io/team/app` goes to the mirror and never reaches Docker Hub. Kubernetes does not push, but
    /// `ctr` and `nerdctl` on the same node do.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.internal"]
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
    /// ## When not to
    ///
    /// If pushes are meant to go to the mirror.
    ///
    /// ## Source
    ///
    /// containerd's `docs/hosts.md`, the table of registry types: no mirror has `push`. Recorded from containerd:
    /// `plan-push-mirror-*` and `plan-push-second-*` in
    /// `fixtures/conformance/plan.jsonl`.
    name: "mirror-push",
    category: Trust,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: Unsafe,
    security_severity: "6.5",
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let mut mirrors = mirrors(context);
    let Some(mirror) = mirrors.find(|mirror| receives_pushes(context, *mirror)) else {
        return;
    };
    // server-of-another-registry reports a wrong server.
    if is_another_registry(context, mirror.url) {
        return;
    }
    // public-mirror-resolve advises a list without `push`, too.
    if mirror.resolves(context).is_some() && context.runs("public-mirror-resolve") {
        return;
    }
    let list = listed(mirror.url);
    let place = match &list {
        Listed::Words(_, words) => place_of(words, Capabilities::PUSH),
        // empty-capabilities reports `[]`.
        Listed::Empty(_) | Listed::Wrong => return,
        Listed::Absent => None,
    };
    let Some((severity, consequence)) = judge(context, mirror) else {
        return;
    };
    let mut finding = finding(context, mirror, &list, place)
        .severity(in_environment(context, severity))
        .consequence(consequence);
    for next in mirrors {
        if next.url.entry.host.capabilities.has(Capabilities::PUSH) {
            finding = finding.related(context.location(next.url.span.clone()), "also has `push`");
        }
    }
    out.push(finding);
}

fn judge(context: &NamespaceContext, mirror: Mirror) -> Option<(Severity, Consequence)> {
    match mirror.owner {
        Owner::Public(_) => Some((Severity::Warning, Consequence::Exposure)),
        Owner::Unknown => Some((Severity::Note, Consequence::Exposure)),
        Owner::Likely | Owner::Private if !is_public_namespace(context) => None,
        // A mirror as `server` is the only endpoint that could receive them.
        Owner::Likely | Owner::Private
            if mirror.url.is_server() && !is_limited_as_host(context, mirror) =>
        {
            None
        }
        Owner::Likely | Owner::Private => Some((Severity::Note, Consequence::Misread)),
    }
}

/// Whether a host table for the same URL lists capabilities without `push`, and the server lists none: the limit was meant
/// for the mirror, and does not hold for the server.
fn is_limited_as_host(context: &NamespaceContext, server: Mirror) -> bool {
    let is_limited = |url: &&WrittenUrl| {
        let same = url.url.host == server.url.url.host && url.url.scheme == server.url.url.scheme;
        !url.is_server() && same && matches!(listed(url), Listed::Words(..))
    };
    matches!(listed(server.url), Listed::Absent)
        && written_urls(context).iter().any(|url| is_limited(&url))
}

fn finding(
    context: &NamespaceContext,
    mirror: Mirror,
    list: &Listed,
    place: Option<std::ops::Range<usize>>,
) -> Finding {
    let url = &mirror.url;
    let who = mirror.described();
    let by_default = place.is_none();
    let target = match context.is_default() {
        true => "registries without a directory of their own".to_owned(),
        false => context.registry(),
    };
    let message = match by_default {
        true => format!("{who} receives the pushes for {target}, because it has no `capabilities`"),
        false => format!("{who} receives the pushes for {target}"),
    };
    let kept = match list {
        Listed::Words(_, words) => list_without(words, Capabilities::PUSH),
        _ => "[\"pull\", \"resolve\"]".to_owned(),
    };
    let line = format!("capabilities = {kept}");
    let finding = context
        .finding(&RULE, place.unwrap_or_else(|| url.span.clone()), message)
        .label(match by_default {
            true => "receives pushes by default",
            false => "receives pushes",
        })
        .effect(format!(
            "pushes go to {who}, the first endpoint with `push`, and to no other"
        ))
        .help(format!("write `{line}`"))
        .releases(url.entry.releases.clone());
    // `[]` would mean all of them again.
    if kept == "[]" {
        return finding.help("delete the host table, which has no other capability");
    }
    match list {
        Listed::Words(_, words) => match edits_without(context, words, Capabilities::PUSH) {
            Some(edits) => finding.fix_edits(Safety::Unsafe, format!("write `{line}`"), edits),
            None => finding,
        },
        _ => match url.insertion(context, &line) {
            Some((span, text)) => finding.fix(Safety::Unsafe, format!("add `{line}`"), span, text),
            None => finding,
        },
    }
}
