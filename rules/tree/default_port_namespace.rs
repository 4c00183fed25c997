use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A namespace with port 443, which images written without a port do not reach.
    ///
    /// ## What it does
    ///
    /// Reports `registry.internal:443` and `registry.internal_443_` without a `registry.internal` beside them. Where the hosts.toml
    /// itself writes the server without its port it is a warning, else a note.
    ///
    /// ## Why
    ///
    /// containerd compares names as text. An image `registry.internal/app` is looked up as `registry.internal`, and does not
    /// come by this directory, though 443 is the port it is pulled from.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # registry.internal:443/hosts.toml
    /// server = "https://registry.internal"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # registry.internal/hosts.toml
    /// server = "https://registry.internal"
    /// ```
    ///
    /// ## When not to
    ///
    /// When all images are written with the port.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`.
    name: "default-port-namespace",
    category: Tree,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    if context.is_unknown() {
        return;
    }
    let registry = context.host();
    let Some(host) = registry.strip_suffix(":443") else {
        return;
    };
    if context.whole.namespace(host).is_some() {
        return;
    }
    let writes_no_port = context
        .entries()
        .iter()
        .any(|entry| entry.host.host.eq_ignore_ascii_case(host));
    let finding = context
            .finding_at(
                &RULE,
                context.name(),
                format!("images written `{host}/…`, without the port, do not reach `{}`", context.name()),
            )
            .label("for images written with :443")
            .effect(format!(
                "containerd compares names as text: it looks up `{host}` for them, and {}",
                match context.whole.namespace("_default") {
                    Some(_) => "goes on to `_default`",
                    None => "asks the registry as if nothing were configured",
                }
            ))
            .help(format!(
                "if images are written without the port, rename it to `{}`; if both are, link one to the other",
                context.tree.shown(host)
            ));
    out.push(if writes_no_port {
        finding
    } else {
        finding.severity(Severity::Note)
    });
}
