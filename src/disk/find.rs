//! From the paths of a command line to trees.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::globs::{Exclusions, absolute};
use super::io::{self as disk, Listing};
use super::names::{is_config_path_name, is_plausible_host};
use super::search::{has_hosts_file, hold_hosts, holds_hosts, search};
use super::tracked::Repositories;
use super::{Namespace, Tree, TreeOptions};
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
    /// What a search passes over.
    pub exclude: Exclusions,
    /// The text of standard input and the hosts.toml for which it stands.
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
    #[error(
        "{path} lies in no certs.d tree: name the config path it belongs to; to lint a text as a namespace's hosts.toml, \
         use `--stdin-filename docker.io/hosts.toml -`, and to lint a node's config.toml, --containerd-config"
    )]
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
        errors: Vec::new(),
        repositories: Repositories::default(),
    };
    for path in paths {
        if let Err(error) = finder.add(path) {
            finder.errors.push(error);
        }
    }
    if let Some((path, text)) = &options.stdin {
        let place = Place::of_namespace(&parent(path));
        let hosts_toml = format!("{}/hosts.toml", place.relative);
        let hosts_toml = hosts_toml.trim_start_matches('/').to_owned();
        finder
            .add_place(place)
            .overlay
            .insert(hosts_toml, text.clone());
    }
    let Finder {
        mut trees,
        order,
        errors,
        ..
    } = finder;
    let trees = order.iter().filter_map(|key| trees.remove(key)).collect();
    (trees, errors)
}

struct Finder<'a> {
    options: &'a FindOptions,
    trees: BTreeMap<PathBuf, Tree>,
    order: Vec<PathBuf>,
    errors: Vec<FindError>,
    repositories: Repositories,
}

