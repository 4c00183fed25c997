use crate::facts::{Check, TreeContext};
use crate::finding::Finding;

crate::rule! {
    /// A hosts.toml at the root of the config path.
    ///
    /// ## What it does
    ///
    /// Reports a hosts.toml that is beside the namespaces instead of in one of them.
    ///
    /// ## Why
    ///
    /// containerd reads hosts.toml only from the directory of a registry and from `_default`. It never reads this
    /// one.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ```toml
    /// # quay.io/hosts.toml
    /// server = "https://quay.io"
    /// ```
    ///
    /// ## Use instead
    ///
    /// `_default`, if it was meant for every registry:
    ///
    /// ```toml
    /// # _default/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ```toml
    /// # quay.io/hosts.toml
    /// server = "https://quay.io"
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd reads it.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`.
    name: "stray-hosts-file",
    category: Tree,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Tree(check),
}

fn check(tree: &TreeContext, out: &mut Vec<Finding>) {
    if !tree.root_files.iter().any(|name| name == "hosts.toml") {
        return;
    }
    let default = tree.tree.shown("_default/hosts.toml");
    let help = if tree.namespace("_default").is_some() {
        format!("move its settings to `{default}`, or to the directory of their registry")
    } else {
        format!(
            "move it to the directory of its registry, or to `{default}` if it is meant for all registries"
        )
    };
    out.push(
        tree.finding_at(
            &RULE,
            "hosts.toml",
            "hosts.toml at the root of the config path is not used",
        )
        .label("not in a namespace")
        .effect("containerd reads hosts.toml only from the directory of a registry host or from `_default`")
        .help(help),
    );
}
