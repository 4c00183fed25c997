//! From the paths of a command line to what is linted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::config_path::{
    Extent, extent, has_hosts_file, holds_configuration, is_called_config_path,
};
use super::evidence::holds_hosts_text;
use super::find_error::Unread;
use super::find_error::{FindError, shown};
use super::globs::{Exclusions, PathGlobs, absolute};
use super::io as disk;
use super::lone::Lone;
use super::names::{Likeness, host_of_file, likeness};
use super::place::{PlaceInTree, file_name, parent};
use super::search::{Searched, search};
use super::tracked::Repositories;
use super::unread;
use super::{Namespace, Reach, Tree, TreeOptions};
use crate::containerd::directory::DEFAULT;

/// How a directory on the command line is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PathKind {
    /// Its directories are namespaces.
    ConfigPath,
    /// It is one namespace, with its own hosts.toml and certificates.
    Namespace,
    /// Trees are somewhere below it.
    Search,
}

/// How to look for trees.
#[derive(Debug, Clone, Default)]
pub struct FindOptions {
    /// How directories are to be taken; `None` to look at what they hold.
    pub kind: Option<PathKind>,
    /// How the trees are to be seen.
    pub tree: TreeOptions,
    /// Where trees and hosts.toml files belong, by their paths.
    pub placing: Placing,
    /// The same for what is below some directories, in the place of these; the deepest first.
    pub nested: Vec<(PathBuf, Placing)>,
    /// The paths that a search skips.
    pub exclude: Exclusions,
    /// Paths that are not there were deleted: what they belonged to is linted.
    pub may_be_deleted: bool,
    /// The text of standard input, and the hosts.toml that it replaces.
    pub stdin: Option<(PathBuf, Vec<u8>)>,
}

/// Where trees and hosts.toml files belong, by their paths here; later ones win.
#[derive(Debug, Clone, Default)]
pub struct Placing {
    /// Where trees will be on the node, unless [`TreeOptions`] say so for all.
    pub deploy_paths: Vec<(PathGlobs, String)>,
    /// The registries that hosts.toml files are for.
    pub namespaces: Vec<(PathGlobs, String)>,
}

impl FindOptions {
    fn placing_at(&self, path: &Path) -> &Placing {
        let absolute = absolute(path);
        let mut nested = self.nested.iter();
        let found = nested.find(|(base, _)| absolute.starts_with(base));
        found.map_or(&self.placing, |(_, placing)| placing)
    }
}

/// The inputs that the paths of a command line lead to.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The trees.
    pub trees: Vec<Tree>,
    /// The config.toml files of containerd that a search has found.
    pub configs: Vec<PathBuf>,
    /// Texts of a hosts.toml in files that nothing in the searched directory puts into a namespace.
    pub unused: Vec<Unread>,
    /// The obstacle.
    pub errors: Vec<FindError>,
}

/// Finds the trees that `paths` name, without the files of a node's own configuration: [`discover`] finds them, too.
pub fn find(paths: &[PathBuf], options: &FindOptions) -> (Vec<Tree>, Vec<FindError>) {
    let mut found = discover(paths, options);
    unread::name_unread(&mut found.errors, &options.exclude);
    (found.trees, found.errors)
}

/// Finds what `paths` name. The same tree named twice is found once. A path that leads nowhere is an error of its own and does
/// not hide the others.
pub fn discover(paths: &[PathBuf], options: &FindOptions) -> Discovery {
    let mut finder = Finder {
        options,
        trees: BTreeMap::new(),
        order: Vec::new(),
        configs: BTreeSet::new(),
        unused: Vec::new(),
        errors: Vec::new(),
        repositories: Repositories::default(),
    };
    for path in paths {
        if let Err(error) = finder.add(path) {
            finder.errors.push(error);
        }
    }
    if let Some((path, text)) = &options.stdin {
        finder.add_text(path, text);
    }
    let Finder {
        mut trees,
        order,
        configs,
        unused,
        errors,
        ..
    } = finder;
    let mut trees: Vec<Tree> = order.iter().filter_map(|key| trees.remove(key)).collect();
    for tree in &mut trees {
        tree.imply_deploy_path();
    }
    Discovery {
        trees,
        configs: configs.into_iter().collect(),
        unused,
        errors,
    }
}

