use crate::facts::{Check, TreeContext};
use crate::finding::Finding;

crate::rule! {
    /// A hosts.toml at the root of the config path.
    ///
    /// ## What it does
    ///
    /// Reports a hosts.toml that lies beside the namespaces and not in one of them.
    ///
    /// ## Why
    ///
    /// containerd looks for hosts.toml only in the directory of a registry and in `_default`. It never reads this one.
    ///
    /// ## Example
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
    /// There is no case in which containerd reads it.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`.
    name: "stray-hosts-file",
    category: Tree,
    severity: Error,
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
        format!("move what it says to `{default}`, or into the directory of its registry")
    } else {
        format!(
            "for every registry without a directory of its own, move it to `{default}`; for one registry, into a directory named for it"
        )
    };
    out.push(
        tree.finding_at(
            &RULE,
            "hosts.toml",
            "a hosts.toml at the root of the config path is not read",
        )
        .label("in no namespace")
        .effect("containerd reads hosts.toml only from the directory of a registry host, or from `_default`")
        .help(help),
    );
}
