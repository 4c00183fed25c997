use crate::facts::{Check, NamespaceContext, is_another_registry, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// A `server` that is a different public registry than the directory is named after.
    ///
    /// ## What it does
    ///
    /// Reports `server` in the directory of one public registry if it is another one, as in a copied file: Docker
    /// Hub in `quay.io/hosts.toml`. It knows the registries in certsd-lint's own list.
    ///
    /// ## Why
    ///
    /// `server` is the last endpoint, in place of the registry itself. Images that no mirror has are requested from the
    /// wrong registry: `quay.io/team/app` becomes `team/app` on Docker Hub, where anyone can publish under that name.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # quay.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # quay.io/hosts.toml
    /// server = "https://quay.io"
    ///
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// If the other registry has the same images under the same names.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `plan-server-only-*` in `fixtures/conformance/plan.jsonl`.
    name: "server-of-another-registry",
    category: Urls,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context).iter().filter(|u| u.leads_somewhere()) {
        if !is_another_registry(context, url) {
            continue;
        }
        let (registry, other) = (context.meant_host(), url.name());
        let own = match registry {
            "docker.io" => "registry-1.docker.io",
            host => host,
        };
        out.push(
            context
                .finding(
                    &RULE,
                    url.span.clone(),
                    format!("`server` for `{registry}` is `{other}`, a different public registry"),
                )
                .label("another registry")
                .effect(format!(
                    "images that no earlier endpoint has are requested from `{other}`: `{registry}/team/app` as \
                     `team/app`"
                ))
                .help(url.write(&format!("https://{own}")))
                .releases(url.entry.releases.clone()),
        );
    }
}
