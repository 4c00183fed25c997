//! Which of the named files are a node's config.toml, and which trees that node reads.

use std::path::{Path, PathBuf};

use crate::cli::{Error, Result};
use crate::containerd::node::{self, DEFAULT_PATH, schema};
use crate::containerd::{FileError, Files, Release};
use crate::disk::{Deployment, MAX_NODE_CONFIG, NodeFiles, Tree, TreeOptions, read};
use crate::finding::Settings;
use crate::settings::short;
use crate::toml::shape::{self, Dialect};
use crate::toml::view::{Document, Item};

/// Whether a path is a config.toml of containerd: by its name, unless it lies in a tree or plainly configures something
/// else, or by what it configures.
pub fn is_node_config(path: &Path) -> bool {
    let is_toml = path
        .extension()
        .is_some_and(|extension| extension == "toml");
    if !is_toml || !path.is_file() {
        return false;
    }
    let in_tree = path.parent().is_some_and(|parent| {
        parent
            .components()
            .any(|part| part.as_os_str() == "certs.d")
    });
    let has_the_name = path.file_name().is_some_and(|name| name == "config.toml") && !in_tree;
    let Ok(bytes) = read(path, MAX_NODE_CONFIG) else {
        return has_the_name;
    };
    let text = String::from_utf8_lossy(&bytes);
    if has_the_name {
        return !is_for_another_program(&text);
    }
    text.lines().any(|line| {
        let line = line.trim_start();
        let key = line.trim_start_matches('[').trim_start();
        key.starts_with("disabled_plugins")
            || key.starts_with("plugins") && line.contains(".containerd.")
    })
}

/// Whether a text is TOML of which containerd has not one key: other programs have a config.toml too.
fn is_for_another_program(text: &str) -> bool {
    let Ok(document) = Document::parse(text) else {
        return false;
    };
    let is_known = |item: &Item| {
        Release::newest().any(|release| {
            shape::field(schema::config(release), &item.key.value, Dialect::V2).is_some()
        })
    };
    let items = &document.root.items;
    !items.is_empty() && !items.iter().any(is_known)
}

/// Opens the files. One that cannot be read is a failure: it was named.
pub fn open<'a>(
    paths: impl Iterator<Item = &'a PathBuf>,
    sysroot: Option<&Path>,
) -> Result<Vec<NodeFiles>> {
    let mut nodes: Vec<NodeFiles> = Vec::new();
    for path in paths {
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

/// The trees at the config paths that the targeted releases read, as far as this machine has them.
pub fn trees(nodes: &[NodeFiles], settings: &Settings) -> Vec<Tree> {
    let mut trees: Vec<Tree> = Vec::new();
    for node in nodes {
        let outcomes = settings
            .releases
            .iter()
            .map(|&release| node::load(release, node, &node.config));
        let roots: Vec<String> = outcomes.flat_map(|outcome| outcome.roots).collect();
        for root in roots.iter().flat_map(|root| root.split(':')) {
            let disk = node.on_disk(root).filter(|disk| disk.is_dir());
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
    trees
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
