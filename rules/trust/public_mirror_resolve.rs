use std::collections::HashSet;

use crate::containerd::Capabilities;
use crate::containerd::release::add_releases;
use crate::facts::{
    Check, Listed, Mirror, NamespaceContext, Owner, TreeContext, edits_without, list_without,
    listed, mirrors, place_of, receives_pushes, resolver_left,
};
use crate::finding::words::list as enumerated;
use crate::finding::{Finding, Safety};
use crate::toml::view::Item;

crate::rule! {
    /// A public mirror that may resolve tags.
    ///
    /// ## What it does
    ///
    /// Reports `resolve`, written or by default, on endpoints that are not the namespace's own registry: a warning for known
    /// public mirrors and registries and for the hosts that the settings name as `public`; one note per tree for all public
    /// names that the settings do not classify. Private names and addresses are not reported, nor are names in the
    /// domain of the registry itself, nor registries that clouds give to their customers (`*.pkg.dev`,
    /// `*.dkr.ecr.*.amazonaws.com`, `*.azurecr.io`, `*.jfrog.io`), because these are most likely your own.
    ///
    /// Such an endpoint should not have `push` either. The remedy removes both, so `mirror-push` does not report
    /// the same entry.
    ///
    /// ## Why
    ///
    /// Layers are checked against their digest, but the endpoint that resolves a tag chooses the digest. The operator of the
    /// mirror, or an attacker who gets its domain, decides which image `nginx:1.27` is on your nodes. With `pull`
    /// alone the mirror still serves the layers, and the registry itself resolves the tags.
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
    /// Tags are then requested from `registry-1.docker.io`, which the node must be able to reach.
    ///
    /// ## When not to
    ///
    /// If nodes cannot reach the registry itself, tags cannot be resolved without the mirror: use digests in image names, or
    /// run a mirror of your own. Put your own hosts with public names into the settings as `private`.
    ///
    /// ## Source
    ///
    /// containerd's `docs/hosts.md`, the table of registry types: a public mirror has `pull`, a private one also `resolve`,
    /// neither has `push`. Recorded from
    /// containerd: `plan-pull-only-*` and `plan-resolve-only-*` in `fixtures/conformance/plan.jsonl`.
    name: "public-mirror-resolve",
    category: Trust,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: Unsafe,
    security_severity: "8.1",
    check: Check::Both(check, over_all),
}

/// The label of findings about unclassified hosts, by which they are folded into one.
const UNCLASSIFIED: &str = "an unclassified host";

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let found: Vec<Mirror> = mirrors(context)
        .filter(|mirror| !matches!(listed(mirror.url), Listed::Wrong))
        .filter(|mirror| mirror.resolves(context).is_some())
        .collect();
    for (index, mirror) in found.iter().enumerate() {
        let Some(severity) = mirror.resolves(context) else {
            continue;
        };
        let is_same = |other: &&Mirror| other.url.url.host == mirror.url.url.host;
        if found[..index].iter().any(|other| is_same(&other)) {
            continue;
        }
        let finding = match mirror.owner {
            Owner::Unknown => unclassified(context, *mirror),
            _ => known(context, *mirror),
        };
        let others = found[index + 1..].iter().filter(is_same);
        let finding = others.fold(finding, |finding, other| {
            finding.related(context.location(other.url.span.clone()), "also here")
        });
        out.push(finding.severity(severity));
    }
}

