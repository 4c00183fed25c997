use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A namespace with port 443, which images without a port do not use.
    ///
    /// ## What it does
    ///
    /// Reports `registry.internal:443` and `registry.internal_443_` without a `registry.internal` beside them. It
    /// is a warning if the hosts.toml itself writes the server without the port, and a note otherwise.
    ///
    /// ## Why
    ///
    /// containerd compares names as text. It looks up an image `registry.internal/app` as `registry.internal` and
    /// does not use this directory, although 443 is the port that it connects to.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # registry.internal:443/hosts.toml
    /// server = "https://registry.internal"
    /// ```
    ///
    /// ## Use instead
    ///
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
            format!(
                "`{}` is not used for images without `:443` in their name",
                context.name()
            ),
        )
        .label("only used with :443")
        .effect(format!(
            "containerd looks up `{host}/…` as `{host}` and {}",
            match context.whole.namespace("_default") {
                Some(_) => "uses `_default`",
                None => "contacts the registry without mirrors",
            }
        ))
        .help(format!(
            "rename it to `{}`, or link that name to it if images are written both ways",
            context.tree.shown(host)
        ));
    out.push(if writes_no_port {
        finding
    } else {
        finding.severity(Severity::Note)
    });
}
