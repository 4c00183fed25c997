use crate::containerd::Capabilities;
use crate::facts::{
    Check, Listed, Mirror, NamespaceContext, Owner, edits_without, list_without, listed, mirrors,
    place_of, receives_pushes,
};
use crate::finding::{Finding, Safety};
use crate::toml::view::Item;

crate::rule! {
    /// A public mirror that may say what a tag stands for.
    ///
    /// ## What it does
    ///
    /// Reports `resolve`, written or by default, on endpoints that are not the namespace's own registry and belong
    /// to somebody else: an error for the known public mirrors and registries and for the hosts that the settings
    /// name as `public`, a warning for any other public name that the settings do not classify. Private
    /// names and addresses are silent, and so are names in the domain of the registry itself, and registries that clouds
    /// give to their customers (`*.pkg.dev`, `*.dkr.ecr.*.amazonaws.com`, `*.azurecr.io`, `*.jfrog.io`): most likely
    /// these are yours.
    ///
    /// Such an entry must not receive pushes either. The list that this rule asks for takes both away, so `mirror-push` is
    /// silent about an entry that is reported here, unless this rule does not run.
    ///
    /// ## Why
    ///
    /// Layers are checked against their digest, but the digest of a tag is what the endpoint says it is. Whoever runs
    /// the mirror, or gets hold of its domain, decides which image `nginx:1.27` is on your nodes. With `pull`
    /// alone the mirror still serves the layers, and the registry itself says which.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.gcr.io"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.gcr.io"]
    /// capabilities = ["pull"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Where the registry itself cannot be reached, tags cannot be resolved without the mirror: then name images by
    /// digest, or run a mirror of your own. A host of yours under a public name goes into the settings as
    /// `private`.
    ///
    /// ## Source
    ///
    /// containerd's `docs/hosts.md`, the table of registry types: a public mirror may pull, a private one may resolve
    /// too, neither may push. Recorded from
    /// containerd: `plan-pull-only-*` and `plan-resolve-only-*` in `fixtures/conformance/plan.jsonl`.
    name: "public-mirror-resolve",
    category: Trust,
    severity: Error,
    consequence: Exposure,
    releases: "all",
    fix: Unsafe,
    security_severity: "8.1",
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for mirror in mirrors(context) {
        let Some(severity) = mirror.resolves(context) else {
            continue;
        };
        if matches!(listed(mirror.url), Listed::Wrong) {
            continue;
        }
        out.push(finding(context, mirror).severity(severity));
    }
}

fn finding(context: &NamespaceContext, mirror: Mirror) -> Finding {
    let url = mirror.url;
    let list = listed(url);
    let place = match &list {
        Listed::Words(_, words) => place_of(words, Capabilities::RESOLVE),
        _ => None,
    };
    let by_default = place.is_none();
    let span = match &list {
        Listed::Empty(item) => item.whole(),
        _ => place.unwrap_or_else(|| url.span.clone()),
    };
    let who = mirror.described();
    let message = match (&list, &mirror.owner) {
        (Listed::Absent, _) => format!("{who} may resolve tags: its entry lists no `capabilities`"),
        (Listed::Empty(_), _) => format!("{who} may resolve tags: an empty list means all"),
        (_, Owner::Unknown) => format!("{who}, a public name, may resolve tags"),
        _ => format!("{who} may resolve tags"),
    };
    let label = match by_default {
        true => "resolves tags, by default",
        false => "resolves tags",
    };
    let tags = match context.is_default() {
        true => "a tag".to_owned(),
        false => format!("a tag of {}", context.registry()),
    };
    let mut effect = format!("for {tags} containerd runs whatever digest {who} names");
    let pushes = receives_pushes(context, mirror);
    if pushes {
        effect += "; pushes go there too, as to the first endpoint that may have them";
    }
    let mut unwanted = Capabilities::RESOLVE;
    unwanted.insert(Capabilities::PUSH);
    let reduced = match &list {
        Listed::Words(_, words) => list_without(words, unwanted),
        _ => "[\"pull\"]".to_owned(),
    };
    let mut help = match url.is_server() {
        false => format!("write `capabilities = {reduced}`: the layers still come from there"),
        true => format!(
            "make the registry itself the `server`, and write this one as [host.\"{}\"] with \
             `capabilities = [\"pull\"]`",
            url.shown()
        ),
    };
    if *mirror.owner == Owner::Unknown {
        help += &format!(
            "; if the mirror is yours, name it in the settings: `private = [\"{}\"]`",
            url.name()
        );
    }
    let mut finding = context
        .finding(&RULE, span, message)
        .label(label)
        .effect(effect)
        .help(help)
        .releases(url.entry.releases.clone());
    if let (Listed::Words(_, words), true) = (&list, pushes)
        && let Some(push) = place_of(words, Capabilities::PUSH)
    {
        finding = finding.related(context.location(push), "receives the pushes");
    }
    // Without the last one that resolves, no tag does: the server is a person's to change.
    match url.is_server() {
        true => finding,
        false => with_list(context, mirror, &list, unwanted, &reduced, finding),
    }
}

fn with_list(
    context: &NamespaceContext,
    mirror: Mirror,
    list: &Listed,
    unwanted: Capabilities,
    reduced: &str,
    finding: Finding,
) -> Finding {
    let line = format!("capabilities = {reduced}");
    match list {
        Listed::Words(_, words) => match edits_without(context, words, unwanted) {
            Some(edits) => finding.fix_edits(Safety::Unsafe, format!("write `{line}`"), edits),
            None => finding,
        },
        Listed::Empty(item) if !has_comment(context, item) => finding.fix(
            Safety::Unsafe,
            format!("write `{line}`"),
            item.span.clone(),
            reduced,
        ),
        Listed::Empty(_) => finding,
        Listed::Absent | Listed::Wrong => match mirror.url.insertion(context, &line) {
            Some((span, text)) => finding.fix(Safety::Unsafe, format!("add `{line}`"), span, text),
            None => finding,
        },
    }
}

/// Whether a comment stands between the brackets of an empty list.
fn has_comment(context: &NamespaceContext, list: &Item) -> bool {
    let written = context.text().get(list.span.clone());
    written.is_none_or(|text| text.contains('#'))
}
