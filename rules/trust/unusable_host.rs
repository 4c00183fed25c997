use crate::containerd::Capabilities;
use crate::facts::{Check, Listed, NamespaceContext, listed, written_urls};
use crate::finding::Finding;

crate::rule! {
    /// A host table that may do nothing of use.
    ///
    /// ## What it does
    ///
    /// Reports host tables whose `capabilities` lack `pull` and give nothing else that would ever be used: `resolve`
    /// alone, or `push` behind another endpoint that has it.
    ///
    /// ## Why
    ///
    /// `resolve` counts only together with `pull`, and pushes go to the first endpoint with `push` and to no other. Such a
    /// host is never asked what a tag or a digest stands for. It only costs time: layers are asked for at every
    /// endpoint in turn, whatever it may do.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["resolve"]
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
    /// ## When not to
    ///
    /// There is no case in which such an entry is of use.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `plan-resolve-only-*`, `plan-push-second-*` in
    /// `fixtures/conformance/plan.jsonl`.
    name: "unusable-host",
    category: Trust,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let urls = written_urls(context);
    let mut pushes_go_before = None;
    for url in urls.iter().filter(|u| u.leads_somewhere()) {
        let capabilities = url.entry.host.capabilities;
        let pushes = capabilities.has(Capabilities::PUSH);
        let useful = capabilities.has(Capabilities::PULL)
            || capabilities.has(Capabilities::REFERRERS)
            || pushes && pushes_go_before.is_none();
        // unresolvable-tags speaks of the server.
        if let Listed::Words(item, _) = listed(url)
            && !useful
            && capabilities != Capabilities::default()
            && !url.is_server()
        {
            let host = &url.url.host;
            let words = capabilities.words().join("` and `");
            let finding = context
                .finding(
                    &RULE,
                    item.whole(),
                    format!("`{host}` may do nothing of use with `{words}` alone"),
                )
                .label("no `pull`")
                .help(format!(
                    "write `capabilities = [\"pull\", \"{}\"]`, or delete the entry",
                    capabilities.words().join("\", \"")
                ))
                .releases(url.entry.releases.clone());
            let layers = "layers are asked for there all the same, as at every endpoint";
            out.push(match pushes_go_before.clone() {
                Some(span) if pushes => finding
                    .effect(format!(
                        "containerd resolves nothing there, and pushes go to an endpoint before it; {layers}"
                    ))
                    .related(context.location(span), "receives the pushes"),
                _ => finding.effect(format!(
                    "containerd resolves nothing where it may not pull; {layers}"
                )),
            });
        }
        if pushes && pushes_go_before.is_none() {
            pushes_go_before = Some(url.span.clone());
        }
    }
}
