use std::collections::HashSet;

use memchr::memmem;

use crate::containerd::Files;
use crate::disk::{Tracked, Tree};
use crate::facts::tls::{entries, named};
use crate::facts::{Check, NamespaceContext, TreeContext};
use crate::finding::{Environment, Finding, Location, Severity};
use crate::go::{path, pem};

crate::rule! {
    /// A private key that others can read, on this machine or in a Git repository.
    ///
    /// ## What it does
    ///
    /// Reports unencrypted private keys, named by `client` or elsewhere in the tree, that every user of the machine can
    /// read, or that are tracked by Git. Modes count only where the tree is in use, because Git does not keep them. Untracked
    /// keys in a working copy are not reported.
    ///
    /// ## Why
    ///
    /// Anyone who has the key can pose as this client. A file that was once in a repository stays in its history.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.pem", "client-rsa.key"]]
    /// ```
    ///
    /// ```sh
    /// chmod 0644 docker.io/client-rsa.key
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.pem", "client-rsa.key"]]
    /// ```
    ///
    /// ```sh
    /// chmod 0600 docker.io/client-rsa.key
    /// ```
    ///
    /// A key that was in a repository must be replaced, with its certificate.
    ///
    /// ## When not to
    ///
    /// For keys that give no access, such as those of tests.
    ///
    /// ## Source
    ///
    /// containerd reads the files as root. See CWE-732 and CWE-540.
    name: "private-key-exposed",
    category: Certificates,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    security_severity: "6.5",
    check: Check::Both(check, over_all),
}

/// How a key is exposed.
enum Exposure {
    Tracked,
    /// Git may track it. Why that is not known.
    Unknown(&'static str),
    Readable(u32),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let pairs = entries(context).iter().flat_map(|entry| &*entry.client);
    let keys = pairs.map(|pair| pair.key.as_ref().unwrap_or(&pair.certificate));
    let named = keys.map(|key| {
        (
            path::clean(&key.path),
            key.span.clone(),
            key.written.as_str(),
        )
    });
    let files = context
        .files
        .iter()
        .filter(|file| !file.is_dir && file.name != "hosts.toml");
    let beside = files.map(|file| (path::join(context.directory, &file.name), None, ""));
    for (path, span, written) in named.chain(beside) {
        if let Some(exposure) = exposure(context.tree, context.reads, &path) {
            out.push(finding(context, &path, span, written, &exposure));
        }
    }
}

/// The fact that this run cannot see.
const TRACKED: &str = "whether Git tracks the file";

/// Reports each key once, and keys beside the namespaces, which belong to none of them.
fn over_all(tree: &TreeContext, out: &mut Vec<Finding>) {
    let mut told = HashSet::new();
    out.retain(|finding| told.insert(finding.location.path.clone()));
    for name in &tree.root_files {
        let path = path::join(&tree.tree.root, name);
        if told.contains(&tree.tree.shown_node_path(&path)) {
            continue;
        }
        if let Some(exposure) = exposure(tree.tree, tree.tree, &path) {
            let (message, effect, help) = words(name, &tree.tree.shown(name), &exposure);
            let finding = tree.finding_at(&RULE, name, message);
            let finding = finding.effect(effect).help(help);
            out.push(match exposure {
                Exposure::Unknown(_) => finding.severity(Severity::Note).unknown_here(TRACKED),
                _ => finding,
            });
        }
    }
}

fn finding(
    context: &NamespaceContext,
    path: &str,
    span: Option<std::ops::Range<usize>>,
    written: &str,
    exposure: &Exposure,
) -> Finding {
    let shown = context.tree.shown_node_path(path);
    let (message, effect, help) = words(named(written, path), &shown, exposure);
    let mut finding = context
        .finding(&RULE, 0..0, message)
        .effect(effect)
        .help(help);
    // The location is the key itself.
    finding.location = Location::path(shown);
    if let Some(span) = span {
        finding = finding.related(context.location(span), "named here");
    }
    if let Exposure::Unknown(_) = exposure {
        finding = finding.unknown_here(TRACKED);
    }
    match (context.environment(), exposure) {
        (Environment::Development, _) | (_, Exposure::Unknown(_)) => {
            finding.severity(Severity::Note)
        }
        (Environment::Production, _) => finding,
    }
}

fn words(name: &str, shown: &str, exposure: &Exposure) -> (String, String, String) {
    match exposure {
        Exposure::Tracked => (
            format!("private key `{name}` is tracked by Git"),
            "everyone who can read the repository, now or later, can pose as its owner".to_owned(),
            format!(
                "get a certificate for a new key, deploy the key from a secret store, and run `git rm --cached {shown}`"
            ),
        ),
        Exposure::Unknown(why) => (
            format!("the private key in `{name}` may be tracked by Git: {why}"),
            "if it is, everyone who can read the repository, now or later, can use it and pose as its owner".to_owned(),
            format!(
                "check with `git ls-files {shown}`; if that prints it, have a certificate issued for a new key"
            ),
        ),
        Exposure::Readable(mode) => (
            format!("private key `{name}` is readable by every user (mode {mode:04o})"),
            "every user and process on this machine can pose as its owner".to_owned(),
            format!("run `chmod 600 {shown}`; containerd reads it as root"),
        ),
    }
}

fn exposure(tree: &Tree, files: &dyn Files, path: &str) -> Option<Exposure> {
    if !holds_key(files, path) {
        return None;
    }
    match tree.relative(path).map(|relative| tree.tracked(relative)) {
        Some(Tracked::Yes) => return Some(Exposure::Tracked),
        Some(Tracked::Unknown(why)) => return Some(Exposure::Unknown(why)),
        Some(Tracked::No) | None => {}
    }
    if !tree.has_the_nodes_modes() {
        return None;
    }
    let mode = tree.info(path)?.mode?;
    (mode & 0o004 != 0 && others_get_to(tree, path)).then_some(Exposure::Readable(mode))
}

/// Whether others can enter the directories above.
fn others_get_to(tree: &Tree, path: &str) -> bool {
    let mut rest = path;
    while let Some((parent, _)) = rest
        .rsplit_once('/')
        .filter(|(parent, _)| !parent.is_empty())
    {
        let mode = tree.info(parent).and_then(|info| info.mode);
        if mode.is_some_and(|mode| mode & 0o001 == 0) {
            return false;
        }
        rest = parent;
    }
    true
}

/// Whether a file contains an unencrypted private key.
fn holds_key(files: &dyn Files, path: &str) -> bool {
    let Ok(bytes) = files.read(path) else {
        return false;
    };
    // Most files are certificates.
    const LABEL: &[u8] = b"PRIVATE KEY";
    memmem::find(&bytes, LABEL).is_some()
        && pem::blocks(&bytes).any(|block| {
            block.is_private_key()
                && block.label != "ENCRYPTED PRIVATE KEY"
                && !block.has_encryption_headers()
        })
}
