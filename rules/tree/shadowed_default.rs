use crate::containerd::HostsToml;
use crate::disk::is_plausible_host;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Location};

crate::rule! {
    /// A directory without configuration that hides `_default`.
    ///
    /// ## What it does
    ///
    /// Reports directories without hosts.toml and certificates beside a `_default`.
    ///
    /// ## Why
    ///
    /// containerd uses the first directory that exists, whatever it contains. An empty `quay.io/` keeps containerd
    /// from using `_default/`, and pulls from quay.io bypass the mirrors.
    ///
    /// ## Example
    ///
    ///
    /// ```text
    /// # quay.io/README.md
    /// We have no mirror for this one yet.
    /// ```
    ///
    /// ```toml
    /// # _default/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// No directory of that name, or one that says what it is for:
    ///
    /// ```toml
    /// # quay.io/hosts.toml
    /// server = "https://quay.io"
    /// ```
    ///
    /// ```toml
    /// # _default/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the directory is meant to keep this registry from the mirrors. A hosts.toml with `server` says that
    /// more clearly.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`.
    name: "shadowed-default",
    category: Tree,
    severity: Warning,
    consequence: Misread,
    releases: "1.6.17 and later",
    fix: None,
    check: Check::Namespace(check),
}

// Other rules report an empty hosts.toml (empty-hosts-file), a misnamed one (misnamed-hosts-file), one in a directory
// below (nested-namespace), certificates under names that are not read (docker-certificate-layout) and a name that is
// never looked up (unreachable-namespace). Their advice solves this too.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(default) = context.whole.namespace("_default").filter(|d| d.is_dir) else {
        return;
    };
    if context.is_default()
        || !context.namespace.is_dir
        || !is_plausible_host(context.name())
        || holds_something(context)
    {
        return;
    }
    let releases = context.releases_where(|release, outcome| {
        release.default_namespace()
            && outcome.hosts_toml == HostsToml::Absent
            && outcome.problems.is_empty()
            && context.is_looked_up(release)
    });
    let registry = context.registry();
    let name = context.name();
    out.push(
        context
            .finding_at(
                &RULE,
                name,
                format!("`{name}` hides `_default` and contains no hosts.toml"),
            )
            .label("hides _default")
            .related(
                Location::path(context.tree.shown(&default.name)),
                format!("not used for {registry}"),
            )
            .effect(format!(
                "containerd uses the first directory that exists: {}",
                context.without_any_hosts_toml()
            ))
            .help(format!(
                "delete the directory, or write a hosts.toml for {registry}"
            ))
            .releases(releases),
    );
}

/// Whether there is something in the directory that containerd reads, or that another rule speaks of.
fn holds_something(context: &NamespaceContext) -> bool {
    let is_certificate = |name: &str| {
        let ending = name.rsplit('.').next().unwrap_or_default();
        ["crt", "cert", "key", "pem", "cer", "der"].contains(&ending.to_ascii_lowercase().as_str())
    };
    context.misnamed_hosts_files().next().is_some()
        || context
            .files
            .iter()
            .any(|file| is_certificate(&file.name) || file.is_dir && !file.name.starts_with('.'))
}
