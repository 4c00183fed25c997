use crate::facts::{Check, NamespaceContext};
use crate::finding::{Classification, Finding, Severity};

crate::rule! {
    /// A `server` in `_default`, which replaces every other registry.
    ///
    /// ## What it does
    ///
    /// Reports `server` at the root of `_default/hosts.toml`. A private server is a note, because it may be a
    /// mirror for all registries.
    ///
    /// ## Why
    ///
    /// Without `server`, the last endpoint is the registry that the image names. With it, that registry is never
    /// contacted: images that the mirrors do not have are requested from this server, whatever registry they belong
    /// to. A public registry answers with its own images of the same name.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # _default/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # _default/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the server is a mirror for all registries and no other registry is to be contacted.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl` and `plan.jsonl`.
    name: "default-server",
    category: Tree,
    severity: Warning,
    consequence: Misread,
    releases: "1.6.17 and later",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(server) = context
        .document
        .as_ref()
        .filter(|_| context.is_default())
        .and_then(|document| document.server())
    else {
        return;
    };
    let entries = context.entries();
    let Some(root) = entries
        .iter()
        .find(|entry| entry.table.is_none() && entry.host.span.is_some())
    else {
        return;
    };
    // A URL that names no host, or is a placeholder for one, is another rule's.
    if root.host.host.is_empty() || root.host.host.contains(['*', '<', '$', '{']) {
        return;
    }
    let written = server.string().unwrap_or_default();
    let finding = context
        .finding(
            &RULE,
            server.span.clone(),
            format!(
                "`server` in `_default` replaces every registry without a directory: `{written}`"
            ),
        )
        .label("replaces the registry")
        .releases(root.releases.clone());
    out.push(match context.classify(&root.host.host) {
        Classification::Private => finding
            .severity(Severity::Note)
            .effect("containerd never contacts the registry that an image names")
            .help("delete `server` if containerd should fall back to the registry that the image names"),
        _ => finding
            .effect(format!(
                "images of every other registry are requested from `{}`, which has its own images of the same name",
                root.host.host
            ))
            .help("delete `server`, so that containerd falls back to the registry that the image names"),
    });
}
