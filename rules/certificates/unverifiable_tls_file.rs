use crate::containerd::{FileError, Files};
use crate::facts::tls::entries;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// A CA or client file of which this machine cannot tell whether it is on the node.
    ///
    /// ## What it does
    ///
    /// Says which paths in `ca` and `client` were not looked at: absolute paths outside a tree that will be used
    /// on another machine, and files that the user who lints may not read.
    ///
    /// ## Why
    ///
    /// A file that is missing on the node, or is no certificate there, fails every pull. Nothing here can tell.
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
    /// A file that lies in the tree and is deployed with it:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// When the files belong to the node's image or come from a secret store.
    ///
    /// ## Source
    ///
    /// certsd-lint's own limits; see `--sysroot` and `--deploy-path`.
    name: "unverifiable-tls-file",
    category: Certificates,
    severity: Note,
    consequence: Advice,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    // One finding for the namespace: the cause is where the tree is linted, and not any of the files.
    let mut places: Vec<(std::ops::Range<usize>, String, String)> = Vec::new();
    for entry in entries(context) {
        let pairs = entry
            .client
            .iter()
            .flat_map(|pair| std::iter::once(&pair.certificate).chain(pair.key.iter()));
        for file in entry.ca.iter().chain(pairs) {
            let Some(span) = file.span.clone() else {
                continue;
            };
            let read = context.reads.read(&file.path);
            let unknown = read.is_err_and(|error| error.is_unknown());
            if unknown && !places.iter().any(|(known, ..)| *known == span) {
                places.push((span, file.written.clone(), file.path.clone()));
            }
        }
    }
    places.sort_by_key(|(span, ..)| span.start);
    let Some((first, written, path)) = places.first().cloned() else {
        return;
    };
    let mut names: Vec<&str> = places
        .iter()
        .map(|(_, written, _)| written.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let forbidden = context.tree.on_disk(&path).is_some();
    let error = context.reads.read(&path).err();
    let (why, help) = if error == Some(FileError::LeadsOut) {
        (
            "which leads out of the repository by a link",
            "put the file into the repository, or lint on the node, to have it looked at"
                .to_owned(),
        )
    } else if let Some(FileError::NotByUs(why)) = &error {
        (
            "which certsd-lint could not read",
            format!("run it as root, or with more of what it lacks ({why}), to have it looked at"),
        )
    } else if let Some(FileError::TooManyBlocks(most)) = error {
        (
            "which holds more certificates than any bundle",
            format!(
                "see what it is: certsd-lint reads certificate files of up to {most} PEM blocks"
            ),
        )
    } else if error == Some(FileError::Spent) {
        (
            "which is beyond what one run reads",
            "lint fewer trees at a time".to_owned(),
        )
    } else if matches!(error, Some(FileError::TooLarge(_))) {
        (
            "which is larger than any bundle of certificates",
            "see what it is: certsd-lint reads certificate files of up to 32 MiB".to_owned(),
        )
    } else if forbidden {
        (
            "which this user may not read",
            "lint as root to have the file looked at".to_owned(),
        )
    } else {
        (
            "lies outside the tree",
            "lint on the node, or give the directory that stands for its root with `--sysroot`, to have it looked at"
                .to_owned(),
        )
    };
    let message = match (names.len(), forbidden) {
        (1, true) => format!("`{written}`, {why}, was not looked at"),
        (1, false) => format!("`{written}` {why}, and was not looked at"),
        (more, true) => format!("{more} files, {why}, were not looked at"),
        (more, false) => format!("{more} files outside the tree were not looked at"),
    };
    let mut finding = context
        .finding(&RULE, first, message)
        .label("not looked at")
        .effect(format!(
            "if it is missing on the node, or is no certificate there, every pull from {} fails",
            context.registry()
        ))
        .help(help);
    for (span, ..) in places.into_iter().skip(1) {
        finding = finding.related(context.location(span), "nor this one");
    }
    out.push(finding);
}
