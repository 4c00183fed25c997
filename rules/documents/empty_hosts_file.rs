use crate::containerd::HostsToml;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// A hosts.toml of zero bytes.
    ///
    /// ## What it does
    ///
    /// Reports a hosts.toml without any content. A file with only a comment in it is different: containerd reads
    /// it.
    ///
    /// ## Why
    ///
    /// containerd treats an empty file as missing: certificate files in the directory are used, and no mirror is. A
    /// failed template or an interrupted copy leaves such a file behind.
    ///
    /// ## Example
    ///
    ///
    /// ```text
    /// # docker.io/hosts.toml (0 bytes)
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the directory exists to keep `_default` away from this registry. A hosts.toml with `server` says that
    /// more clearly.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-dir-empty-file*` in `fixtures/conformance/hand.jsonl`.
    name: "empty-hosts-file",
    category: Documents,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let releases = context.releases_where(|_, outcome| outcome.hosts_toml == HostsToml::Empty);
    if releases.is_empty() {
        return;
    }
    let name = context.name();
    let certificates = context
        .files
        .iter()
        .any(|f| f.name.ends_with(".crt") || f.name.ends_with(".cert"));
    let then = if certificates {
        "straight to the registry, with the certificate files of this directory"
    } else {
        "straight to the registry"
    };
    out.push(
        context
            .finding_at(&RULE, &format!("{name}/hosts.toml"), "hosts.toml is empty")
            .releases(releases)
            .effect(format!(
                "containerd treats an empty file as missing: pulls from {} go {then}",
                context.registry()
            ))
            .help(help(context)),
    );
}

/// The file may go where nothing else depends on the directory.
fn help(context: &NamespaceContext) -> String {
    match context.whole.namespace("_default") {
        Some(_) if !context.is_default() => format!(
            "write the mirrors into it, or delete the directory `{}` to use `_default`",
            context.name()
        ),
        _ => "write the mirrors into it, or delete the file".to_owned(),
    }
}
