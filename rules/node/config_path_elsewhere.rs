use crate::containerd::node::{ConfigOutcome, Cri, is_windows_path};
use crate::containerd::{FileError, Files};
use crate::disk::is_plausible_host;
use crate::facts::sections::quoted;
use crate::facts::{Check, NodeContext};
use crate::finding::{Consequence, Finding, Severity};
use crate::go::path;
use crate::repair::nearest;
use crate::toml::document::Place;

crate::rule! {
    /// A config path that does not lead to the tree.
    ///
    /// ## What it does
    ///
    /// Reports a `config_path` that does not exist on the node, that is not the tree linted beside config.toml, that names the directory of one registry
    /// inside a tree, or that is relative. A Windows path is reported once as not checked: certsd-lint models containerd on Linux.
    ///
    /// ## Why
    ///
    /// containerd reads the directory that `config_path` names, and no other. If it does not exist, containerd logs nothing and pulls go straight to the
    /// registries. Below it, containerd looks for a directory named for the registry: if the path leads to such a directory already, nothing is found. A
    /// relative path starts at the directory in which the daemon was started, which is `/` for a service.
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
    /// When the trees of the run are not those of this node. If a tree is deployed elsewhere than to `/etc/containerd/certs.d`, say so with
    /// `deploy-path`.
    ///
    /// Whether the directory exists is reported only where the files are the node's own: on the node, or below `--sysroot`.
    ///
    /// ## Source
    ///
    /// containerd's `docs/hosts.md`; recorded from containerd: `node-*-relative` in `fixtures/conformance/node.jsonl`. That a missing directory is not an error
    /// for containerd: `remotes/docker/config/hosts.go`.
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
    /// It is a path of Windows.
    Windows(String),
    /// It is relative.
    Relative(String),
    /// It is a registry's directory in the tree of this path.
    Namespace { root: String, tree: String },
    /// Nothing is there on the node; perhaps this was meant.
    Missing { root: String, near: Option<String> },
    /// A file is there.
    File(String),
    /// It is another directory than the linted trees.
    Other { root: String, tree: String },
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    for group in context.groups(|outcome| misses(context, outcome)) {
        let (message, label, effect, help) = match &group.what {
            Miss::Windows(root) => (
                format!("config path `{root}` is a Windows path, which is not checked"),
                "a Windows path",
                "certsd-lint models containerd on Linux, where this path would be relative".to_owned(),
                "check this node's tree by itself: certsd-lint DIR".to_owned(),
            ),
            Miss::Relative(root) => (
                format!("config path `{root}` is relative"),
                "relative path",
                "it starts at the directory in which the daemon was started, which is `/` for a service".to_owned(),
                match root.trim_start() {
                    // Go trims nothing.
                    absolute if absolute.starts_with('/') => {
                        format!("remove the leading whitespace: {}", quoted(absolute))
                    }
                    _ => format!(
                        "write the absolute path, such as {}",
                        quoted(&format!("/etc/containerd/{}", path::clean(root)))
                    ),
                },
            ),
            Miss::Namespace { root, tree } => (
                format!("config path `{root}` is the directory of one registry"),
                "one level too deep",
                "containerd looks below it for a directory named for the registry and finds none"
                    .to_owned(),
                format!("write `config_path = {}`", quoted(tree)),
            ),
            Miss::Missing { root, near } => (
                format!("config path `{root}` does not exist on this node"),
                "does not exist",
                "containerd reads no hosts.toml and logs nothing about it: pulls go straight to each registry"
                    .to_owned(),
                match near {
                    Some(near) => format!("write `config_path = {}`, which exists", quoted(near)),
                    None => format!(
                        "create {root}, or set `config_path` to the directory that contains the hosts.toml files"
                    ),
                },
            ),
            Miss::File(root) => (
                format!("config path `{root}` is a file"),
                "not a directory",
                "containerd cannot look for a registry's directory below a file: every pull fails".to_owned(),
                "set `config_path` to a directory that contains one directory for each registry"
                    .to_owned(),
            ),
            Miss::Other { root, tree } => (
                format!("config path is `{root}`, but the linted tree is for `{tree}`"),
                "another directory",
                "containerd does not read the linted tree on this node".to_owned(),
                format!(
                    "write `config_path = {}`, or set `deploy-path` to where the tree will be",
                    quoted(tree)
                ),
            ),
        };
        let finding = context
            .finding(&RULE, &group, message)
            .label(label)
            .effect(effect)
            .help(help);
        out.push(match group.what {
            Miss::Windows(_) => finding
                .severity(Severity::Note)
                .consequence(Consequence::Advice),
            Miss::Missing { .. } => finding.severity(Severity::Error),
            Miss::File(_) => finding
                .severity(Severity::Error)
                .consequence(Consequence::PullsFail),
            _ => finding,
        });
    }
}

fn misses(context: &NodeContext, outcome: &ConfigOutcome) -> Vec<(Miss, Option<Place>)> {
    if outcome.cri != Cri::Loads || outcome.config_path.is_empty() {
        return Vec::new();
    }
    let place = outcome.config_path_place.clone();
    if is_windows_path(&outcome.config_path) {
        return vec![(Miss::Windows(outcome.config_path.clone()), place)];
    }
    let roots: Vec<&str> = outcome.roots.iter().map(String::as_str).collect();
    // A list that is not split is config-path-list's, unless there is a directory of that name.
    if matches!(roots[..], [root] if root.contains(':') && context.node.known_state(root) != Some(Ok(())))
    {
        return Vec::new();
    }
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
    if misses.is_empty() {
        misses.extend(missing(context, &roots));
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
    misses
        .into_iter()
        .map(|miss| (miss, place.clone()))
        .collect()
}

/// The directories that certainly do not exist. One directory of a list is enough for the whole.
fn missing(context: &NodeContext, roots: &[&str]) -> Option<Miss> {
    let states: Option<Vec<Result<(), FileError>>> = roots
        .iter()
        .map(|root| context.node.known_state(root))
        .collect();
    let states = states?;
    let file = states
        .iter()
        .position(|state| *state == Err(FileError::NotADirectory));
    if let Some(index) = file {
        return Some(Miss::File(roots[index].to_owned()));
    }
    let all_missing = states
        .iter()
        .all(|state| *state == Err(FileError::NotFound));
    let root = roots.first().filter(|_| all_missing)?;
    Some(Miss::Missing {
        root: roots.join(":"),
        near: near(context, root),
    })
}

/// The directory that may be meant: a linted tree, or one with nearly the same name.
fn near(context: &NodeContext, root: &str) -> Option<String> {
    if let [tree] = context.trees {
        return Some(tree.root.clone());
    }
    let cleaned = path::clean(root);
    let (parent, name) = cleaned.rsplit_once('/')?;
    let parent = if parent.is_empty() { "/" } else { parent };
    let names = context.node.list(parent).unwrap_or_default();
    let directories = names.iter().filter(|entry| entry.is_dir);
    let found = nearest(name, directories.map(|entry| entry.name.as_str()))?;
    Some(path::join(parent, found))
}