struct Finder<'a> {
    options: &'a FindOptions,
    trees: BTreeMap<PathBuf, Tree>,
    order: Vec<PathBuf>,
    configs: BTreeSet<PathBuf>,
    unused: Vec<Unread>,
    errors: Vec<FindError>,
    repositories: Repositories,
}

impl Finder<'_> {
    fn add(&mut self, path: &Path) -> Result<(), FindError> {
        let unreadable = |error| FindError::Unreadable {
            path: shown(path),
            error,
        };
        let is_deleted = self.options.may_be_deleted && path.symlink_metadata().is_err();
        if is_deleted && self.add_deleted(path) {
            return Ok(());
        }
        let reach = match &self.options.tree.sysroot {
            Some(sysroot) => Reach::below(sysroot),
            None => Reach::of(path),
        };
        let real = reach.resolve(path).map_err(unreadable)?;
        // A link below the root of a node leads elsewhere than on this machine.
        let other_path = self.options.tree.sysroot.is_some() && real != absolute(path);
        let path = match other_path && path.canonicalize().ok().as_ref() != Some(&real) {
            true => real.as_path(),
            false => path,
        };
        let metadata = std::fs::metadata(path).map_err(|e| unreadable(disk::file_error(&e)))?;
        if !metadata.is_dir() {
            return self.add_file(path);
        }
        let names = disk::names(path, &reach).map_err(unreadable)?;
        let is_empty = !names.iter().any(Tree::takes) && !has_hosts_file(path);
        match self.options.kind {
            Some(PathKind::ConfigPath) if is_empty => return Err(Self::nothing(path)),
            Some(PathKind::ConfigPath) => _ = self.add_tree(path, None, Extent::Named),
            Some(PathKind::Namespace) => self.add_namespace(path),
            None => match namespace(path, &names) {
                Some(place) => _ = self.add_place(place),
                None => return self.add_searched(path, &names),
            },
            Some(PathKind::Search) => return self.add_searched(path, &names),
        };
        Ok(())
    }

    /// A directory that was said to be a namespace. Its name counts where it is one of a registry.
    fn add_namespace(&mut self, path: &Path) {
        let own_name = file_name(&absolute(path)).unwrap_or_default();
        let file = path.join("hosts.toml");
        if has_hosts_file(path)
            && (self.registry_by_settings(&file).is_some()
                || likeness(&own_name) == Likeness::None
                    && PlaceInTree::of_hosts_file(path).is_none())
        {
            self.add_lone(&file, None);
            return;
        }
        let mut place = PlaceInTree::at(path, 1);
        if !is_called_config_path(&place.root) {
            place.extent = extent(&place.root).unwrap_or(Extent::Partial);
        }
        self.add_place(place);
    }

    fn add_searched(&mut self, path: &Path, names: &[Namespace]) -> Result<(), FindError> {
        let errors = self.errors.len();
        let Searched {
            mut trees,
            mut extents,
            lone,
            registry_files,
            configs,
        } = search(path, &self.options.exclude, &mut self.errors);
        if trees.is_empty()
            && lone.is_empty()
            && self.options.kind.is_none()
            && let Some(extent) = may_be_config_path(path, names)
        {
            trees.insert(path.to_owned());
            extents.insert(path.to_owned(), extent);
        }
        let (used, unused): (Vec<_>, Vec<_>) = match registry_files.is_empty() {
            true => Default::default(),
            false => {
                let used = unread::used(path, &registry_files, &self.options.exclude);
                registry_files
                    .into_iter()
                    .partition(|file| used.contains(file))
            }
        };
        if trees.len() + lone.len() + configs.len() + used.len() == 0 && self.errors.len() == errors
        {
            let mut error = Self::nothing(path);
            if let FindError::Nothing { unread, .. } = &mut error {
                *unread = unused.iter().map(|file| Unread::unused(file)).collect();
            }
            return Err(error);
        }
        for tree in &trees {
            let extent = extents.get(tree).copied().unwrap_or(Extent::Named);
            self.add_tree(tree, None, extent);
        }
        for file in &lone {
            self.add_lone(file, None);
        }
        for file in used {
            let host = file_name(&file).and_then(|name| host_of_file(&name));
            self.add_lone(&file, host.as_deref());
        }
        self.unused
            .extend(unused.iter().map(|file| Unread::unused(file)));
        self.configs.extend(configs);
        Ok(())
    }

    /// hosts.toml represents its namespace; any other file, as hooks pass them, for its whole tree,
    /// since several namespaces may name it.
    fn add_file(&mut self, path: &Path) -> Result<(), FindError> {
        let name = file_name(path).unwrap_or_default();
        if name == "hosts.toml" {
            self.add_hosts_file(path);
            return Ok(());
        }
        if self.add_tree_of(path) {
            return Ok(());
        }
        let host = host_of_file(&name).filter(|_| holds_hosts_text(path));
        if host.is_some() || self.registry_by_settings(path).is_some() {
            self.add_lone(path, host.as_deref());
            return Ok(());
        }
        let beside = parent(path).join("hosts.toml");
        if is_company(&name) && holds_hosts_text(&beside) {
            self.add_hosts_file(&beside);
            return Ok(());
        }
        Err(FindError::Unrelated {
            path: shown(path),
            why: unread::why_unrelated(path),
        })
    }

    /// Adds the tree in which a file is, if it is in one.
    fn add_tree_of(&mut self, file: &Path) -> bool {
        let directory = parent(file);
        let absolute = absolute(&directory);
        let extent_of = |dir: &Path| match is_called_config_path(dir) {
            true => Some(Extent::Named),
            false => extent(dir),
        };
        let mut above = absolute.ancestors().take(4).enumerate();
        let Some((level, extent)) = above.find_map(|(n, dir)| Some((n, extent_of(dir)?))) else {
            return false;
        };
        // Beside the namespaces of a folder that contains other things as well, a file is another thing.
        if level == 0 && extent == Extent::Partial {
            return false;
        }
        let root = PlaceInTree::at(&directory, level).root;
        self.add_tree(&root, None, extent);
        true
    }

    /// Adds what a path belonged to that is not there any more, as hooks pass those of deleted files. What is left of a config path
    /// is linted; where nothing is left, nothing is to be.
    fn add_deleted(&mut self, path: &Path) -> bool {
        let absolute = absolute(path);
        let below_config_path = absolute
            .ancestors()
            .skip(1)
            .take(4)
            .any(is_called_config_path);
        let beside = parent(path).join("hosts.toml");
        if self.add_tree_of(path) {
            return true;
        }
        if beside != path && holds_hosts_text(&beside) {
            self.add_hosts_file(&beside);
            return true;
        }
        below_config_path
    }

    fn add_hosts_file(&mut self, path: &Path) {
        if self.registry_by_settings(path).is_none()
            && let Some(place) = PlaceInTree::of_hosts_file(&parent(path))
        {
            self.add_place(place);
        } else {
            self.add_lone(path, None);
        }
    }

    /// The text of standard input, for a hosts.toml that need not exist. One of another name is for the registry that its name
    /// or the settings give.
    fn add_text(&mut self, path: &Path, text: &[u8]) {
        let name = file_name(path).unwrap_or_default();
        let host = host_of_file(&name).filter(|_| name != "hosts.toml");
        let place = match self.registry_by_settings(path) {
            None if name == "hosts.toml" => PlaceInTree::of_hosts_file(&parent(path)),
            _ => None,
        };
        let (tree, relative) = match place {
            Some(place) => {
                let relative = format!("{}/hosts.toml", place.relative);
                (self.add_place(place), relative)
            }
            None => {
                let tree = self.add_lone(path, host.as_deref());
                let lone = tree.lone.as_ref().map(|lone| lone.namespace.as_str());
                let relative = format!("{}/hosts.toml", lone.unwrap_or_default());
                (tree, relative)
            }
        };
        let relative = relative.trim_start_matches('/').to_owned();
        tree.overlay.insert(relative, text.to_owned());
    }

    fn nothing(path: &Path) -> FindError {
        FindError::Nothing {
            path: shown(path),
            unread: Vec::new(),
        }
    }

    /// The registry that the settings give for a file.
    fn registry_by_settings(&self, file: &Path) -> Option<&str> {
        let path = shown(file);
        let mut given = self.options.placing_at(file).namespaces.iter().rev();
        let (_, registry) = given.find(|(globs, _)| globs.is_match(&path))?;
        Some(registry)
    }

    fn options_at(&self, path: &Path) -> TreeOptions {
        let mut options = self.options.tree.clone();
        let shown = shown(path);
        let mut given = self.options.placing_at(path).deploy_paths.iter().rev();
        if options.deploy_path.is_none()
            && let Some((_, deploy_path)) = given.find(|(globs, _)| globs.is_match(&shown))
        {
            options.deploy_path = Some(deploy_path.clone());
        }
        options
    }

    fn add_place(&mut self, place: PlaceInTree) -> &mut Tree {
        let tree = self.add_tree(&place.root, place.namespace, place.extent);
        tree.alias = place.alias.or(tree.alias.take());
        tree
    }

    /// Adds a file that is in no config path; the settings know better than its name for which registry it is.
    fn add_lone(&mut self, file: &Path, registry: Option<&str>) -> &mut Tree {
        let registry = self.registry_by_settings(file).or(registry);
        let lone = Lone::new(file, registry);
        let options = self.options_at(file);
        let key = file.canonicalize().unwrap_or_else(|_| absolute(file));
        self.trees.entry(key.clone()).or_insert_with(|| {
            self.order.push(key);
            let mut tree = Tree::of_lone(lone, &options);
            tree.repositories = self.repositories.clone();
            tree
        })
    }

    fn add_tree(&mut self, path: &Path, namespace: Option<String>, extent: Extent) -> &mut Tree {
        let key = path.canonicalize().unwrap_or_else(|_| absolute(path));
        let options = self.options_at(path);
        let tree = self.trees.entry(key.clone()).or_insert_with(|| {
            self.order.push(key);
            let mut tree = Tree::open(path, &shown(path), &options);
            tree.repositories = self.repositories.clone();
            tree.only = namespace.as_ref().map(|_| Default::default());
            tree.extent = extent;
            tree
        });
        tree.extent = tree.extent.max(extent);
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

/// The place of a directory that plainly is one namespace: it contains hosts.toml or certificates, and nothing below it looks like a
/// namespace. Its own name counts more than what it contains, since a namespace may hold others by mistake.
fn namespace(path: &Path, names: &[Namespace]) -> Option<PlaceInTree> {
    if is_called_config_path(path) {
        return None;
    }
    let absolute = absolute(path);
    let own = likeness(&file_name(&absolute).unwrap_or_default());
    let holds_namespaces = || extent(path).is_some();
    if has_hosts_file(path) {
        let place = PlaceInTree::of_hosts_file(path)?;
        let is_one = place.namespace.is_some() && (own != Likeness::None || !holds_namespaces());
        return is_one.then_some(place);
    }
    // An empty one, or one with a misnamed file, is recognised by its parent.
    let above = absolute.parent().unwrap_or(&absolute);
    let lies_in_config_path = || is_called_config_path(above) || extent(above).is_some();
    let is_one = own == Likeness::Sure && has_certificates(names)
        || own != Likeness::None && lies_in_config_path();
    if !is_one || holds_namespaces() {
        return None;
    }
    let mut place = PlaceInTree::at(path, 1);
    if !is_called_config_path(above) {
        place.extent = extent(above).unwrap_or(Extent::Partial);
    }
    Some(place)
}

/// Whether a directory below which nothing was found can be a config path anyway, and how much of it: one of certificates
/// alone, with misnamed files, or, where it is called so, with files where directories should be, which the rules report.
fn may_be_config_path(path: &Path, names: &[Namespace]) -> Option<Extent> {
    let mut visible = names.iter().filter(|n| !n.name.starts_with('.'));
    if is_called_config_path(path) {
        let is_one = has_hosts_file(path) || visible.any(Tree::takes);
        return is_one.then_some(Extent::Named);
    }
    let is_host = |entry: &Namespace| likeness(&entry.name) != Likeness::None;
    let has_default = visible.clone().any(|entry| entry.name == DEFAULT);
    let is_file = |entry: &Namespace| !entry.is_dir;
    if has_default || visible.clone().any(is_file) && visible.clone().all(is_host) {
        return Some(Extent::Whole);
    }
    let is_namespace = |entry: &Namespace| {
        entry.is_dir && is_host(entry) && holds_configuration(&path.join(&entry.name))
    };
    visible.any(is_namespace).then_some(Extent::Partial)
}

fn has_certificates(names: &[Namespace]) -> bool {
    names
        .iter()
        .any(|n| !n.is_dir && (n.name.ends_with(".crt") || n.name.ends_with(".cert")))
}

/// Whether a file is of the kind that a hosts.toml beside it names.
fn is_company(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "crt" | "cert" | "pem" | "key" | "cer")
}
