use crate::containerd::release::add_releases;
use crate::containerd::{FileError, Files};
use crate::facts::is_sample_path;
use crate::facts::tls::entries;
use crate::facts::{Check, NamespaceContext, TreeContext};
use crate::finding::Finding;
use crate::finding::words::list;

crate::rule! {
    /// A CA or client file that certsd-lint cannot check here.
    ///
    /// ## What it does
    ///
    /// Lists the paths in `ca` and `client` that were not checked, once per tree: absolute paths outside a tree that
    /// is deployed to another machine. Files that the current user may not read are listed per namespace.
    ///
    /// ## Why
    ///
    /// A file that is missing on the node, or contains no certificate there, fails every pull. That is not visible here.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "/etc/ssl/certs/internal.pem"
    /// ```
    ///
    /// ## Use instead
    ///
    /// A file in the tree, which is deployed with it:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// If the files are part of the node's image or come from a secret store.
    ///
    /// ## Source
    ///
    /// certsd-lint's own limits: see `--sysroot` and `--deploy-path`.
    name: "unverifiable-tls-file",
    category: Certificates,
    severity: Note,
    consequence: Advice,
    releases: "all",
    fix: None,
    check: Check::Both(check, over_all),
}

/// The label of findings about paths outside the tree, by which they are folded into one.
const OUTSIDE: &str = "outside the tree";

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let mut paths: Vec<String> = Vec::new();
    for entry in entries(context) {
        for file in entry.files() {
            let Some(span) = file.span.clone() else {
                continue;
            };
            let Err(error) = context.reads.read(&file.path) else {
                continue;
            };
            let is_sample = is_sample_path(&file.written) && context.runs("missing-tls-file");
            if !error.is_unknown() || is_sample || paths.contains(&file.path) {
                continue;
            }
            paths.push(file.path.clone());
            let written = &file.written;
            let finding = context
                .finding(&RULE, span, "")
                .releases(entry.releases.clone());
            let not_checked = |why: &str, help: String| {
                let mut finding = finding.clone().label("not checked").help(help);
                finding.message = format!("`{written}` was not checked: {why}");
                finding
            };
            let finding = match error {
                FileError::LeadsOut => not_checked(
                    "a link leads out of the repository",
                    "put the file into the repository, or lint on the node".to_owned(),
                ),
                FileError::NotByUs(why) => not_checked(
                    "certsd-lint could not read it",
                    format!("fix the error and lint again: {why}"),
                ),
                FileError::TooManyBlocks(most) => not_checked(
                    "it contains too many certificates",
                    format!(
                        "check what it is: certsd-lint reads certificate files of up to {most} PEM blocks"
                    ),
                ),
                FileError::Spent => not_checked(
                    "it is beyond what one run reads",
                    "lint fewer trees at a time".to_owned(),
                ),
                FileError::TooLarge(_) => not_checked(
                    "it is too large for a certificate file",
                    "check what it is: certsd-lint reads certificate files of up to 32 MiB"
                        .to_owned(),
                ),
                _ if context.tree.on_disk(&file.path).is_some() => not_checked(
                    "this user may not read it",
                    "run certsd-lint as root to check the file".to_owned(),
                ),
                _ => {
                    let mut finding = finding.label(OUTSIDE).help(
                        "lint on the node, or pass its root directory with `--sysroot`, to check the files",
                    );
                    finding.message.clone_from(written);
                    finding
                }
            };
            let finding = finding.unknown_here("the contents of the file on the node");
            out.push(finding.effect(format!(
                "if the file is missing on the node, or contains no certificate, every pull from {} fails",
                context.registry()
            )));
        }
    }
}

/// One note for all paths outside a tree: the cause is where the tree is linted.
fn over_all(_: &TreeContext, out: &mut Vec<Finding>) {
    let is_outside = |finding: &mut Finding| finding.label == OUTSIDE;
    let notes: Vec<Finding> = out.extract_if(.., is_outside).collect();
    // Until here, the message of each is its path.
    let mut paths: Vec<&str> = notes.iter().map(|note| note.message.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    const SHOWN: usize = 2;
    let mut names: Vec<String> = paths
        .iter()
        .take(SHOWN)
        .map(|path| format!("`{path}`"))
        .collect();
    if paths.len() > SHOWN {
        names.push(format!("{} more", paths.len() - SHOWN));
    }
    let message = match paths.len() {
        1 => format!("{} is outside the tree and was not checked", names.join("")),
        some => format!(
            "{some} files outside the tree were not checked: {}",
            list(&names)
        ),
    };
    let mut notes = notes.into_iter();
    let Some(mut note) = notes.next() else {
        return;
    };
    note.message = message;
    for other in notes {
        let text = format!("`{}`", other.message);
        add_releases(&mut note.releases, &other.releases);
        note = note.related(other.location, text);
    }
    out.push(note);
}
