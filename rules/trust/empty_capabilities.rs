use crate::facts::{Check, Listed, NamespaceContext, listed, mirrors, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// `capabilities = []`, which means all of them.
    ///
    /// ## What it does
    ///
    /// Reports empty lists of capabilities. Those of public mirrors are left to `public-mirror-resolve`.
    ///
    /// ## Why
    ///
    /// containerd treats an empty list like a missing one: the endpoint resolves tags, serves pulls and receives pushes. The
    /// author most likely meant the opposite.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = []
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
    /// To take an endpoint out of use, delete its table.
    ///
    /// ## When not to
    ///
    /// If all capabilities are meant. Leaving the key out says the same more clearly.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-cap-empty` and `hand-cap-root-empty` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "empty-capabilities",
    category: Trust,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context) {
        let Listed::Empty(item) = listed(url) else {
            continue;
        };
        let reported = mirrors(context)
            .any(|m| m.url.span == url.span && m.resolves(context).is_some())
            && context.runs("public-mirror-resolve");
        if reported || !url.leads_somewhere() {
            continue;
        }
        out.push(
            context
                .finding(&RULE, item.whole(), "an empty `capabilities` list means all of them")
                .label("all, not none")
                .effect(format!(
                    "`{}` resolves tags, serves pulls and receives pushes",
                    url.url.host
                ))
                .help(
                    "write the capabilities that are meant, as in `capabilities = [\"pull\", \"resolve\"]`; to take the \
                     endpoint out of use, delete its table",
                )
                .releases(url.entry.releases.clone()),
        );
    }
}
