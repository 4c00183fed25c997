use crate::containerd::node::{Cri, Outcome};
use crate::disk::is_plausible_host;
use crate::facts::sections::quoted;
use crate::facts::{Check, NodeContext};
use crate::finding::Finding;
use crate::go::path;
use crate::toml::document::Place;

crate::rule! {
    /// A config path that leads elsewhere than to the tree.
    ///
    /// ## What it does
    ///
    /// Reports a `config_path` that is not the tree which is linted beside config.toml, that names a registry's directory in a tree, or that is
    /// relative.
    ///
    /// ## Why
    ///
    /// containerd reads the directory that `config_path` names, and no other. Below it, it looks for a directory named for the registry: if the path
    /// leads to such a directory already, nothing is found. A relative path starts where the daemon was started, which is `/` for a service.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # config.toml
    /// version = 2
    /// [plugins."io.containerd.grpc.v1.cri".registry]
    ///   config_path = "/etc/containerd/certs.d/docker.io"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # config.toml
    /// version = 2
    /// [plugins."io.containerd.grpc.v1.cri".registry]
    ///   config_path = "/etc/containerd/certs.d"
    /// ```
    ///
    /// ## When not to
    ///
    /// When the trees of the run are not those of this node. If a tree will lie elsewhere than in `/etc/containerd/certs.d`, say so with
    /// `deploy-path`.
    ///
    /// ## Source
    ///
    /// containerd's `docs/hosts.md`; recorded from containerd: `node-*-relative` in `fixtures/conformance/node.jsonl`.
    name: "config-path-elsewhere",
    category: Node,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Node(check),
}

/// How a path misses the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Miss {
    /// It is relative.
    Relative(String),
    /// It is a registry's directory in the tree of this path.
    Namespace { root: String, tree: String },
    /// It is another directory than the linted trees.
    Other { root: String, tree: String },
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    for group in context.groups(|outcome| misses(context, outcome)) {
        let (message, label, effect, help) = match &group.what {
            Miss::Relative(root) => (
                format!("the config path `{root}` is relative"),
                "relative",
                "it starts where the daemon was started, which is / for a service".to_owned(),
                match root.trim_start() {
                    // Go trims nothing.
                    absolute if absolute.starts_with('/') => {
                        format!("take out the blank before it: {}", quoted(absolute))
                    }
                    _ => format!(
                        "write the whole path, such as {}",
                        quoted(&format!("/etc/containerd/{}", path::clean(root)))
                    ),
                },
            ),
            Miss::Namespace { root, tree } => (
                format!("`{root}` is the directory of one registry, and not a config path"),
                "one level too deep",
                "containerd looks below it for a directory named for the registry, and finds none"
                    .to_owned(),
                format!("write `config_path = {}`", quoted(tree)),
            ),
            Miss::Other { root, tree } => (
                format!("the config path is `{root}`, and the linted tree is for `{tree}`"),
                "another directory",
                "the tree that is linted is not read on this node".to_owned(),
                format!(
                    "write `config_path = {}`, or say with `deploy-path` where the tree will be",
                    quoted(tree)
                ),
            ),
        };
        out.push(
            context
                .finding(&RULE, &group, message)
                .label(label)
                .effect(effect)
                .help(help),
        );
    }
}

fn misses(context: &NodeContext, outcome: &Outcome) -> Vec<(Miss, Option<Place>)> {
    if outcome.cri != Cri::Loads || outcome.config_path.is_empty() {
        return Vec::new();
    }
    // A list that is not split is config-path-list's.
    let roots: Vec<&str> = match outcome.roots.as_slice() {
        [root] if root.contains(':') => return Vec::new(),
        roots => roots.iter().map(String::as_str).collect(),
    };
    let mut misses = Vec::new();
    for root in &roots {
        let cleaned = path::clean(root);
        if !cleaned.starts_with('/') {
            misses.push(Miss::Relative((*root).to_owned()));
            continue;
        }
        let (tree, name) = cleaned.rsplit_once('/').unwrap_or(("", &cleaned));
        let is_linted = context.trees.iter().any(|t| t.root == tree);
        let is_namespace = name == "_default" || name.contains('.') && is_plausible_host(name);
        if is_linted || tree.ends_with("/certs.d") && is_namespace {
            misses.push(Miss::Namespace {
                root: (*root).to_owned(),
                tree: tree.to_owned(),
            });
        }
    }
    if misses.is_empty()
        && let [tree, ..] = context.trees
        && !(context.node.is_found && tree.is_root_assumed())
        && !context
            .trees
            .iter()
            .any(|tree| roots.iter().any(|root| path::clean(root) == tree.root))
    {
        misses.push(Miss::Other {
            root: outcome.config_path.clone(),
            tree: tree.root.clone(),
        });
    }
    let place = || outcome.config_path_place.clone();
    misses.into_iter().map(|miss| (miss, place())).collect()
}
