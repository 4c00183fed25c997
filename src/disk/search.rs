//! Looking for configuration below a directory.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::config_path::{Extent, extent, has_hosts_file, holds_anything, is_called_config_path};
use super::evidence::{holds_hosts_text, is_node_config};
use super::find_error::{FindError, shown};
use super::globs::Exclusions;
use super::io::{self as disk, Reach};
use super::names::{
    Likeness, VERSION_CONTROL, host_of_file, is_config_path_name, is_known_registry, likeness,
};
use crate::containerd::FileError;

/// The entries of a directory.
#[derive(Debug, Default)]
pub struct Searched {
    /// The config paths.
    pub trees: BTreeSet<PathBuf>,
    /// How much of each of them is one.
    pub extents: HashMap<PathBuf, Extent>,
    /// The hosts.toml files whose directories are named for no registry.
    pub lone: BTreeSet<PathBuf>,
    /// Texts of a hosts.toml in files that are named for a registry.
    pub registry_files: BTreeSet<PathBuf>,
    /// The config.toml files of containerd, and files for them to import.
    pub configs: BTreeSet<PathBuf>,
}

/// So many directories below that of a registry a hosts.toml is taken for one of its images: `ghcr.io/org/team`.
const NESTED: usize = 3;

/// Searches a directory, in the order of the names. A config path that is called so is not entered; no link is followed, but one
/// that is called as config paths are and leads to another directory below `root`.
pub fn search(root: &Path, exclude: &Exclusions, errors: &mut Vec<FindError>) -> Searched {
    let mut search = Search {
        root,
        found: Searched::default(),
        extents: HashMap::new(),
        reach: Reach::of(root),
        leading_out: Vec::new(),
    };
    // Nothing in a config path is looked for. The walk would list it before it yields it.
    if is_called_config_path(root) && holds_anything(root) {
        search.add(root, Extent::Named);
        return search.finish();
    }
    let mut walk = WalkDir::new(root).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                errors.push(unreadable(root, &error));
                continue;
            }
        };
        let is_dir = entry.file_type().is_dir();
        let is_passed_over = entry.depth() > 0
            && (is_skipped(entry.file_name())
                || !exclude.is_empty() && exclude.excludes(&shown(entry.path())));
        if is_passed_over {
            if is_dir {
                walk.skip_current_dir();
            }
            continue;
        }
        let left = match is_dir {
            true => search.directory(&entry),
            false => {
                search.file(&entry);
                0
            }
        };
        for _ in 0..left {
            walk.skip_current_dir();
        }
    }
    errors.extend(
        search
            .leading_out
            .drain(..)
            .map(|path| FindError::Unreadable {
                path: shown(&path),
                error: FileError::LeadsOut,
            }),
    );
    search.finish()
}

struct Search<'a> {
    root: &'a Path,
    found: Searched,
    /// The results of directories.
    extents: HashMap<PathBuf, Option<Extent>>,
    /// How far links lead.
    reach: Reach,
    /// The links that are called as configuration is and lead out of the repository.
    leading_out: Vec<PathBuf>,
}

