//! Looking for config paths below a directory.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Namespace;
use super::find::{FindError, shown};
use super::globs::Exclusions;
use super::io::{self as disk, Kind, Listing};
use super::names::{VERSION_CONTROL, is_config_path_name, is_never_a_namespace, is_plausible_host};
use crate::parallel;

/// The config paths below a directory that was listed, itself included: what holds `<name>/hosts.toml`, and what is called
/// certs.d or hosts.d and holds names of registry hosts. Links are followed only to a certs.d or
/// hosts.d, so that nothing outside is searched and no circle is walked.
pub fn search(
    root: &Path,
    listing: Listing,
    exclude: &Exclusions,
    errors: &mut Vec<FindError>,
) -> Vec<PathBuf> {
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    let own_name = root.file_name().unwrap_or(root.as_os_str());
    if is_config_path_name(&own_name.to_string_lossy()) && listing.has_a_host() {
        found.insert(root.to_owned());
    }
    let is_passed_over = |name: &OsStr, directory: &Path| {
        is_skipped(&name.to_string_lossy())
            || !exclude.is_empty() && exclude.excludes(&shown(&directory.join(name)))
    };
    let mut listed = Some(listing);
    // The last one is the next; what a directory holds is searched before what lies behind it.
    let mut waiting = vec![(root.to_owned(), 0)];
    while let Some((directory, depth)) = waiting.pop() {
        let listing = listed.take().map_or_else(|| Listing::read(&directory), Ok);
        let Listing { open, mut entries } = match listing {
            Ok(listing) => listing,
            Err(error) => {
                let path = shown(&directory);
                errors.push(FindError::Unreadable { path, error });
                continue;
            }
        };
        entries.retain(|(name, _)| !is_passed_over(name, &directory));
        entries.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        // A namespace that holds no directories, as nearly all are: there is nothing else to find in it.
        let is_leaf = |(name, kind): &(OsString, Kind)| {
            *kind == Kind::Directory && open.holds_no_directories(name)
        };
        let leaves = parallel::map(&entries, |block| {
            block.iter().map(is_leaf).collect::<Vec<_>>()
        });
        let mut is_found = found.contains(&directory);
        for ((name, kind), is_leaf) in entries.into_iter().zip(leaves.concat()) {
            // Of the first one hosts.toml makes sure; the others have its place and are called like registry hosts.
            if is_leaf && is_found && is_plausible_host(&name.to_string_lossy()) {
                continue;
            }
            let path = directory.join(&name);
            if name == "hosts.toml" && depth >= 1 {
                found.extend(directory.parent().map(Path::to_owned));
            } else if is_called_and_holds(&name, &path) {
                found.insert(path.clone());
            }
            if kind != Kind::Directory {
                continue;
            }
            if is_leaf && has_hosts_file(&path) && !is_passed_over(OsStr::new("hosts.toml"), &path)
            {
                found.insert(directory.clone());
                is_found = true;
            } else {
                waiting.push((path, depth + 1));
            }
        }
    }
    let mut found: Vec<PathBuf> = found.into_iter().collect();
    for tree in &mut found {
        // A namespace that only holds nested ones: its config path lies above it.
        if tree != root && is_host(tree) && !holds_hosts(tree) {
            tree.pop();
        }
    }
    found.sort();
    found.dedup();
    found
        .iter()
        .filter(|tree| !found.iter().any(|other| is_below_namespace(other, tree)))
        .cloned()
        .collect()
}

/// Whether `tree` is a namespace of the config path `other`, or lies in one: a nested namespace that
/// containerd does not find, and no config path of its own.
fn is_below_namespace(other: &Path, tree: &Path) -> bool {
    let Ok(rest) = tree.strip_prefix(other) else {
        return false;
    };
    let mut parts = rest.iter().map(|part| part.to_string_lossy());
    let Some(first) = parts.next() else {
        return false;
    };
    let is_namespace = has_hosts_file(&other.join(first.as_ref()))
        || is_plausible_host(&first) && !holds_hosts(tree);
    is_namespace && !is_config_path_name(&first) && !parts.any(|part| is_config_path_name(&part))
}

/// Whether a directory is called as config paths usually are, and holds names of registry hosts.
fn is_called_and_holds(name: &OsStr, path: &Path) -> bool {
    is_config_path_name(&name.to_string_lossy())
        && Listing::read(path).is_ok_and(|listing| listing.has_a_host())
}

impl Listing {
    /// Whether anything in it is called like a registry host.
    fn has_a_host(&self) -> bool {
        let mut names = self.entries.iter().map(|(name, _)| name.to_string_lossy());
        names.any(|name| is_plausible_host(&name))
    }
}

/// Whether a directory is called like a registry host.
fn is_host(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| is_plausible_host(&name.to_string_lossy()))
}

/// Whether a directory has namespaces that are called like registry hosts. Folders have dots in their names
/// too, so the name of a directory alone does not make it a namespace.
pub fn holds_hosts(path: &Path) -> bool {
    disk::names(path).is_ok_and(|names| hold_hosts(path, &names))
}

/// The same of a directory with these names in it.
pub fn hold_hosts(path: &Path, names: &[Namespace]) -> bool {
    names.iter().any(|entry| {
        entry.is_dir
            && is_plausible_host(&entry.name)
            && !is_never_a_namespace(&entry.name)
            && has_hosts_file(&path.join(&entry.name))
    })
}

/// What is never searched: version control, Kubernetes' hidden directories (`..data` leads
/// to the same files once more), spegel's backups, and packages of others.
fn is_skipped(name: &str) -> bool {
    VERSION_CONTROL.contains(&name)
        || name.starts_with("..")
        || name == "_backup"
        || name == "node_modules"
}

/// Whether hosts.toml is in a directory, even as a link that leads nowhere.
pub fn has_hosts_file(directory: &Path) -> bool {
    directory.join("hosts.toml").symlink_metadata().is_ok()
}
