use crate::containerd::go::path;
use crate::lint::{Check, Finding, Location, TreeContext};
use crate::tree::FileInfo;

crate::rule! {
    /// A tree that users other than its owner can change.
    ///
    /// ## What it does
    ///
    /// Reports directories and files of a tree in use that everybody can write, or a group other than the owner's own and
    /// root's. Not in repositories: Git does not keep modes.
    ///
    /// ## Why
    ///
    /// Who can write here decides from where this node takes its images: as root, whatever they hold. A
    /// directory is enough, for a file in it can be replaced.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ```text modes.txt
    /// 0777 docker.io
    /// ```
    ///
    /// ## Use instead
    ///
    /// `chmod -R go-w /etc/containerd/certs.d`:
    ///
    /// ```toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ```text modes.txt
    /// 0755 docker.io
    /// ```
    ///
    /// ## When not to
    ///
    /// When the group is one whose members are root anyway.
    ///
    /// ## Source
    ///
    /// containerd reads the files for every pull, as root; see CWE-732.
    name: "writable-by-others",
    category: Tree,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    security_severity: "7.0",
    check: Check::Tree(check),
}

/// So many further places are shown.
const SHOWN: usize = 8;

// One finding for a tree that can be changed as a whole; else one for each namespace: `chmod -R` mends either.
fn check(tree: &TreeContext, out: &mut Vec<Finding>) {
    if !tree.tree.has_the_nodes_modes() {
        return;
    }
    let root = writable(tree, "");
    let mut below = Vec::new();
    for context in tree.namespaces {
        let name = context.name().to_owned();
        let files = context.files.iter().filter(|file| !file.is_dir);
        let inside = files.map(|file| format!("{name}/{}", file.name));
        let found: Vec<(String, String)> = std::iter::once(name.clone())
            .chain(inside)
            .filter_map(|relative| writable(tree, &relative).map(|who| (relative, who)))
            .collect();
        if !found.is_empty() {
            below.push((context, found));
        }
    }
    if let Some(who) = root {
        let others = below.into_iter().flat_map(|(_, found)| found);
        let finding = tree.finding_at(
            &RULE,
            "",
            format!("the config path can be changed by {who}"),
        );
        out.push(with_others(tree, finding, others, ""));
        return;
    }
    for (context, found) in below {
        let mut found = found.into_iter();
        let Some((relative, who)) = found.next() else {
            continue;
        };
        let message = format!("`{relative}` can be changed by {who}");
        let finding = context.finding_at(&RULE, &relative, message);
        out.push(with_others(tree, finding, found, context.name()));
    }
}

fn with_others(
    tree: &TreeContext,
    mut finding: Finding,
    others: impl Iterator<Item = (String, String)>,
    directory: &str,
) -> Finding {
    for (relative, who) in others.take(SHOWN) {
        let place = Location::path(tree.tree.shown(&relative));
        finding = finding.related(place, format!("can be changed by {who}"));
    }
    finding
        .label("writable")
        .effect("who can write here decides from where this node takes its images")
        .help(format!("`chmod -R go-w {}`", tree.tree.shown(directory)))
}

/// Who can write a path of the tree besides its owner and root.
fn writable(tree: &TreeContext, relative: &str) -> Option<String> {
    let FileInfo {
        mode, user, group, ..
    } = tree.tree.info(&path::join(&tree.tree.root, relative))?;
    let mode = mode?;
    if mode & 0o002 != 0 {
        return Some(format!("every user (mode {mode:04o})"));
    }
    // Where each user has a group of their own, both have the same number.
    let is_shared = group.is_some_and(|group| group != 0 && Some(group) != user);
    (mode & 0o020 != 0 && is_shared)
        .then(|| format!("group {} (mode {mode:04o})", group.unwrap_or_default()))
}
