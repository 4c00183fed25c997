//! certs.d on disk: finding trees, listing one, reading files with limits.

mod belonging;
mod config_path;
mod deploy;
mod evidence;
mod find;
mod find_error;
mod globs;
mod ignored;
mod io;
mod lone;
mod names;
mod node;
mod node_trees;
mod place;
mod planted;
mod progress;
mod search;
mod texts;
mod tracked;
mod unread;
pub mod write;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::containerd::directory::DEFAULT;
use crate::containerd::{DirEntry, FileError, Files};
use crate::go::path;
use crate::limits::{self, MAX_HOSTS_ENTRIES, MAX_PEM_BLOCKS};

use config_path::has_hosts_file;
use names::{Likeness, likeness};

pub use self::io::{
    Directory, FileInfo, Reach, ReadFile, beginning, file_error, read, read_named,
    read_named_or_piped, repository_root,
};
pub use belonging::Belonging;
pub use config_path::Extent;
pub use evidence::{is_hosts_file, is_node_config, is_node_config_text};
pub use find::{Discovery, FindOptions, PathKind, Placing, discover, find};
pub use find_error::{FindError, Unread};
pub use globs::{Exclusions, PathGlobs, absolute, normalized};
pub use lone::{Lone, UNKNOWN_REGISTRY, is_unknown_registry};
pub use names::{
    Generator, host_of_file, is_never_a_namespace, is_plausible_host, meant_host, registry_host,
};
pub use node::{MAX_NODE_CONFIG, NodeFiles, below_sysroot, usual_config};
pub use node_trees::{TooManyRoots, trees_of_nodes};
use planted::Planted;
pub use progress::Progress;
pub use texts::{TextFile, is_generated, named_beside, text, texts_below};
pub use tracked::Tracked;
use tracked::{Repositories, Repository};
pub use unread::name_unread;

/// Where containerd looks unless its configuration says otherwise.
pub const DEFAULT_CONFIG_PATH: &str = "/etc/containerd/certs.d";

/// hosts.toml above this size is not read: real ones have a few kilobytes.
pub const MAX_HOSTS_FILE: u64 = 4 * 1024 * 1024;

/// Certificate files above this size are not read: the largest public bundle has half a megabyte.
pub const MAX_TLS_FILE: u64 = 32 * 1024 * 1024;

/// Where a tree is used, and so where the paths in it lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deployment {
    /// Here: every path is looked up on this machine.
    InPlace,
    /// Elsewhere: paths below the deploy path are looked up in the tree, others are not known here.
    Elsewhere,
    /// Below this directory, which represents the root of the node's file system.
    Sysroot(PathBuf),
}

/// A config path on disk, seen as the node sees it.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Where it is on this machine.
    pub disk: PathBuf,
    /// As the user named it, `/` between parts; `.` is the empty text.
    pub shown: String,
    /// The path under which the node knows it.
    pub root: String,
    /// Where it is used.
    pub deployment: Deployment,
    /// The requested namespaces; `None` for all.
    pub only: Option<BTreeSet<String>>,
    /// How much of the directory is a config path.
    pub extent: Extent,
    /// The file that it was made for, where there is no config path.
    pub lone: Option<Lone>,
    /// The path on the node, as configured or derived from the path in this repository.
    is_root_known: bool,
    /// A namespace that the user named by another path than below `shown`.
    alias: Option<(String, String)>,
    /// Files whose text comes from elsewhere than the disk, by their path in the tree.
    overlay: BTreeMap<String, Vec<u8>>,
    /// Only the requested namespaces are seen.
    isolated: bool,
    /// Its files, where they are in another file.
    planted: Option<Arc<Planted>>,
    /// How far the run has come with it.
    pub progress: Arc<Progress>,
    /// How far links lead.
    reach: Reach,
    /// The repositories of the run, for whether Git tracks a file.
    repositories: Repositories,
    /// The one that the tree is in; looked for when a rule first wants to know.
    repository: OnceLock<Option<Arc<Repository>>>,
}

/// A name at the first level of a config path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Namespace {
    /// The name; bytes that are not UTF-8 are shown as `�`.
    pub name: String,
    /// Whether the name is UTF-8; no registry host is written otherwise.
    pub utf8: bool,
    /// It is a directory, or a link to one.
    pub is_dir: bool,
    /// It is a link that leads nowhere, or in a circle.
    pub broken_link: bool,
}

