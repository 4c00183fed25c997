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
    /// To containerd an empty list is the same as none: the endpoint is asked for tags and layers and may receive
    /// pushes. Whoever wrote it most likely wanted the opposite.
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
    /// To take an endpoint out of use, delete its entry.
    ///
    /// ## When not to
    ///
    /// When all capabilities are meant; leaving the key out says the same, and plainer.
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
                .finding(&RULE, item.whole(), "an empty list of capabilities means all")
                .label("all, not none")
                .effect(format!(
                    "containerd asks `{}` for tags and layers, and sends pushes there",
                    url.url.host
                ))
                .help(
                    "write what is meant, as in `capabilities = [\"pull\", \"resolve\"]`, or delete the \
                     entry to take it out of use",
                )
                .releases(url.entry.releases.clone()),
        );
    }
}
