use crate::containerd::{Cause, FileError};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Severity};

crate::rule! {
    /// A hosts.toml that exists and cannot be read.
    ///
    /// ## What it does
    ///
    /// Reports a hosts.toml that is a directory, a link to itself, a device or a pipe, and directories that cannot
    /// be listed.
    ///
    /// A file of more than 4 MiB, with more than 2,000 tables, keys and elements, or without read permission for
    /// the user who runs certsd-lint is a warning: containerd may read it, and certsd-lint does not check its
    /// contents.
    /// A link that leads out of the repository is a warning, too: certsd-lint does not follow it, because a pull request
    /// could make it quote any file of the machine.
    ///
    /// ## Why
    ///
    /// containerd continues without hosts.toml only if the file does not exist. Any other error fails every pull
    /// from the registry, whatever mirrors are listed.
    ///
    /// ## Example
    ///
    ///
    /// ```text
    /// # docker.io/hosts.toml/README.md
    /// The file became a directory when it was mounted before it existed.
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When certsd-lint runs without root permissions on a node where only root can read the files.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-dir-hosts-toml-dir*` in `fixtures/conformance/hand.jsonl`.
    name: "unreadable-file",
    category: Documents,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for found in context.problems() {
        let name = context.name();
        let (path, what, error) = match &found.problem.cause {
            // A namespace that is a file is namespace-not-a-directory's.
            Cause::HostsFile(FileError::NotADirectory) => continue,
            Cause::HostsFile(error) => (format!("{name}/hosts.toml"), "hosts.toml", error),
            Cause::List(error) => (name.to_owned(), "the directory", error),
            _ => continue,
        };
        let help = match error {
            FileError::IsDirectory => {
                "delete the directory and create the file before a volume mounts it"
            }
            FileError::PermissionDenied => {
                "run certsd-lint as the user that containerd runs as, usually root"
            }
            FileError::NotByUs(_) => "run certsd-lint as root and without tight limits",
            FileError::LeadsOut => {
                "put the file into the repository; to lint the files of a node, run on it or use `--sysroot`"
            }
            FileError::LinkLoop => "point the link to a regular file",
            FileError::NotAFile => "replace it with a regular file",
            FileError::TooLarge(_) | FileError::TooMany(_) => {
                "check what wrote the file: a hosts.toml usually has less than a few kilobytes"
            }
            _ => "make the path a regular file",
        };
        let mut finding = context
            .finding_at(&RULE, &path, format!("{what} {}", error.predicate()))
            .releases(found.releases.clone())
            .help(help);
        if matches!(error, FileError::LeadsOut | FileError::NotByUs(_)) {
            finding = finding
                .severity(Severity::Warning)
                .consequence(Consequence::Advice)
                .effect("certsd-lint does not read it, and does not check its contents");
        } else if error.is_unknown() {
            finding = finding
                .severity(Severity::Warning)
                .consequence(Consequence::Advice)
                .effect("containerd reads the file, but certsd-lint does not check its contents");
        }
        // Another user may read it, and root reads everything.
        if matches!(error, FileError::PermissionDenied) {
            finding = finding
                .severity(Severity::Warning)
                .unknown_here("whether containerd can read the file")
                .effect(format!(
                    "certsd-lint cannot check it; if containerd cannot read it either, every pull from {} fails",
                    context.registry()
                ));
        }
        out.push(finding);
    }
}
