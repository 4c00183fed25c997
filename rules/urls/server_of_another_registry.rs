use crate::facts::{Check, NamespaceContext, is_another_registry, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// A `server` that is another public registry than the directory is named for.
    ///
    /// ## What it does
    ///
    /// Reports `server` in the directory of one public registry when it names another, as in a copied file: Docker
    /// Hub in `quay.io/hosts.toml`. It knows the registries of the list that ships with certsd-lint.
    ///
    /// ## Why
    ///
    /// `server` is the last endpoint, in place of the registry itself. What the mirrors do not have is asked
    /// of the wrong registry: `quay.io/team/app` is looked for on Docker Hub as `team/app`, where anybody
    /// can have put something of that name.
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
    /// When the other registry holds the same images under the same names.
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
        let (registry, other) = (context.registry(), url.name());
        let own = match registry.as_str() {
            "docker.io" | "index.docker.io" => "registry-1.docker.io",
            host => host,
        };
        out.push(
            context
                .finding(
                    &RULE,
                    url.span.clone(),
                    format!("the server for `{registry}` is `{other}`"),
                )
                .label("another registry")
                .effect(format!(
                    "what no host before it has, containerd asks of `{other}`: an image `{registry}/team/app` \
                     is looked for there as `team/app`"
                ))
                .help(format!("write {}", url.line_with(&format!("https://{own}"))))
                .releases(url.entry.releases.clone()),
        );
    }
}
