use crate::containerd::Releases;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// A `_default` directory that a targeted release does not use.
    ///
    /// ## What it does
    ///
    /// Reports `_default` for releases before 1.6.17.
    ///
    /// ## Why
    ///
    /// Those releases only look up the registry host's own directory. They use no mirror for registries without
    /// one.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # _default/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// containerd = ["1.6.16", "1.7"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// A directory for each registry:
    ///
    /// ```toml
    /// # quay.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// containerd = ["1.6.16", "1.7"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When every registry that is used there has its own directory.
    ///
    /// ## Source
    ///
    /// Recorded from containerd 1.5.18 and 1.6.39; containerd's release notes for 1.6.17.
    name: "default-too-new",
    category: Tree,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "below 1.6.17",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    if !context.is_default() {
        return;
    }
    let releases: Releases = context
        .run
        .settings
        .releases
        .iter()
        .copied()
        .filter(|release| !release.default_namespace())
        .collect();
    out.push(
        context
            .finding_at(
                &RULE,
                context.name(),
                "`_default` needs containerd 1.6.17 or later",
            )
            .label("not looked up")
            .effect("an older containerd uses no mirror for registries without a directory of their own")
            .help("create a directory for each registry that is used, or upgrade containerd")
            .releases(releases),
    );
}