/// How the trees of a run are to be seen.
#[derive(Debug, Clone, Default)]
pub struct TreeOptions {
    /// Where the tree will be on the node, when that was said.
    pub deploy_path: Option<String>,
    /// The directory that represents the node's root.
    pub sysroot: Option<PathBuf>,
}

impl Tree {
    /// The tree at `disk`, which the user calls `shown`.
    ///
    /// It is in use on this machine when it is at the deploy path, or when no deploy
    /// path was given and it is in no repository.
    pub fn open(disk: &Path, shown: &str, options: &TreeOptions) -> Tree {
        let absolute = std::path::absolute(disk).unwrap_or_else(|_| disk.to_owned());
        let here = path::clean(&absolute.to_string_lossy());
        let given = options.deploy_path.as_deref();
        let known = given.or_else(|| names::known_deploy_path(&here));
        let deploy_path = path::clean(known.unwrap_or(DEFAULT_CONFIG_PATH));
        let (root, deployment) = if let Some(sysroot) = &options.sysroot {
            let sysroot = std::path::absolute(sysroot).unwrap_or_else(|_| sysroot.clone());
            let root = match absolute.strip_prefix(&sysroot) {
                Ok(rest) if options.deploy_path.is_none() => {
                    path::clean(&format!("/{}", rest.to_string_lossy()))
                }
                _ => deploy_path,
            };
            (root, Deployment::Sysroot(sysroot))
        } else if here == DEFAULT_CONFIG_PATH && here == deploy_path
            // The repository's own settings may claim that a tree in it is in use.
            || !io::in_repository(&absolute)
                && (here == deploy_path || options.deploy_path.is_none())
        {
            (here, Deployment::InPlace)
        } else {
            (deploy_path, Deployment::Elsewhere)
        };
        let reach = match &deployment {
            Deployment::InPlace => Reach::Anywhere,
            Deployment::Elsewhere => Reach::of(&absolute),
            Deployment::Sysroot(sysroot) => Reach::below(sysroot),
        };
        let shown = shown.trim_end_matches('/');
        let shown = if shown == "." {
            ""
        } else {
            shown.strip_prefix("./").unwrap_or(shown)
        };
        Tree {
            disk: disk.to_owned(),
            shown: shown.to_owned(),
            root,
            deployment,
            only: None,
            extent: Extent::Named,
            lone: None,
            is_root_known: known.is_some(),
            alias: None,
            overlay: BTreeMap::new(),
            isolated: false,
            planted: None,
            progress: Arc::default(),
            reach,
            repositories: Repositories::default(),
            repository: OnceLock::new(),
        }
    }

    /// The tree of a hosts.toml that is in no config path; see [`Lone`]. It is for a node elsewhere.
    pub fn of_lone(lone: Lone, options: &TreeOptions) -> Tree {
        let directory = place::parent(&lone.file);
        let mut tree = Tree::open(&directory, &find_error::shown(&directory), options);
        if tree.deployment == Deployment::InPlace {
            tree.root = path::clean(
                options
                    .deploy_path
                    .as_deref()
                    .unwrap_or(DEFAULT_CONFIG_PATH),
            );
            tree.deployment = Deployment::Elsewhere;
            tree.reach = Reach::of(&lone.file);
        }
        tree.only = Some(BTreeSet::from([lone.namespace.clone()]));
        tree.isolated = true;
        tree.lone = Some(lone);
        tree
    }

    /// Takes the deploy path that the files of the tree imply, where none is known.
    fn imply_deploy_path(&mut self) {
        if !self.is_root_known
            && let Some(root) = deploy::implied(self)
        {
            self.root = root;
            self.is_root_known = true;
        }
    }

    /// Whether no one said where it will be on the node, nor does anything in it: it is taken to be where most are.
    pub fn is_root_assumed(&self) -> bool {
        !self.is_root_known && self.deployment == Deployment::Elsewhere
    }

    /// The program that writes this config path, if it is one that programs write.
    pub fn generator(&self) -> Option<Generator> {
        names::generator(&self.root)
    }

