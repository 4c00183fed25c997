use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::{Finding, Promise, Safety};

crate::rule! {
    /// A query or a fragment in a URL.
    ///
    /// ## What it does
    ///
    /// Reports `?query` and `#fragment` in the URL of a host table or of `server`.
    ///
    /// ## Why
    ///
    /// containerd keeps scheme, host and path, and silently drops the rest. It adds `?ns=` with the name of the
    /// registry to every pull from a mirror anyway.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal?ns=docker.io"]
    /// capabilities = ["pull", "resolve"]
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
    /// Never: containerd does not send them.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-query` in `fixtures/conformance/hand.jsonl`, `plan-query-*` in
    /// `fixtures/conformance/plan.jsonl`.
    name: "url-query",
    category: Urls,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context) {
        if !url.leads_somewhere() || !(url.url.has_query || url.url.has_fragment) {
            continue;
        }
        let Some(start) = url.text.find(['?', '#']) else {
            continue;
        };
        let dropped = &url.text[start..];
        let span = url.part(start..url.text.len());
        let what = match dropped.starts_with('?') {
            true => "query",
            false => "fragment",
        };
        // Values may be secret.
        let name: String = dropped
            .chars()
            .take_while(|c| !matches!(c, '=' | '&'))
            .collect();
        let more = if name == dropped { "" } else { "=…" };
        let mut help = url.write(&url.shown());
        if dropped.starts_with("?ns=") {
            help += "; containerd adds `?ns=` to pulls from mirrors itself";
        }
        let finding = context
            .finding(
                &RULE,
                span,
                format!("the {what} `{name}{more}` is never sent"),
            )
            .label("dropped by containerd")
            .effect(format!("requests go to {}", url.api_root()))
            .help(help)
            .releases(url.entry.releases.clone());
        // Nothing changes without it.
        out.push(match url.editable() {
            true => finding
                .fix_edits(
                    Safety::Safe,
                    format!("delete the {what}"),
                    url.rewrite(start..url.text.len(), ""),
                )
                .promise(Promise::Nothing),
            false => finding,
        });
    }
}
