use crate::facts::{Check, NamespaceContext};
use crate::finding::{Classification, Finding, Severity};

crate::rule! {
    /// A `server` in `_default`, which takes the place of every other registry.
    ///
    /// ## What it does
    ///
    /// Reports `server` at the root of `_default/hosts.toml`. One that is private is a note: it may be the mirror that is to
    /// answer for all registries.
    ///
    /// ## Why
    ///
    /// Without `server`, the last endpoint is the registry that the image names. With it, that registry is never asked:
    /// what the mirrors do not have is asked for at this server, whichever registry the image is from. A public
    /// registry answers with images of its own that happen to have the same name.
    ///
    /// ## Example
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
    /// ```toml
    /// # _default/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the server is a mirror for all registries and no other is to be asked.
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
                "`{written}` takes the place of every registry that has no directory of its own"
            ),
        )
        .label("asked in place of the registry")
        .releases(root.releases.clone());
    out.push(match context.classify(&root.host.host) {
        Classification::Private => finding
            .severity(Severity::Note)
            .effect("the registries themselves are never asked, whatever the image")
            .help("delete `server` if they are to be asked when the mirrors have nothing"),
        _ => finding
            .effect(format!(
                "an image of any other registry is asked for at `{}`, and never at its own registry; unless that is a mirror of all registries, what it has under the name is another image",
                root.host.host
            ))
            .help("delete `server`: without it, containerd asks the registry that the image names"),
    });
}