/// One note for all unclassified hosts of a tree: which of them are private is one decision.
fn over_all(_: &TreeContext, out: &mut Vec<Finding>) {
    let is_unclassified = |finding: &mut Finding| finding.label == UNCLASSIFIED;
    let notes: Vec<Finding> = out.extract_if(.., is_unclassified).collect();
    // Until here, the message of each is its host.
    let mut seen = HashSet::new();
    let hosts: Vec<String> = notes
        .iter()
        .map(|note| note.message.clone())
        .filter(|host| seen.insert(host.clone()))
        .collect();
    let mut notes = notes.into_iter();
    let Some(first) = notes.next() else {
        return;
    };
    let quoted = |hosts: &[String], quote: &str| -> Vec<String> {
        let quoted = hosts.iter().map(|host| format!("{quote}{host}{quote}"));
        quoted.collect()
    };
    const SHOWN: usize = 3;
    let shown = &hosts[..hosts.len().min(SHOWN)];
    let mut names = quoted(shown, "`");
    let setting = quoted(shown, "\"");
    if hosts.len() > SHOWN {
        names.push(format!("{} more", hosts.len() - SHOWN));
    }
    let message = match hosts.len() {
        1 => format!(
            "{} may resolve tags and is not known to be yours",
            names.join("")
        ),
        some => format!(
            "{some} hosts may resolve tags and are not known to be yours: {}",
            enumerated(&names)
        ),
    };
    let mut note = first;
    note.message = message;
    let yours = match hosts.len() > SHOWN {
        true => "list your own hosts as `private` in the settings".to_owned(),
        false => format!(
            "write `private = [{}]` in the settings for your own hosts",
            setting.join(", ")
        ),
    };
    note.help = format!(
        "{yours}; for others write `capabilities = [\"pull\"]`, if the node can reach the registry itself for the tags"
    );
    for other in notes {
        let text = format!("`{}`", other.message);
        add_releases(&mut note.releases, &other.releases);
        note = note.related(other.location, text);
    }
    out.push(note);
}

fn unclassified(context: &NamespaceContext, mirror: Mirror) -> Finding {
    let url = mirror.url;
    context
        .finding(&RULE, url.span.clone(), url.name())
        .label(UNCLASSIFIED)
        .unknown_here("whether the host is yours")
        .effect("the host that resolves a tag decides which image the tag refers to")
        .releases(url.entry.releases.clone())
}

fn known(context: &NamespaceContext, mirror: Mirror) -> Finding {
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
    let host = &url.url.host;
    let tags = match context.is_default() {
        true => "tags".to_owned(),
        false => format!("tags of {}", context.registry()),
    };
    let what = match receives_pushes(context, mirror) {
        true => "may resolve tags and receives pushes",
        false => "may resolve tags",
    };
    let why = match &list {
        Listed::Absent => ": it has no `capabilities`",
        Listed::Empty(_) => ": an empty list means all",
        _ => "",
    };
    let message = format!("public mirror `{host}` {what}{why}");
    let label = match by_default {
        true => "resolves tags by default",
        false => "resolves tags",
    };
    let who = match mirror.operator() {
        Some(operator) => operator.to_owned(),
        None => format!("`{host}`"),
    };
    let mut unwanted = Capabilities::RESOLVE;
    unwanted.insert(Capabilities::PUSH);
    let reduced = match &list {
        Listed::Words(_, words) => list_without(words, unwanted),
        _ => "[\"pull\"]".to_owned(),
    };
    let left = resolver_left(context);
    let finding = context
        .finding(&RULE, span, message)
        .label(label)
        .effect(format!("{who} chooses the images for {tags}"))
        .help(help(context, mirror, &reduced, left.as_deref()))
        .releases(url.entry.releases.clone());
    // Without any endpoint that resolves tags, every pull of a tag would fail.
    match url.is_server() || left.is_none() {
        true => finding,
        false => with_list(context, mirror, &list, unwanted, &reduced, finding),
    }
}

/// The remedy, and what tags then depend on.
fn help(context: &NamespaceContext, mirror: Mirror, reduced: &str, left: Option<&str>) -> String {
    let url = mirror.url;
    let registry = match context.meant_host() {
        "docker.io" => "registry-1.docker.io",
        own => own,
    };
    let server = match context.is_default() {
        true => "delete `server` and write".to_owned(),
        false => format!("write `server = \"https://{registry}\"` and"),
    };
    let condition = |host: &str| {
        format!("tags are then requested from {host}, which the node must be able to reach")
    };
    let itself = match context.is_default() {
        true => "the registry itself",
        false => registry,
    };
    match (url.is_server(), left) {
        (true, _) => format!(
            "{server} this mirror as `[host.\"{}\"]` with `capabilities = [\"pull\"]`; {}",
            url.shown(),
            condition(itself)
        ),
        (false, Some(left)) => format!("write `capabilities = {reduced}`; {}", condition(left)),
        (false, None) => format!(
            "{server} `capabilities = {reduced}` here; {}",
            condition(itself)
        ),
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

/// Whether there is a comment between the brackets of an empty list.
fn has_comment(context: &NamespaceContext, list: &Item) -> bool {
    let written = context.text().get(list.span.clone());
    written.is_none_or(|text| text.contains('#'))
}
