//! Nodes that answer alike.

use std::collections::HashMap;

/// Nodes with the same fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The fingerprint.
    pub fingerprint: String,
    /// The nodes, as numbers in the order in which they were given.
    pub nodes: Vec<usize>,
}

/// Groups nodes by their fingerprints: the largest group first, of equal ones the one with the earliest node.
pub fn groups<'a>(fingerprints: impl IntoIterator<Item = (usize, &'a str)>) -> Vec<Group> {
    let mut at: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (node, fingerprint) in fingerprints {
        let index = *at.entry(fingerprint).or_insert_with(|| {
            groups.push(Group {
                fingerprint: fingerprint.to_owned(),
                nodes: Vec::new(),
            });
            groups.len() - 1
        });
        groups[index].nodes.push(node);
    }
    // Stable: the earliest node decides among equals.
    groups.sort_by_cached_key(|group| std::cmp::Reverse(group.nodes.len()));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_comes_first() {
        let found = groups([(0, "c"), (1, "a"), (2, "b"), (3, "a"), (4, "b"), (5, "b")]);
        let shown: Vec<(&str, &[usize])> = found
            .iter()
            .map(|group| (group.fingerprint.as_str(), group.nodes.as_slice()))
            .collect();
        assert_eq!(shown, [("b", &[2, 4, 5][..]), ("a", &[1, 3]), ("c", &[0])]);
    }
}
