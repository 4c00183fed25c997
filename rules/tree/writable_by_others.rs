use crate::disk::{FileInfo, Tree};
use crate::facts::{Check, NamespaceContext, TreeContext};
use crate::finding::{Finding, Location, Related};
use crate::go::path;

crate::rule! {
    /// A config path that users other than its owner can change.
    ///
    /// ## What it does
    ///
    /// Reports directories and files of a config path in use that every user can write, or a group other than root
    /// and the owner's own. Files in repositories are not checked, because Git does not keep modes.
    ///
    /// ## Why
    ///
    /// Anyone who can write here decides where this node pulls its images from, and containers from these images
    /// may run as root. A writable directory is enough, because a file in it can be replaced.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ```sh
    /// chmod 0777 docker.io
    /// ```
    ///
    /// ## Use instead
    ///
    /// `chmod -R go-w /etc/containerd/certs.d`:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ```sh
    /// chmod 0755 docker.io
    /// ```
    ///
    /// ## When not to
    ///
    /// When all members of the group have root permissions anyway.
    ///
    /// ## Source
    ///
    /// containerd reads the files for every pull as root; see CWE-732.
    name: "writable-by-others",
    category: Tree,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    security_severity: "7.0",
    check: Check::Both(check, over_all),
}

/// So many further places are shown.
const SHOWN: usize = 8;

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let tree = context.tree;
    if !tree.has_the_nodes_modes() {
        return;
    }
    let name = context.name();
    let changed = |path: &str| context.reads.info(path).and_then(can_be_changed);
    let files = context.files.iter().filter(|file| !file.is_dir);
    let inside = files.filter_map(|file| {
        let changed = changed(&path::join(context.directory, &file.name))?;
        Some((format!("{name}/{}", file.name), changed))
    });
    let itself = changed(context.directory).map(|changed| (name.to_owned(), changed));
    let mut found = itself.into_iter().chain(inside);
    let Some((relative, changed)) = found.next() else {
        return;
    };
    let finding = context.finding_at(&RULE, &relative, format!("`{relative}` {changed}"));
    let others = found.map(|(relative, changed)| Related {
        location: Location::path(tree.shown(&relative)),
        text: changed,
    });
    out.push(with_others(tree, finding, others, name));
}

/// A tree that can be changed as a whole is one finding, for `chmod -R` mends all of it.
fn over_all(context: &TreeContext, out: &mut Vec<Finding>) {
    let tree = context.tree;
    if !tree.has_the_nodes_modes() {
        return;
    }
    let Some(changed) = tree.info(&tree.root).and_then(can_be_changed) else {
        return;
    };
    let below = std::mem::take(out).into_iter().flat_map(|finding| {
        let changed = finding
            .message
            .rsplit_once("` ")
            .map(|(_, changed)| changed);
        let first = Related {
            text: changed.unwrap_or_default().to_owned(),
            location: finding.location,
        };
        std::iter::once(first).chain(finding.related)
    });
    let finding = context.finding_at(&RULE, "", format!("the config path {changed}"));
    out.push(with_others(tree, finding, below, ""));
}

fn with_others(
    tree: &Tree,
    mut finding: Finding,
    others: impl Iterator<Item = Related>,
    directory: &str,
) -> Finding {
    finding.related.extend(others.take(SHOWN));
    finding
        .label("writable by others")
        .effect("anyone who can write here decides where this node pulls images from")
        .help(format!("run `chmod -R go-w {}`", tree.shown(directory)))
}

/// The users who can change a path besides its owner and root, as the predicate of a sentence about the path.
fn can_be_changed(FileInfo { mode, user, group }: FileInfo) -> Option<String> {
    let mode = mode?;
    if mode & 0o002 != 0 {
        return Some(format!("is writable by every user (mode {mode:04o})"));
    }
    // Where each user has a group of their own, both have the same number.
    let is_shared = group.is_some_and(|group| group != 0 && Some(group) != user);
    (mode & 0o020 != 0 && is_shared).then(|| {
        let group = group.unwrap_or_default();
        format!("is writable by group {group} (mode {mode:04o})")
    })
}