    /// The name under which the user knows a path of the tree.
    pub fn shown(&self, relative: &str) -> String {
        if let Some(lone) = &self.lone {
            return lone.shown(relative);
        }
        if let Some((namespace, shown)) = &self.alias
            && let Some(rest) = relative.strip_prefix(namespace.as_str())
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return joined(shown, rest.trim_start_matches('/'));
        }
        joined(&self.shown, relative)
    }

    /// The same of a namespace's hosts.toml.
    pub fn shown_hosts_file(&self, namespace: &str) -> String {
        self.shown(&[namespace, "/hosts.toml"].concat())
    }

    /// The path in the tree of a node's path; `None` when it is outside.
    pub fn relative<'a>(&self, node_path: &'a str) -> Option<&'a str> {
        node_path
            .strip_prefix(self.root.as_str())
            .and_then(|rest| match rest {
                "" => Some(""),
                _ if self.root == "/" => Some(rest),
                _ => rest.strip_prefix('/'),
            })
    }

    /// The name under which the user knows a node's path, the node's own outside the tree.
    pub fn shown_node_path(&self, node_path: &str) -> String {
        let cleaned = path::clean(node_path);
        match self.relative(&cleaned) {
            Some(relative) => self.shown(relative),
            None => cleaned,
        }
    }

    /// Where a node's path is on this machine; `None` when that cannot be known.
    pub fn on_disk(&self, node_path: &str) -> Option<PathBuf> {
        if self.planted.is_some() {
            return None;
        }
        let cleaned = path::cleaned(node_path);
        let relative = self.relative(&cleaned);
        if let (Some(lone), Some(relative)) = (&self.lone, relative) {
            return lone.on_disk(relative);
        }
        if let Some(relative) = relative {
            return Some(below(&self.disk, relative));
        }
        match &self.deployment {
            Deployment::InPlace => Some(PathBuf::from(cleaned.as_ref())),
            Deployment::Elsewhere => None,
            Deployment::Sysroot(sysroot) => Some(below(sysroot, cleaned.trim_start_matches('/'))),
        }
    }

    /// Where the file at a node's path really is on this machine.
    ///
    /// # Errors
    /// When that cannot be known, or a link leads out of the repository.
    pub fn real(&self, node_path: &str) -> Result<PathBuf, FileError> {
        let path = self.on_disk(node_path).ok_or(FileError::Unknown)?;
        self.reach.resolve(path)
    }

    /// The names at the first level that can be meant as namespaces, sorted. Version control
    /// folders, Kubernetes' `..data` links, spegel's `_backup` and other hidden names are left out,
    /// and so are files whose names are not registry hosts.
    pub fn namespaces(&self) -> Result<Vec<Namespace>, FileError> {
        self.list_root().map(|(namespaces, _)| namespaces)
    }

    /// The [namespaces](Tree::namespaces), and the names of the files at the first level, sorted.
    pub fn list_root(&self) -> Result<(Vec<Namespace>, Vec<String>), FileError> {
        if let (true, Some(only)) = (self.isolated, &self.only) {
            let namespaces = only.iter().map(|name| self.namespace(name)).collect();
            return Ok((namespaces, Vec::new()));
        }
        let names = match &self.planted {
            Some(planted) => Ok(planted.names_at_root()),
            None => {
                let path = self.reach.resolve(&self.disk);
                path.and_then(|path| io::names(&path, &self.reach))
            }
        };
        let names = match names {
            // The tree may exist for the sake of a text from standard input alone.
            Err(FileError::NotFound) if !self.overlay.is_empty() => Vec::new(),
            names => names?,
        };
        let files = names
            .iter()
            .filter(|entry| !entry.is_dir && self.extent > Extent::Partial);
        let mut files: Vec<String> = files.map(|entry| entry.name.clone()).collect();
        files.sort_unstable();
        let wanted = |name: &str| self.only.as_ref().is_some_and(|only| only.contains(name));
        let mut found = names;
        found.retain(|entry| self.holds(entry) || wanted(&entry.name));
        let overlaid = self.overlay.keys();
        for name in overlaid.filter_map(|path| Some(path.split_once('/')?.0)) {
            if !found.iter().any(|entry| entry.name == name) {
                found.push(self.namespace(name));
            }
        }
        found.sort_unstable();
        Ok((found, files))
    }

    /// A namespace that is known to be there.
    fn namespace(&self, name: &str) -> Namespace {
        Namespace {
            name: name.to_owned(),
            utf8: true,
            is_dir: true,
            broken_link: false,
        }
    }

    /// The same tree with other texts, by their paths in the tree, in the place of those on disk.
    pub fn with_texts(&self, texts: impl IntoIterator<Item = (String, Vec<u8>)>) -> Tree {
        let mut tree = self.clone();
        tree.overlay.extend(texts);
        tree
    }

    /// The same tree, as if this namespace were the only one.
    pub fn isolated(&self, namespace: &str) -> Tree {
        let mut tree = self.clone();
        tree.only = Some(BTreeSet::from([namespace.to_owned()]));
        tree.isolated = true;
        tree
    }

    /// The bytes that replace a file of the tree on disk: those of standard input.
    pub fn text_from_elsewhere(&self, relative: &str) -> Option<&[u8]> {
        self.overlay.get(relative).map(Vec::as_slice)
    }

    /// Whether a name at the first level of a config path can be meant as a namespace.
    fn takes(entry: &Namespace) -> bool {
        !names::is_never_a_namespace(&entry.name)
            && (entry.is_dir || is_plausible_host(&entry.name) || entry.name == DEFAULT)
    }

    /// Whether a name at the first level is one of a namespace. Where the directory is called anything, files are not, nor are
    /// folders that happen to be there.
    fn holds(&self, entry: &Namespace) -> bool {
        if self.extent == Extent::Named {
            return Tree::takes(entry);
        }
        let may_be_one = entry.is_dir || entry.broken_link || self.extent == Extent::Whole;
        may_be_one
            && !names::is_never_a_namespace(&entry.name)
            && match likeness(&entry.name) {
                Likeness::None => false,
                Likeness::Dotted => {
                    self.extent == Extent::Whole || has_hosts_file(&self.disk.join(&entry.name))
                }
                Likeness::Sure => true,
            }
    }

    /// Whether this namespace was requested.
    pub fn wants(&self, namespace: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.contains(namespace))
    }

    /// Mode and owner of a file or directory of the node.
    pub fn info(&self, node_path: &str) -> Option<FileInfo> {
        io::info(&self.real(node_path).ok()?)
    }

    /// Whether the modes and owners of the files are those that the node has: not in a repository, which keeps
    /// none of them.
    pub fn has_the_nodes_modes(&self) -> bool {
        self.deployment != Deployment::Elsewhere
    }

    /// Whether the file at this path in the tree is in the index of the Git repository that the tree is in.
    pub fn tracked(&self, relative: &str) -> Tracked {
        if self.planted.is_some() {
            return Tracked::No;
        }
        let find = || self.repositories.above(&self.disk);
        let path = match &self.lone {
            Some(lone) => lone.on_disk(relative),
            None => Some(below(&self.disk, relative)),
        };
        match (self.repository.get_or_init(find), path) {
            (Some(repository), Some(path)) => repository.tracks(&path),
            _ => Tracked::No,
        }
    }

    /// Opens a directory by a node's path.
    pub fn open_directory(&self, node_path: &str) -> Result<Directory, FileError> {
        if let Some(planted) = &self.planted {
            let directory = self.relative(node_path).ok_or(FileError::Unknown)?;
            return planted.list(directory).map(Directory::planted);
        }
        let path = self.on_disk(node_path).ok_or(FileError::Unknown)?;
        let is_namespace = || {
            let relative = self.relative(node_path);
            relative.is_some_and(|name| !name.contains('/') && name != "..")
        };
        // Nearly every one is a directory of the tree itself, and then there is no link to look at.
        if self.reach != Reach::Anywhere
            && is_namespace()
            && let Some(directory) = Directory::open_itself(&path)
        {
            return directory;
        }
        let path = self.reach.resolve(path);
        path.and_then(|path| Directory::open(&path))
            .map_err(io::for_containerd)
    }

    /// Reads a file by a node's path. If it is known to be in an open directory, that and its name there spare
    /// the way to it.
    pub fn read_file(&self, node_path: &str, within: Option<(&Directory, &str)>) -> ReadFile {
        let unless_read = |bytes| ReadFile { bytes, info: None };
        if let Some(bytes) = self.overlaid(node_path) {
            return unless_read(within_limits(bytes.to_owned(), node_path));
        }
        if let Some(planted) = &self.planted {
            let relative = path::clean(node_path);
            let bytes = match self.relative(&relative) {
                Some(relative) => planted.read(relative),
                None => Err(FileError::Unknown),
            };
            return unless_read(bytes.and_then(|bytes| within_limits(bytes, node_path)));
        }
        let is_hosts_file = node_path.ends_with("/hosts.toml");
        let limit = if is_hosts_file {
            MAX_HOSTS_FILE
        } else {
            MAX_TLS_FILE
        };
        let at_hand = within.and_then(|(directory, name)| directory.read(name, limit));
        let by_path = || match self.real(node_path) {
            Ok(path) => ReadFile::at(&path, limit),
            Err(error) => unless_read(Err(error)),
        };
        let ReadFile { bytes, info } = at_hand.unwrap_or_else(by_path);
        let bytes = match bytes {
            // A key that only root may read: containerd is root, the one who lints need not be.
            Err(FileError::PermissionDenied) if !is_hosts_file => Err(FileError::Unknown),
            Err(error) => Err(io::for_containerd(error)),
            Ok(bytes) => within_limits(bytes, node_path),
        };
        ReadFile { bytes, info }
    }

    fn overlaid(&self, node_path: &str) -> Option<&[u8]> {
        if self.overlay.is_empty() {
            return None;
        }
        let relative = path::clean(node_path);
        self.overlay
            .get(self.relative(&relative)?)
            .map(Vec::as_slice)
    }
}

