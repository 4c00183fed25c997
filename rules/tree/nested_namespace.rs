use crate::containerd::{DirEntry, Files};
use crate::disk::is_never_a_namespace;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::go::path;

crate::rule! {
    /// A hosts.toml in a directory below a namespace.
    ///
    /// ## What it does
    ///
    /// Reports hosts.toml files below `<registry host>/hosts.toml`: for an organisation (`ghcr.io/org/`), a
    /// repository, a network (`10.0.0.0/8/`).
    ///
    /// ## Why
    ///
    /// containerd looks up only the registry host of an image. It never reads such a file.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # ghcr.io/my-org/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # ghcr.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## When not to
    ///
    /// For a file that another program copies from there. Keep templates outside the config path.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`.
    name: "nested-namespace",
    category: Tree,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

/// The number of levels that are searched.
const DEPTH: usize = 4;

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let mut nested = Vec::new();
    for directory in context.files.iter().filter(|entry| may_hold_more(entry)) {
        find(context, &directory.name, DEPTH - 1, &mut nested);
    }
    for below in nested {
        let relative = format!("{}/{below}/hosts.toml", context.name());
        let name = context.name();
        let host = below.split('/').next().unwrap_or(&below);
        let (effect, help) = if matches!(name, "https:" | "http:") {
            (
                "containerd looks up the registry host of an image without a scheme".to_owned(),
                format!(
                    "move it to `{}`",
                    context.tree.shown(&format!("{host}/hosts.toml"))
                ),
            )
        } else if below.bytes().all(|byte| byte.is_ascii_digit()) {
            (
                "containerd compares names as text and does not support networks".to_owned(),
                "create a directory for each registry host, or use `_default`".to_owned(),
            )
        } else {
            (
                format!(
                    "containerd looks up only the registry host: for `{name}/{below}/…` it reads `{}`",
                    context.tree.shown(&format!("{name}/hosts.toml"))
                ),
                format!(
                    "move its settings to `{}`, where they apply to all images of {}",
                    context.tree.shown(&format!("{name}/hosts.toml")),
                    context.registry()
                ),
            )
        };
        out.push(
            context
                .finding_at(
                    &RULE,
                    &relative,
                    format!("hosts.toml in `{name}/{below}` is not used"),
                )
                .label("below a namespace")
                .effect(effect)
                .help(help),
        );
    }
}

/// The directories from this one down that hold a hosts.toml.
fn find(context: &NamespaceContext, below: &str, depth: usize, found: &mut Vec<String>) {
    let directory = path::join(context.directory, below);
    for entry in context.reads.list(&directory).unwrap_or_default() {
        if entry.name == "hosts.toml" && !entry.is_dir {
            found.push(below.to_owned());
        }
        if depth > 0 && may_hold_more(&entry) {
            let deeper = path::join(below, &entry.name);
            find(context, &deeper, depth - 1, found);
        }
    }
}

/// Whether it is a directory to look into: hidden ones are of Kubernetes' volumes and of version control.
fn may_hold_more(entry: &DirEntry) -> bool {
    entry.is_dir && !is_never_a_namespace(&entry.name)
}
