//! From the paths of a command line to trees.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::names::{VERSION_CONTROL, is_never_a_namespace, is_plausible_host};
use super::{Tree, TreeOptions, disk};
use crate::containerd::FileError;

/// How a directory on the command line is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Its directories are namespaces.
    ConfigPath,
    /// It is one namespace: its own hosts.toml and certificates count.
    Namespace,
    /// Trees lie somewhere below it.
    Search,
}

/// How to look for trees.
#[derive(Debug, Clone, Default)]
pub struct FindOptions {
    /// How directories are to be taken; `None` to look at what they hold.
    pub kind: Option<Kind>,
    /// How the trees are to be seen.
    pub tree: TreeOptions,
    /// The text of standard input and the path under which it is to be linted.
    pub stdin: Option<(PathBuf, Vec<u8>)>,
}

/// Why a path leads to no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// It cannot be looked at.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// As the user named it.
        path: String,
        /// Why.
        error: FileError,
    },
    /// Nothing to lint is there.
    #[error(
        "nothing to lint in {path}: it holds no namespace (a directory such as docker.io/ with hosts.toml or certificates in it)"
    )]
    Nothing {
        /// As the user named it.
        path: String,
    },
    /// A file that belongs to no tree.
    #[error("{path} lies in no certs.d tree: name its config path, or a hosts.toml")]
    Unrelated {
        /// As the user named it.
        path: String,
    },
}

/// Finds the trees that `paths` name. The same tree named twice is found once. A path that
/// leads nowhere is an error of its own and does not hide the others.
pub fn find(paths: &[PathBuf], options: &FindOptions) -> (Vec<Tree>, Vec<FindError>) {
    let mut finder = Finder {
        options,
        trees: BTreeMap::new(),
        order: Vec::new(),
    };
    let mut errors = Vec::new();
    for path in paths {
        if let Err(error) = finder.add(path) {
            errors.push(error);
        }
    }
    if let Some((path, text)) = &options.stdin {
        finder.add_stdin(path, text);
    }
    let Finder {
        mut trees, order, ..
    } = finder;
    let trees = order.iter().filter_map(|key| trees.remove(key)).collect();
    (trees, errors)
}

struct Finder<'a> {
    options: &'a FindOptions,
    trees: BTreeMap<PathBuf, Tree>,
    order: Vec<PathBuf>,
}

impl Finder<'_> {
    fn add(&mut self, path: &Path) -> Result<(), FindError> {
        let shown = shown(path);
        let unreadable = |error| FindError::Unreadable {
            path: shown.clone(),
            error,
        };
        let metadata = std::fs::metadata(path).map_err(|e| unreadable(disk::file_error(&e)))?;
        if !metadata.is_dir() {
            return self.add_file(path, &shown);
        }
        let names = disk::names(path).map_err(unreadable)?;
        let kind = self.options.kind.unwrap_or_else(|| kind_of(path, &names));
        match kind {
            Kind::ConfigPath if names.iter().any(|n| !is_never_a_namespace(&n.name)) => {
                self.add_tree(path, &shown, None);
                Ok(())
            }
            Kind::ConfigPath => Err(FindError::Nothing { path: shown }),
            Kind::Namespace => {
                self.add_namespace(path, &shown);
                Ok(())
            }
            Kind::Search => {
                let found = search(path);
                if found.is_empty() {
                    return Err(FindError::Nothing { path: shown });
                }
                for tree in found {
                    let shown = self::shown(&tree);
                    self.add_tree(&tree, &shown, None);
                }
                Ok(())
            }
        }
    }

    /// hosts.toml stands for its namespace; any other file, as hooks pass them, for its whole tree,
    /// since several namespaces may name it.
    fn add_file(&mut self, path: &Path, shown: &str) -> Result<(), FindError> {
        let parent = parent(path);
        if path.file_name().is_some_and(|name| name == "hosts.toml") {
            self.add_namespace(&parent, &self::shown(&parent));
            return Ok(());
        }
        for ancestor in parent.ancestors().take(4) {
            let dir = if ancestor.as_os_str().is_empty() {
                Path::new(".")
            } else {
                ancestor
            };
            let Ok(names) = disk::names(dir) else {
                continue;
            };
            if holds_namespace(dir, &names) {
                self.add_tree(dir, &self::shown(dir), None);
                return Ok(());
            }
        }
        Err(FindError::Unrelated {
            path: shown.to_owned(),
        })
    }

    fn add_namespace(&mut self, path: &Path, shown: &str) {
        // `.` and `a/..` have no name of their own; the absolute path has.
        let absolute = std::path::absolute(path)
            .map(|p| normalize(&p))
            .unwrap_or(path.to_owned());
        let Some(name) = absolute
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
        else {
            self.add_tree(path, shown, None);
            return;
        };
        let named_by_its_end = path
            .file_name()
            .is_some_and(|n| n.to_string_lossy() == name);
        if named_by_its_end {
            let root = parent(path);
            self.add_tree(&root, &self::shown(&root), Some(name));
            return;
        }
        let root = absolute.parent().unwrap_or(&absolute).to_owned();
        let shown_root = self::shown(&root);
        let shown = if shown == "." {
            String::new()
        } else {
            shown.to_owned()
        };
        let tree = self.add_tree(&root, &shown_root, Some(name.clone()));
        tree.alias = Some((name, shown));
    }

    fn add_tree(&mut self, path: &Path, shown: &str, namespace: Option<String>) -> &mut Tree {
        let key = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let tree = self.trees.entry(key.clone()).or_insert_with(|| {
            self.order.push(key);
            let mut tree = Tree::open(path, shown, &self.options.tree);
            tree.only = namespace.as_ref().map(|_| Default::default());
            tree
        });
        match (namespace, &mut tree.only) {
            (Some(name), Some(only)) => {
                only.insert(name);
            }
            (None, only) => *only = None,
            (Some(_), None) => {}
        }
        tree
    }

    fn add_stdin(&mut self, path: &Path, text: &[u8]) {
        let namespace = parent(path);
        let name = namespace
            .file_name()
            .map(|n| n.to_string_lossy().into_owned());
        let (root, name) = match name {
            Some(name) => (parent(&namespace), name),
            None => (PathBuf::from("."), "stdin".to_owned()),
        };
        let tree = self.add_tree(&root, &self::shown(&root), Some(name.clone()));
        tree.overlay = Some((format!("{name}/hosts.toml"), text.to_vec()));
        if namespace.as_os_str() == "." {
            tree.alias = Some((name, String::new()));
        }
    }
}

fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    }
}

fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// A directory is a config path unless it plainly is a namespace, or has no namespace at its
/// first level.
fn kind_of(path: &Path, names: &[super::Namespace]) -> Kind {
    let has_namespace = holds_namespace(path, names);
    let is_namespace = names.iter().any(|n| n.name == "hosts.toml");
    if is_namespace && !has_hosts_file_below(path, names) {
        Kind::Namespace
    } else if has_namespace || is_namespace {
        Kind::ConfigPath
    } else if has_certificates(names)
        && path
            .file_name()
            .is_some_and(|n| is_plausible_host(&n.to_string_lossy()))
    {
        Kind::Namespace
    } else {
        Kind::Search
    }
}

fn holds_namespace(path: &Path, names: &[super::Namespace]) -> bool {
    has_hosts_file_below(path, names)
        || names
            .iter()
            .any(|n| (n.is_dir || !n.name.is_empty()) && is_plausible_host(&n.name))
}

fn has_hosts_file_below(path: &Path, names: &[super::Namespace]) -> bool {
    names
        .iter()
        .filter(|n| n.is_dir && !is_never_a_namespace(&n.name))
        .any(|n| {
            path.join(&n.name)
                .join("hosts.toml")
                .symlink_metadata()
                .is_ok()
        })
}

fn has_certificates(names: &[super::Namespace]) -> bool {
    names
        .iter()
        .any(|n| !n.is_dir && (n.name.ends_with(".crt") || n.name.ends_with(".cert")))
}

/// The config paths below a directory: what holds `<name>/hosts.toml`, and what is called certs.d or
/// hosts.d and holds names of registry hosts. A namespace of one is not itself another.
fn search(root: &Path) -> Vec<PathBuf> {
    let skip = |name: &str| {
        VERSION_CONTROL.contains(&name)
            || name.starts_with("..")
            || name == "_backup"
            || name == "node_modules"
    };
    let mut found: Vec<PathBuf> = Vec::new();
    let walk = WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|e| e.depth() == 0 || !skip(&e.file_name().to_string_lossy()))
        .flatten();
    for entry in walk {
        let name = entry.file_name();
        if name == "hosts.toml" && entry.depth() >= 2 {
            found.extend(
                entry
                    .path()
                    .parent()
                    .and_then(Path::parent)
                    .map(Path::to_owned),
            );
        } else if entry.file_type().is_dir() && (name == "certs.d" || name == "hosts.d") {
            let names = disk::names(entry.path()).unwrap_or_default();
            if names.iter().any(|n| is_plausible_host(&n.name)) {
                found.push(entry.into_path());
            }
        }
    }
    found.sort();
    found.dedup();
    let is_namespace_of_another = |tree: &PathBuf| {
        let name = tree
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        is_plausible_host(&name) && tree.parent().is_some_and(|p| found.iter().any(|f| f == p))
    };
    found
        .iter()
        .filter(|tree| !is_namespace_of_another(tree))
        .cloned()
        .collect()
}
