use crate::containerd::{Cause, FileError};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Severity};

crate::rule! {
    /// A hosts.toml that is there and cannot be read.
    ///
    /// ## What it does
    ///
    /// Reports a hosts.toml that is a directory, a link that leads back to itself, a device or a pipe, larger than
    /// any real one, or that its reader has no permission for; and directories that cannot be listed.
    ///
    /// A file of more than 4 MiB, or with more than 2,000 tables, keys and elements, is not read by certsd-lint and
    /// by containerd is: that is a warning, and nothing is said of what is in it.
    ///
    /// ## Why
    ///
    /// containerd goes on without hosts.toml only when nothing is there. Any other error fails every pull
    /// from the registry, whichever mirrors are listed.
    ///
    /// ## Example
    ///
    /// ```text
    /// # docker.io/hosts.toml/README.md
    /// The file became a directory when it was mounted before it existed.
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Permissions are those of the user who runs certsd-lint; containerd usually runs as root.
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
                "delete the directory and write the file: a volume that mounts a file which does not exist makes a directory of its name"
            }
            FileError::PermissionDenied => {
                "make it readable for the user that containerd runs as, usually root: `chmod 644`"
            }
            FileError::LinkLoop => "let the link lead to a file",
            FileError::NotAFile => "put a regular file there",
            FileError::TooLarge(_) | FileError::TooMany(_) => {
                "see what it is: a real hosts.toml has a few kilobytes"
            }
            _ => "see that the path leads to a regular file",
        };
        let mut finding = context
            .finding_at(&RULE, &path, format!("{what} {}", error.predicate()))
            .releases(found.releases.clone())
            .help(help);
        if error.is_unknown() {
            finding = finding
                .severity(Severity::Warning)
                .consequence(Consequence::Advice)
                .effect("certsd-lint does not read it, and says nothing of what is in it; containerd reads it");
        }
        out.push(finding);
    }
}
