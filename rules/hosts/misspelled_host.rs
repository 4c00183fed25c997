use crate::containerd::loader::split_host_port;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::finding::near_miss::is_similar;
use crate::toml::Span;

crate::rule! {
    /// Two host names that differ by one character.
    ///
    /// ## What it does
    ///
    /// Reports a host in hosts.toml whose name differs by one letter, hyphen or dot, or by the order of its labels
    /// (`com.cn` and `cn.com`), from the name of the directory or of another host in the file, and a directory whose name differs by one letter from that of a well-known
    /// registry. Names that differ in digits or in a short suffix, such as `mirror-a` and `mirror-b`, are not
    /// reported.
    ///
    /// ## Why
    ///
    /// containerd compares names as text, so a misspelled name is another host. In the best case it does not
    /// exist and the mirror is never used; otherwise images come from an unintended registry.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # registry.acme.internal/hosts.toml
    /// server = "https://registy.acme.internal"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # registry.acme.internal/hosts.toml
    /// server = "https://registry.acme.internal"
    /// ```
    ///
    /// ## When not to
    ///
    /// When both names belong to registries of yours.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: names are compared as text in `fixtures/conformance/tree.jsonl`.
    name: "misspelled-host",
    category: Hosts,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

/// Registries that many images name.
const WELL_KNOWN: [&str; 9] = [
    "docker.io",
    "registry-1.docker.io",
    "ghcr.io",
    "quay.io",
    "registry.k8s.io",
    "k8s.gcr.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
    "registry.gitlab.com",
];

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let own = match context.is_default() || !context.knows_registry() {
        true => "",
        false => name_of(context.host()),
    };
    let is_known = |name: &str| WELL_KNOWN.contains(&name);
    let meant = WELL_KNOWN
        .into_iter()
        .find(|known| context.namespace.is_dir && !is_known(own) && is_similar(own, known));
    if let (Some(meant), true) = (meant, context.holds_configuration()) {
        out.push(
            context
                .finding_at(
                    &RULE,
                    context.name(),
                    format!("`{own}` is almost `{meant}`"),
                )
                .label("possibly misspelled")
                .effect(format!(
                    "containerd does not use this directory for images of {meant}"
                ))
                .help(format!(
                    "rename it to `{}` if {meant} is meant",
                    context.tree.shown(meant)
                )),
        );
        return;
    }
    let mut seen: Vec<(&str, Option<Span>)> = vec![(own, None)];
    for entry in context.entries() {
        let name = name_of(&entry.host.host);
        let Some(span) = entry.host.span.clone().filter(|_| !name.is_empty()) else {
            continue;
        };
        if seen
            .iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
        {
            continue;
        }
        let similar = seen.iter().find(|(other, _)| is_similar(name, other));
        if let Some((other, place)) = similar {
            let mut finding = context
                .finding(&RULE, span.clone(), format!("`{name}` is almost `{other}`"))
                .label("possibly misspelled")
                .effect(match place {
                    Some(_) => "containerd treats them as two hosts".to_owned(),
                    None => {
                        format!("containerd sends requests for {other} to another host, {name}")
                    }
                })
                .help(format!("write `{other}` if the same registry is meant"))
                .releases(entry.releases.clone());
            if let Some(place) = place {
                finding = finding.related(context.location(place.clone()), "similar name");
            }
            out.push(finding);
        }
        seen.push((name, Some(span)));
    }
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    split_host_port(host).map_or(host, |(name, _)| name)
}
