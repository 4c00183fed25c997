//! Which trees of a run a node reads.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::{NodeFiles, Tree, absolute};

/// The nodes and trees of a run, and what belongs together.
#[derive(Debug)]
pub struct Belonging<'r> {
    nodes: &'r [NodeFiles],
    trees: &'r [Tree],
    /// The trees by the deepest directory above them that also is one above a node's config.toml.
    nearby: HashMap<PathBuf, Vec<&'r Tree>>,
}

impl<'r> Belonging<'r> {
    /// Looks at all nodes and trees of a run once.
    pub fn new(nodes: &'r [NodeFiles], trees: &'r [Tree]) -> Belonging<'r> {
        let mut nearby: HashMap<PathBuf, Vec<&Tree>> = HashMap::new();
        if nodes.iter().any(|node| node.is_found) {
            let nodes = nodes.iter().flat_map(|node| node.directory.ancestors());
            let above_nodes: HashSet<&Path> = nodes.collect();
            for tree in trees.iter().filter(|tree| tree.lone.is_none()) {
                let disk = absolute(&tree.disk);
                let shared = disk.ancestors().find(|above| above_nodes.contains(above));
                if let Some(shared) = shared {
                    nearby.entry(shared.to_owned()).or_default().push(tree);
                }
            }
        }
        Belonging {
            nodes,
            trees,
            nearby,
        }
    }

    /// The trees that a node reads: those that the settings give it, but none that they give another one. Of a node that a search
    /// has found, those for which the config.toml of no other node is nearer.
    pub fn trees_of(&self, node: &NodeFiles) -> Cow<'r, [Tree]> {
        let trees = self.trees;
        if let Some(paths) = &node.reads {
            let is_own = |tree: &&Tree| paths.is_match(&tree.shown(""));
            return trees.iter().filter(is_own).cloned().collect();
        }
        if node.is_found {
            let nearby = node.directory.ancestors();
            let nearby = nearby.filter_map(|above| self.nearby.get(above));
            return nearby.flatten().copied().cloned().collect();
        }
        let given = self.nodes.iter().filter_map(|node| node.reads.as_ref());
        let of_others: Vec<_> = given.collect();
        if of_others.is_empty() {
            return Cow::Borrowed(trees);
        }
        let is_free = |tree: &&Tree| {
            let path = tree.shown("");
            !of_others.iter().any(|paths| paths.is_match(&path))
        };
        trees.iter().filter(is_free).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::TreeOptions;

    #[test]
    fn a_tree_belongs_to_the_nearest_nodes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let found = |path: &str| {
            let mut node = NodeFiles::open(&root.join(path), None);
            node.is_found = true;
            node
        };
        let nodes = [
            found("a/containerd/config.toml"),
            found("a/other/config.toml"),
            found("b/config.toml"),
        ];
        let tree = |path: &str| {
            std::fs::create_dir_all(root.join(path)).unwrap();
            Tree::open(&root.join(path), path, &TreeOptions::default())
        };
        let trees = [
            tree("a/containerd/certs.d"),
            tree("a/certs.d"),
            tree("b/x/certs.d"),
            tree("c/certs.d"),
        ];
        let belonging = Belonging::new(&nodes, &trees);
        let of = |node: &NodeFiles| {
            let mut paths: Vec<String> = belonging
                .trees_of(node)
                .iter()
                .map(|tree| tree.shown.clone())
                .collect();
            paths.sort();
            paths
        };
        assert_eq!(
            of(&nodes[0]),
            ["a/certs.d", "a/containerd/certs.d", "c/certs.d"]
        );
        assert_eq!(of(&nodes[1]), ["a/certs.d", "c/certs.d"]);
        assert_eq!(of(&nodes[2]), ["b/x/certs.d", "c/certs.d"]);
    }
}
