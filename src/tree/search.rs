//! Looking for config paths below a directory.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::find::{FindError, shown};
use super::globs::Exclusions;
use super::names::{VERSION_CONTROL, is_config_path_name, is_never_a_namespace, is_plausible_host};
use super::{Namespace, disk};

/// The config paths below a directory, itself included: what holds `<name>/hosts.toml`, and what is called
/// certs.d or hosts.d and holds names of registry hosts. Links are followed only to a certs.d or
/// hosts.d, so that nothing outside is searched and no circle is walked.
pub fn search(root: &Path, exclude: &Exclusions, errors: &mut Vec<FindError>) -> Vec<PathBuf> {
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    if is_called_and_holds(root.file_name().unwrap_or(root.as_os_str()), root) {
        found.insert(root.to_owned());
    }
    let is_passed_over = |name: &OsStr, path: &Path| {
        is_skipped(&name.to_string_lossy()) || exclude.excludes(&shown(path))
    };
    // The last one is the next; what a directory holds is searched before what lies behind it.
    let mut waiting = vec![(root.to_owned(), 0)];
    while let Some((directory, depth)) = waiting.pop() {
        let mut entries = match disk::entries(&directory) {
            Ok(entries) => entries,
            Err(error) => {
                let path = shown(&directory);
                errors.push(FindError::Unreadable { path, error });
                continue;
            }
        };
        entries.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        for (name, is_dir) in entries {
            let path = directory.join(&name);
            if is_passed_over(&name, &path) {
                continue;
            }
            if name == "hosts.toml" && depth >= 1 {
                found.extend(directory.parent().map(Path::to_owned));
            } else if is_called_and_holds(&name, &path) {
                found.insert(path.clone());
            }
            if !is_dir {
                continue;
            }
            // A namespace that holds no directories, as nearly all are: there is nothing else to find in it. Of the first
            // one hosts.toml makes sure; the others have its place and are called like registry hosts.
            let is_leaf = disk::has_no_directories(&path);
            if is_leaf && found.contains(&directory) && is_host(&path) {
                continue;
            }
            let hosts_file = path.join("hosts.toml");
            if is_leaf
                && hosts_file.symlink_metadata().is_ok()
                && !is_passed_over(OsStr::new("hosts.toml"), &hosts_file)
            {
                found.insert(directory.clone());
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
        && path.is_dir()
        && disk::names(path).is_ok_and(|names| names.iter().any(|n| is_plausible_host(&n.name)))
}

/// Whether a directory is called like a registry host.
fn is_host(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| is_plausible_host(&name.to_string_lossy()))
}

/// Whether a directory has namespaces that are called like registry hosts. Folders have dots in their names
/// too, so the name of a directory alone does not make it a namespace.
pub fn holds_hosts(path: &Path) -> bool {
    disk::names(path)
        .is_ok_and(|names| with_hosts_file(path, &names).any(|n| is_plausible_host(&n.name)))
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

/// The directories of a config path that have a hosts.toml.
pub fn with_hosts_file<'a>(
    path: &'a Path,
    names: &'a [Namespace],
) -> impl Iterator<Item = &'a Namespace> {
    names
        .iter()
        .filter(|n| n.is_dir && !is_never_a_namespace(&n.name))
        .filter(|n| has_hosts_file(&path.join(&n.name)))
}
