//! The trees that a node reads, as far as this machine has them.

use std::collections::BTreeSet;
use std::path::Path;

use indexmap::IndexSet;

use super::{Deployment, NodeFiles, Tree, TreeOptions};
use crate::containerd::{Release, node};

/// So many directories of config paths are looked at. Real lists have two or three.
const MAX_ROOTS: usize = 100;

/// A config path that lists more directories than are looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{config}: its config path lists {number} directories, and certsd-lint looks at no more than {MAX_ROOTS}; name those to lint"
)]
pub struct TooManyRoots {
    config: String,
    number: usize,
}

/// The trees at the config paths that these releases read, as far as this machine has them.
///
/// # Errors
/// When there are too many.
pub fn trees_of_nodes(
    nodes: &[NodeFiles],
    releases: &[Release],
    sysroot: Option<&Path>,
) -> Result<Vec<Tree>, TooManyRoots> {
    let mut trees: Vec<Tree> = Vec::new();
    for node in nodes {
        let outcomes = releases
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
            return Err(TooManyRoots {
                config: node.shown.clone(),
                number: roots.len(),
            });
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
                sysroot: sysroot.map(Path::to_owned),
            };
            let tree = Tree::open(&disk, &node.shown(root), &options);
            if trees.iter().all(|known| known.disk != tree.disk) {
                trees.push(tree);
            }
        }
    }
    Ok(trees)
}