/// A path below a directory, in memory that is taken once.
fn below(directory: &Path, relative: &str) -> PathBuf {
    let mut path = PathBuf::with_capacity(directory.as_os_str().len() + 1 + relative.len());
    path.push(directory);
    path.push(relative);
    path
}

/// Two parts of a path; either may be empty.
fn joined(base: &str, rest: &str) -> String {
    match (base.is_empty(), rest.is_empty()) {
        (true, true) => ".".to_owned(),
        (true, false) => rest.to_owned(),
        (false, true) => base.to_owned(),
        (false, false) => [base, "/", rest].concat(),
    }
}

fn within_limits(bytes: Vec<u8>, node_path: &str) -> Result<Vec<u8>, FileError> {
    if node_path.ends_with("/hosts.toml") {
        hosts_file_within_limits(&bytes)?;
    } else if limits::pem_blocks(&bytes) > MAX_PEM_BLOCKS {
        return Err(FileError::TooManyBlocks(MAX_PEM_BLOCKS));
    }
    Ok(bytes)
}

fn hosts_file_within_limits(text: &[u8]) -> Result<(), FileError> {
    match limits::has_too_many_entries(text, MAX_HOSTS_ENTRIES) {
        true => Err(FileError::TooMany(MAX_HOSTS_ENTRIES)),
        false => Ok(()),
    }
}