impl Search<'_> {
    /// Looks at a directory. The answer is how many directories, from this one upwards, hold nothing else to be found.
    fn directory(&mut self, entry: &DirEntry) -> usize {
        let path = entry.path();
        if is_called_config_path(path) && holds_anything(path) {
            self.add(path, Extent::Named);
            return 1;
        }
        if entry.depth() == 0 {
            return 0;
        }
        let name = entry.file_name().to_string_lossy();
        if likeness(&name) == Likeness::None || !has_hosts_file(path) {
            return 0;
        }
        let Some(parent) = path.parent() else {
            return 0;
        };
        match self.extent(parent) {
            Some(Extent::Partial) => 1,
            Some(_) => 2,
            None => 0,
        }
    }

    /// Notes a config path that is one by what it contains.
    fn extent(&mut self, directory: &Path) -> Option<Extent> {
        if let Some(known) = self.extents.get(directory) {
            return *known;
        }
        let extent = extent(directory);
        self.extents.insert(directory.to_owned(), extent);
        if let Some(extent) = extent {
            self.add(directory, extent);
        }
        extent
    }

    fn add(&mut self, tree: &Path, extent: Extent) {
        self.found.trees.insert(tree.to_owned());
        self.found.extents.insert(tree.to_owned(), extent);
    }

    fn file(&mut self, entry: &DirEntry) {
        let path = entry.path();
        let is_link = entry.file_type().is_symlink();
        let name = entry.file_name().to_string_lossy();
        let is_configuration = is_config_path_name(&name) || name == "hosts.toml";
        if is_link && is_configuration && self.reach.resolve(path) == Err(FileError::LeadsOut) {
            self.leading_out.push(path.to_owned());
            return;
        }
        if is_link && is_config_path_name(&name) {
            if self.leads_below_root(path) && path.is_dir() && holds_anything(path) {
                self.add(path, Extent::Named);
            }
            return;
        }
        if name == "hosts.toml" {
            if !is_link || self.leads_below_root(path) {
                self.found.lone.insert(path.to_owned());
            }
            return;
        }
        if is_link {
            return;
        }
        if may_be_node_config(path, &name) && is_node_config(path, false) {
            self.found.configs.insert(path.to_owned());
        } else if host_of_file(&name).is_some() && holds_hosts_text(path) {
            self.found.registry_files.insert(path.to_owned());
        }
    }

    fn leads_below_root(&self, link: &Path) -> bool {
        let resolved = |path: &Path| path.canonicalize().ok();
        match (resolved(link), resolved(self.root)) {
            (Some(target), Some(root)) => target.starts_with(root),
            _ => false,
        }
    }

    /// A hosts.toml that is in a config path after all is not a lone one: below the directory of a registry, where containerd does
    /// not look, or beside the namespaces.
    fn finish(mut self) -> Searched {
        for file in std::mem::take(&mut self.found.lone) {
            let directory = file.parent().unwrap_or(self.root);
            let above = directory
                .ancestors()
                .take_while(|dir| dir.starts_with(self.root));
            let namespace = above
                .filter(|dir| *dir != self.root)
                .take(NESTED)
                .find(|dir| is_known_registry(&file_name(dir)));
            let extents = &self.found.extents;
            let is_stray = |dir: &Path| {
                extents
                    .get(dir)
                    .is_some_and(|extent| *extent > Extent::Partial)
            };
            match namespace.and_then(Path::parent) {
                Some(tree) if !extents.contains_key(tree) => self.add(tree, Extent::Partial),
                Some(_) => {}
                None if is_stray(directory) || !holds_hosts_text(&file) => {}
                None => {
                    self.found.lone.insert(file);
                }
            }
        }
        // The imports of a config.toml are linted with it.
        let configs = self.found.configs.clone();
        self.found.configs.retain(|path| {
            let folder = path.parent().unwrap_or(self.root);
            let is_drop_in = file_name(folder).ends_with(".d");
            let beside = folder.parent().map(|above| above.join("config.toml"));
            !is_drop_in || beside.is_none_or(|config| !configs.contains(&config))
        });
        self.found
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn unreadable(root: &Path, error: &walkdir::Error) -> FindError {
    let path = error.path().unwrap_or(root);
    let error = match error.io_error() {
        Some(error) => disk::file_error(error),
        None => FileError::LinkLoop,
    };
    FindError::Unreadable {
        path: shown(path),
        error,
    }
}

/// Directories that are never searched: version control, Kubernetes' hidden directories (`..data` leads to the same files again), spegel's
/// backups, and packages of others.
pub fn is_skipped(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    VERSION_CONTROL.contains(&name.as_ref())
        || name.starts_with("..")
        || name == "_backup"
        || name == "node_modules"
}

/// Whether a file has the name or the place of containerd's own configuration. Others are not opened.
fn may_be_node_config(path: &Path, name: &str) -> bool {
    if !name.ends_with(".toml") {
        return false;
    }
    let folder = path.parent().map(file_name).unwrap_or_default();
    name.starts_with("config")
        || name.contains("containerd")
        || folder.contains("containerd")
        || folder == "conf.d"
        || folder == "config.d"
}
