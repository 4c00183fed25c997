use crate::containerd::Files;
use crate::disk::{host_of_file, is_hosts_file};
use crate::facts::{Check, TreeContext};
use crate::finding::Finding;
use crate::go::path;

crate::rule! {
    /// A hosts.toml at the root of the config path.
    ///
    /// ## What it does
    ///
    /// Reports a hosts.toml that is beside the namespaces instead of in one of them, also under the name of a registry: `docker.io.toml`.
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
    out.extend(
        tree.root_files
            .iter()
            .filter_map(|name| named_for_a_registry(tree, name)),
    );
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

/// A file that has the name of a registry, `.toml`, and the text of a hosts.toml.
fn named_for_a_registry(tree: &TreeContext, name: &str) -> Option<Finding> {
    let host = host_of_file(name).filter(|_| name.ends_with(".toml"))?;
    let text = tree.tree.read(&path::join(&tree.tree.root, name)).ok()?;
    if !is_hosts_file(&String::from_utf8_lossy(&text)) {
        return None;
    }
    let right = tree.tree.shown_hosts_file(&host);
    Some(
        tree.finding_at(&RULE, name, format!("`{name}` is not used: it is not in a namespace"))
            .label("not in a namespace")
            .effect("containerd reads hosts.toml only from the directory of a registry host or from `_default`")
            .help(format!("move it to `{right}`")),
    )
}
