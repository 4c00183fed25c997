//! The config.toml files of a run, and the trees that a node reads.

use std::path::{Path, PathBuf};

use crate::cli::node::reads_hosts_files;
use crate::cli::{Error, Result};
use crate::containerd::node::DEFAULT_PATH;
use crate::containerd::{FileError, Files};
use crate::disk::{Deployment, NodeFiles, PathGlobs};
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
        Deployment::InPlace => "in use on this machine".to_owned(),
        Deployment::Elsewhere => format!("deployed to {DEFAULT_PATH} on the node"),
        Deployment::Sysroot(sysroot) => {
            format!("{} below the root {}", node.config, short(sysroot))
        }
    };
    format!("config {}: {how}", node.shown)
}