impl Finder<'_> {
    fn add(&mut self, path: &Path) -> Result<(), FindError> {
        let unreadable = |error| FindError::Unreadable {
            path: shown(path),
            error,
        };
        let metadata = std::fs::metadata(path).map_err(|e| unreadable(disk::file_error(&e)))?;
        if !metadata.is_dir() {
            return self.add_file(path);
        }
        let listing = Listing::read(path).map_err(unreadable)?;
        let names = listing.names(path);
        let nothing = FindError::Nothing { path: shown(path) };
        let is_empty = !names.iter().any(Tree::takes) && !has_hosts_file(path);
        match self.options.kind {
            Some(Kind::ConfigPath) if is_empty => return Err(nothing),
            Some(Kind::ConfigPath) => self.add_tree(path, None),
            Some(Kind::Namespace) => self.add_place(Place::at(path, 1)),
            None if is_namespace(path, &names) => self.add_place(Place::of_namespace(path)),
            None | Some(Kind::Search) => {
                let errors = self.errors.len();
                let mut found = search(path, listing, &self.options.exclude, &mut self.errors);
                if found.is_empty()
                    && self.options.kind.is_none()
                    && may_be_config_path(path, &names)
                {
                    found.push(path.to_owned());
                }
                if found.is_empty() && self.errors.len() == errors {
                    return Err(nothing);
                }
                for tree in found {
                    self.add_tree(&tree, None);
                }
                return Ok(());
            }
        };
        Ok(())
    }

    /// hosts.toml stands for its namespace; any other file, as hooks pass them, for its whole tree,
    /// since several namespaces may name it.
    fn add_file(&mut self, path: &Path) -> Result<(), FindError> {
        let directory = parent(path);
        if path.file_name().is_some_and(|name| name == "hosts.toml") {
            self.add_place(Place::of_namespace(&directory));
            return Ok(());
        }
        let absolute = absolute(&directory);
        let is_config_path = |dir: &&Path| {
            file_name(dir).is_some_and(|name| is_config_path_name(&name)) || holds_hosts(dir)
        };
        let level = absolute
            .ancestors()
            .take(4)
            .position(|dir| is_config_path(&dir));
        match level {
            Some(level) => {
                self.add_tree(&Place::at(&directory, level).root, None);
                Ok(())
            }
            None => Err(FindError::Unrelated { path: shown(path) }),
        }
    }

    fn add_place(&mut self, place: Place) -> &mut Tree {
        let tree = self.add_tree(&place.root, place.namespace);
        tree.alias = place.alias.or(tree.alias.take());
        tree
    }

    fn add_tree(&mut self, path: &Path, namespace: Option<String>) -> &mut Tree {
        let key = path.canonicalize().unwrap_or_else(|_| absolute(path));
        let tree = self.trees.entry(key.clone()).or_insert_with(|| {
            self.order.push(key);
            let mut tree = Tree::open(path, &shown(path), &self.options.tree);
            tree.repositories = self.repositories.clone();
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
}

/// Where a directory lies in a tree.
struct Place {
    /// The config path.
    root: PathBuf,
    /// The namespace; `None` for the whole tree.
    namespace: Option<String>,
    /// The directory's path below the config path.
    relative: String,
    /// The namespace and what the user calls it, when that is not a path below `root`.
    alias: Option<(String, String)>,
}

impl Place {
    /// The place of a directory that holds a hosts.toml. Usually that is a namespace; below a
    /// directory called certs.d it may lie too high or too deep, and the rules are to say so.
    fn of_namespace(directory: &Path) -> Place {
        let absolute = absolute(directory);
        let is_config_path = |dir: &Path| file_name(dir).is_some_and(|n| is_config_path_name(&n));
        let named = absolute.ancestors().take(4).position(is_config_path);
        let plausible = file_name(&absolute).is_some_and(|name| is_plausible_host(&name));
        let level = match named {
            Some(level) => level,
            None if !plausible && holds_hosts(directory) => 0,
            None => 1,
        };
        Place::at(directory, level)
    }

    /// The place of a directory that lies `level` directories below its config path.
    fn at(directory: &Path, level: usize) -> Place {
        let absolute = absolute(directory);
        let absolute_root = absolute.ancestors().nth(level).unwrap_or(&absolute);
        let relative = absolute
            .strip_prefix(absolute_root)
            .unwrap_or(Path::new(""));
        let namespace = relative
            .iter()
            .next()
            .map(|name| name.to_string_lossy().into_owned());
        // `.` and `a/..` do not end with the directory's own name. Their config path cannot be had by
        // cutting the end off.
        let by_its_end = directory
            .components()
            .rev()
            .take(level)
            .filter(|part| matches!(part, Component::Normal(_)))
            .count()
            == level;
        let (root, alias) = if by_its_end {
            let mut root = directory.to_owned();
            for _ in 0..level {
                root = parent(&root);
            }
            (root, None)
        } else {
            let called = match shown(directory).as_str() {
                "." => String::new(),
                other => other.to_owned(),
            };
            let alias = namespace.clone().filter(|_| level == 1);
            (absolute_root.to_owned(), alias.map(|name| (name, called)))
        };
        Place {
            root,
            namespace,
            relative: shown(relative),
            alias,
        }
    }
}

/// A path as it is shown: `/` between parts.
pub(super) fn shown(path: &Path) -> String {
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

fn file_name(path: &Path) -> Option<String> {
    path.file_name().map(OsStr::to_string_lossy).map(Into::into)
}

/// Whether a directory plainly is one namespace: it holds hosts.toml or certificates, and nothing below
/// it looks like a namespace. Its own name counts more than what it holds, since a namespace may hold
/// others by mistake.
fn is_namespace(path: &Path, names: &[Namespace]) -> bool {
    let own_name = file_name(&absolute(path)).unwrap_or_default();
    if is_config_path_name(&own_name) {
        return false;
    }
    let is_host = is_plausible_host(&own_name);
    let holds_namespaces = hold_hosts(path, names);
    if has_hosts_file(path) {
        return is_host || !holds_namespaces;
    }
    // An empty one, or one with a misnamed file, is told by what it lies in.
    let lies_in_config_path = || {
        absolute(path).parent().is_some_and(|dir| {
            file_name(dir).is_some_and(|name| is_config_path_name(&name)) || holds_hosts(dir)
        })
    };
    is_host && !holds_namespaces && (has_certificates(names) || lies_in_config_path())
}

/// Whether a directory below which no hosts.toml was found can be a config path all the same: one of
/// certificates alone, with misnamed files, or with files where directories should be, which the rules
/// are to tell. Where it is not called so, a file counts only when nothing else is there:
/// Cargo.lock could be a registry's name as well.
fn may_be_config_path(path: &Path, names: &[Namespace]) -> bool {
    let is_called_so = file_name(&absolute(path)).is_some_and(|name| is_config_path_name(&name));
    let visible = || names.iter().filter(|n| !n.name.starts_with('.'));
    let hosts_only = visible().all(|n| is_plausible_host(&n.name));
    is_called_so && has_hosts_file(path)
        || visible().any(|n| {
            Tree::takes(n) && (is_called_so || hosts_only || n.is_dir && is_plausible_host(&n.name))
        })
}

fn has_certificates(names: &[Namespace]) -> bool {
    names
        .iter()
        .any(|n| !n.is_dir && (n.name.ends_with(".crt") || n.name.ends_with(".cert")))
}
