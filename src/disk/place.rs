//! Where a directory is in a tree.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::config_path::{Extent, extent, is_called_config_path};
use super::find_error::shown;
use super::globs::absolute;
use super::io::repository_root;
use super::names::{Likeness, is_known_registry, likeness};

/// Where a directory is in a tree.
pub struct PlaceInTree {
    /// The config path.
    pub root: PathBuf,
    /// The namespace; `None` for the whole tree.
    pub namespace: Option<String>,
    /// The directory's path below the config path.
    pub relative: String,
    /// The namespace and what the user calls it, when that is not a path below `root`.
    pub alias: Option<(String, String)>,
    /// How much of the config path is one.
    pub extent: Extent,
}

impl PlaceInTree {
    /// The place of a directory that contains a hosts.toml. Usually that is a namespace; in a config path it may be too high or
    /// too deep, and the rules report it. `None` where the directory is named for no registry: the file is copied into a
    /// namespace by something else, and no one knows which.
    pub fn of_hosts_file(directory: &Path) -> Option<PlaceInTree> {
        let absolute = absolute(directory);
        let called = absolute.ancestors().take(4).position(is_called_config_path);
        if let Some(level) = called {
            return Some(PlaceInTree::at(directory, level));
        }
        let parent = absolute.parent().unwrap_or(&absolute);
        let own_name = file_name(&absolute).unwrap_or_default();
        let found = match likeness(&own_name) {
            Likeness::Sure => Some((1, extent(parent))),
            Likeness::Dotted if repository_root(&absolute) == Some(&absolute) => None,
            Likeness::Dotted if !parent.is_dir() => Some((1, None)),
            // One that does not exist yet changes nothing.
            Likeness::Dotted => extent(parent).map(|extent| (1, Some(extent))),
            Likeness::None => None,
        };
        let nested = || {
            let mut above = absolute.ancestors().skip(1).take(2);
            let level = above.position(|dir| file_name(dir).is_some_and(|n| is_known_registry(&n)));
            level.map(|level| (level + 2, None))
        };
        let stray = || match extent(&absolute) {
            Some(Extent::Whole) => Some((0, Some(Extent::Whole))),
            _ => None,
        };
        let (level, extent) = found.or_else(nested).or_else(stray)?;
        let mut place = PlaceInTree::at(directory, level);
        place.extent = extent.unwrap_or(Extent::Partial);
        Some(place)
    }

    /// The place of a directory that is `level` directories below its config path.
    pub fn at(directory: &Path, level: usize) -> PlaceInTree {
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
        PlaceInTree {
            root,
            namespace,
            relative: shown(relative),
            alias,
            extent: Extent::Named,
        }
    }
}

/// The directory in which a path is.
pub fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    }
}

/// The last part of a path.
pub fn file_name(path: &Path) -> Option<String> {
    path.file_name().map(OsStr::to_string_lossy).map(Into::into)
}
