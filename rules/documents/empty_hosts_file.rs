use crate::containerd::HostsToml;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// A hosts.toml of zero bytes.
    ///
    /// ## What it does
    ///
    /// Reports a hosts.toml that holds nothing at all. A file with a comment in it is another thing: it is read.
    ///
    /// ## Why
    ///
    /// containerd treats it as if it were not there: certificate files in the directory are used, and no
    /// mirror is. It is what a failed template or an interrupted copy leaves behind.
    ///
    /// ## Example
    ///
    /// ```text
    /// # docker.io/hosts.toml (0 bytes)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the directory is there to keep `_default` away from this registry: a directory without any
    /// hosts.toml says that as well.
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
        "with the certificate files beside it"
    } else {
        "straight to the registry"
    };
    out.push(
        context
            .finding_at(
                &RULE,
                &format!("{name}/hosts.toml"),
                "hosts.toml has zero bytes",
            )
            .releases(releases)
            .effect(format!(
                "containerd treats it as if it were not there: pulls from {} go {then}",
                context.registry()
            ))
            .help("write the mirrors into it, or delete it"),
    );
}
