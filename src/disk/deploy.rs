//! Where a tree of a repository will be on the node, if it is not configured.

use std::collections::BTreeMap;

use super::{Deployment, Tree};
use crate::containerd::Files;
use crate::go::path;

/// So many namespaces are asked.
const ASKED: usize = 256;

/// The deploy path that the files of a tree imply. One of them names an absolute path that ends with the namespace and a file that
/// is in it here: what is before that is where the tree will be. `None` where that is the path which is taken anyway.
pub fn implied(tree: &Tree) -> Option<String> {
    if tree.deployment != Deployment::Elsewhere || tree.lone.is_some() {
        return None;
    }
    let namespaces = tree.namespaces().ok()?;
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for namespace in namespaces
        .iter()
        .filter(|n| tree.wants(&n.name))
        .take(ASKED)
    {
        let directory = path::join(&tree.root, &namespace.name);
        let Ok(text) = tree.read(&path::join(&directory, "hosts.toml")) else {
            continue;
        };
        for named in absolute_paths(&String::from_utf8_lossy(&text)) {
            let middle = format!("/{}/", namespace.name);
            let Some((root, file)) = named.rsplit_once(&middle) else {
                continue;
            };
            if tree.stat(&path::join(&directory, file)).is_ok() {
                *found.entry(root.to_owned()).or_default() += 1;
            }
        }
    }
    if found.contains_key(&tree.root) {
        return None;
    }
    // The first of those that are named most often.
    let most = found.values().max().copied()?;
    let mut found = found.into_iter().filter(|(_, count)| *count == most);
    found.next().map(|(root, _)| root)
}

/// The absolute paths in quotes.
fn absolute_paths(text: &str) -> impl Iterator<Item = String> + '_ {
    text.match_indices(['"', '\'']).filter_map(|(at, quote)| {
        let rest = &text[at + 1..];
        let end = rest.find([quote.chars().next()?, '\n', '\\'])?;
        let path = &rest[..end];
        (rest[end..].starts_with(quote) && path.starts_with('/') && path.len() > 1)
            .then(|| path::clean(path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_are_found_in_quotes() {
        let text = "ca = \"/etc/cri//a.crt\"\nclient = [['/x/c', \"d\"]] # it's \"/a\n";
        let found: Vec<String> = absolute_paths(text).collect();
        assert_eq!(found, ["/etc/cri/a.crt", "/x/c"]);
    }
}
