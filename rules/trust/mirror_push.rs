use crate::containerd::Capabilities;
use crate::facts::{
    Check, Listed, Mirror, NamespaceContext, Owner, edits_without, in_environment,
    is_another_registry, is_public_namespace, list_without, listed, mirrors, place_of,
    receives_pushes,
};
use crate::finding::{Consequence, Finding, Safety, Severity};

crate::rule! {
    /// A mirror that receives the pushes meant for its registry.
    ///
    /// ## What it does
    ///
    /// Reports the first endpoint that may receive pushes (`push`, written or because there are no
    /// `capabilities`) when it is not the namespace's own registry. It is an error for public mirrors, a warning for
    /// names of which nothing is known and for private mirrors of public registries; a note for those when
    /// `push` is written, for then it may be meant. A private mirror of a private registry is
    /// taken to be that registry under another name.
    ///
    /// An entry that `public-mirror-resolve` reports already is left to it: the remedy is the same line. Where that rule
    /// does not run, this one speaks.
    ///
    /// ## Why
    ///
    /// containerd pushes to the first endpoint with `push` and to no other. With a mirror before the registry, what
    /// is pushed as `docker.io/team/app` is sent to the mirror, with whatever is in it, and never gets to Docker Hub.
    /// Kubernetes does not push; `ctr` and `nerdctl` on the same node do.
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
    /// When pushes are to go to the mirror.
    ///
    /// ## Source
    ///
    /// containerd's `docs/hosts.md`, the table of registry types: no mirror may push. Recorded from containerd:
    /// `plan-push-mirror-*` and `plan-push-second-*` in
    /// `fixtures/conformance/plan.jsonl`.
    name: "mirror-push",
    category: Trust,
    severity: Error,
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
    // What the server is mistaken for is server-of-another-registry's.
    if is_another_registry(context, mirror.url) {
        return;
    }
    // public-mirror-resolve asks for a list without `push` as well.
    if mirror.resolves(context).is_some() && context.runs("public-mirror-resolve") {
        return;
    }
    let list = listed(mirror.url);
    let place = match &list {
        Listed::Words(_, words) => place_of(words, Capabilities::PUSH),
        // empty-capabilities speaks of `[]`.
        Listed::Empty(_) | Listed::Wrong => return,
        Listed::Absent => None,
    };
    let Some((severity, consequence)) = judge(context, mirror, place.is_some()) else {
        return;
    };
    let mut finding = finding(context, mirror, &list, place)
        .severity(in_environment(context, severity))
        .consequence(consequence);
    for next in mirrors {
        if next.url.entry.host.capabilities.has(Capabilities::PUSH) {
            finding = finding.related(
                context.location(next.url.span.clone()),
                "may receive pushes too, and is next",
            );
        }
    }
    out.push(finding);
}

fn judge(
    context: &NamespaceContext,
    mirror: Mirror,
    written: bool,
) -> Option<(Severity, Consequence)> {
    match mirror.owner {
        Owner::Public(_) => Some((Severity::Error, Consequence::Exposure)),
        Owner::Unknown => Some((Severity::Warning, Consequence::Exposure)),
        Owner::Likely | Owner::Private if !is_public_namespace(context) => None,
        Owner::Likely | Owner::Private if written => Some((Severity::Note, Consequence::Misread)),
        Owner::Likely | Owner::Private => Some((Severity::Warning, Consequence::Misread)),
    }
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
    let message = match by_default {
        true => format!("pushes go to {who}: its entry lists no `capabilities`"),
        false => format!("pushes go to {who}"),
    };
    let kept = match list {
        Listed::Words(_, words) => list_without(words, Capabilities::PUSH),
        _ => "[\"pull\", \"resolve\"]".to_owned(),
    };
    let line = format!("capabilities = {kept}");
    let target = match context.is_default() {
        true => "what is pushed to a registry without a directory of its own".to_owned(),
        false => format!("what is pushed to {}", context.registry()),
    };
    let finding = context
        .finding(&RULE, place.unwrap_or_else(|| url.span.clone()), message)
        .label(match by_default {
            true => "receives pushes, by default",
            false => "receives pushes",
        })
        .effect(format!(
            "{target} is sent to {who}, the first endpoint that may have it, and to no other"
        ))
        .help(format!("write `{line}`"))
        .releases(url.entry.releases.clone());
    // `[]` would mean all of them again.
    if kept == "[]" {
        return finding.help("delete the entry: all that it may do is receive pushes");
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
