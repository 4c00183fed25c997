//! The config.toml files of a run, and the trees that a node reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use indexmap::IndexSet;

use crate::cli::node::reads_hosts_files;
use crate::cli::{Error, Result};
use crate::containerd::node::{self, DEFAULT_PATH};
use crate::containerd::{FileError, Files};
use crate::disk::{Deployment, NodeFiles, PathGlobs, Tree, TreeOptions};
use crate::finding::{NodeState, Run, Settings};
use crate::settings::short;

/// Opens the files. One that cannot be read is a failure: it was named.
pub fn open<'a>(
    paths: impl Iterator<Item = &'a PathBuf>,
    sysroot: Option<&Path>,
) -> Result<Vec<NodeFiles>> {
    let mut nodes: Vec<NodeFiles> = Vec::new();
    for path in paths {
        // The settings name it by its whole path.
        let path = &PathBuf::from(short(path));
        let node = NodeFiles::open(path, sysroot);
        if let Err(error) = node.read(&node.config) {
            let remedy = match error {
                FileError::NotFound => "; name the file with --containerd-config",
                _ => "",
            };
            return Err(Error::message(format!(
                "{} {}{remedy}",
                short(path),
                error.predicate()
            )));
        }
        if nodes.iter().all(|known| known.shown != node.shown) {
            nodes.push(node);
        }
    }
    Ok(nodes)
}

/// Adds the files that the settings name for some paths.
pub fn add_of_paths(nodes: &mut Vec<NodeFiles>, settings: &Settings) -> Result<()> {
    let mut of_paths: Vec<(&PathBuf, PathGlobs)> = Vec::new();
    for (settings, base) in std::iter::once((settings, None)).chain(
        settings
            .nested
            .iter()
            .map(|nested| (&nested.settings, Some(&nested.base))),
    ) {
        if let (Some(base), Some(config)) = (base, &settings.containerd_config)
            && let Ok(below) = PathGlobs::below(base)
        {
            of_paths.push((config, below));
        }
        let overrides = settings.overrides.iter();
        of_paths.extend(
            overrides
                .filter_map(|over| Some((over.containerd_config.as_ref()?, over.paths.clone()))),
        );
    }
    for (config, paths) in of_paths {
        let opened = open(std::iter::once(config), settings.sysroot.as_deref())?;
        for mut node in opened {
            node.reads = Some(paths.clone());
            nodes.retain(|known| known.shown != node.shown);
            nodes.push(node);
        }
    }
    Ok(())
}

/// Adds the files that a search has found to those that were named.
pub fn add_found(nodes: &mut Vec<NodeFiles>, paths: &[PathBuf], sysroot: Option<&Path>) {
    for path in paths {
        let mut node = NodeFiles::open(path, sysroot);
        node.is_found = true;
        if nodes.iter().all(|known| known.shown != node.shown) {
            nodes.push(node);
        }
    }
}

/// So many directories of config paths are looked at. Real lists have two or three.
const MAX_ROOTS: usize = 100;

/// The trees at the config paths that the targeted releases read, as far as this machine has them.
///
/// # Errors
/// When there are too many.
pub fn trees(nodes: &[NodeFiles], settings: &Settings) -> Result<Vec<Tree>> {
    let mut trees: Vec<Tree> = Vec::new();
    for node in nodes {
        let outcomes = settings
            .releases
            .iter()
            .map(|&release| node::load(release, node, &node.config));
        let lists: BTreeSet<String> = outcomes.flat_map(|outcome| outcome.roots).collect();
        let directory = |root: &str| node.real(root).ok().filter(|disk| disk.is_dir());
        let parts = lists.iter().flat_map(|root| match directory(root) {
            // There may be a directory that is called like a list.
            Some(_) => vec![root.as_str()],
            None => root.split(':').collect(),
        });
        let roots: IndexSet<&str> = parts.collect();
        if roots.len() > MAX_ROOTS {
            return Err(Error::message(format!(
                "{}: its config path lists {} directories, and certsd-lint looks at no more than {MAX_ROOTS}; name those to lint",
                node.shown,
                roots.len()
            )));
        }
        for root in roots {
            let disk = directory(root);
            let Some(disk) = disk.filter(|_| root.starts_with('/')) else {
                continue;
            };
            let options = TreeOptions {
                deploy_path: match node.deployment {
                    Deployment::Elsewhere => Some(root.to_owned()),
                    _ => None,
                },
                sysroot: settings.sysroot.clone(),
            };
            let tree = Tree::open(&disk, &node.shown(root), &options);
            if trees.iter().all(|known| known.disk != tree.disk) {
                trees.push(tree);
            }
        }
    }
    Ok(trees)
}

/// Whether the nodes read their config paths.
pub fn states(nodes: &[NodeFiles], run: &Run) -> Vec<NodeState> {
    let state = |node: &NodeFiles| {
        let run = run.at(&node.shown);
        NodeState {
            config: match node.deployment {
                Deployment::Sysroot(_) | Deployment::InPlace => node.config.clone(),
                Deployment::Elsewhere => node.shown.clone(),
            },
            reads: reads_hosts_files(node, &run.settings.releases),
        }
    };
    nodes.iter().map(state).collect()
}

/// A config.toml in words, for `-v`.
pub fn describe(node: &NodeFiles) -> String {
    let how = match &node.deployment {
        Deployment::InPlace => "in use where it lies".to_owned(),
        Deployment::Elsewhere => format!("seen as it will be at {DEFAULT_PATH} on the node"),
        Deployment::Sysroot(sysroot) => {
            format!("seen as {} below the root {}", node.config, short(sysroot))
        }
    };
    format!("config {}: {how}", node.shown)
}