impl Files for Tree {
    fn read(&self, node_path: &str) -> Result<Cow<'_, [u8]>, FileError> {
        match self.overlaid(node_path) {
            Some(bytes) => hosts_file_within_limits(bytes).map(|()| Cow::Borrowed(bytes)),
            None => self.read_file(node_path, None).bytes.map(Cow::Owned),
        }
    }

    fn stat(&self, node_path: &str) -> Result<(), FileError> {
        if self.overlaid(node_path).is_some() {
            return Ok(());
        }
        // A directory that exists for the sake of its overlaid file alone.
        let directory = path::clean(node_path);
        if let Some(dir) = self.relative(&directory)
            && self.overlay.keys().any(|file| {
                file.strip_prefix(dir)
                    .is_some_and(|rest| dir.is_empty() || rest.starts_with('/'))
            })
        {
            return Ok(());
        }
        if let Some(planted) = &self.planted {
            let relative = self.relative(&directory).ok_or(FileError::Unknown)?;
            return planted.stat(relative);
        }
        let path = self.real(node_path);
        path.and_then(|path| io::stat(&path))
            .map_err(io::for_containerd)
    }

    fn list(&self, node_path: &str) -> Result<Vec<DirEntry>, FileError> {
        if let Some(planted) = &self.planted {
            let directory = path::clean(node_path);
            return planted.list(self.relative(&directory).ok_or(FileError::Unknown)?);
        }
        let path = self.real(node_path);
        path.and_then(|path| io::list(&path))
            .map_err(io::for_containerd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_by_another_name_is_shown_by_that_alone() {
        let mut tree = Tree::open(Path::new("/trees/certs.d"), "..", &TreeOptions::default());
        tree.alias = Some(("docker.io".to_owned(), String::new()));
        for (relative, shown) in [
            ("docker.io", "."),
            ("docker.io/hosts.toml", "hosts.toml"),
            ("docker.io.corp.example", "../docker.io.corp.example"),
            ("quay.io/hosts.toml", "../quay.io/hosts.toml"),
        ] {
            assert_eq!(tree.shown(relative), shown);
        }
    }
}
