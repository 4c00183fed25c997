use crate::containerd::{Cause, FileError};
use crate::disk::is_plausible_host;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// A file in place of the directory of a namespace.
    ///
    /// ## What it does
    ///
    /// Reports files at the first level of a config path that are named like a registry host.
    ///
    /// ## Why
    ///
    /// containerd finds the name, takes it for the directory of this registry and cannot read hosts.toml below it.
    /// Every pull from the registry fails. A file called `_default` fails the pulls from every registry without a
    /// directory of its own.
    ///
    /// ## Example
    ///
    ///
    /// ```text
    /// # docker.io (a file)
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the file is not meant for a registry. It belongs in another place then.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`. goharbor/harbor#18530.
    name: "namespace-not-a-directory",
    category: Tree,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for found in context.problems() {
        let message = match &found.problem.cause {
            Cause::HostsFile(FileError::NotADirectory) => {
                format!("`{}` is a file instead of a directory", context.name())
            }
            Cause::Directory(error) => format!("`{}` {}", context.name(), error.predicate()),
            _ => continue,
        };
        if context.namespace.is_dir && !is_plausible_host(context.name()) {
            return;
        }
        out.push(
            context
                .finding_at(&RULE, context.name(), message)
                .label("not a directory")
                .effect(format!(
                    "containerd cannot read hosts.toml below it: every pull from {} fails",
                    context.registry()
                ))
                .help(format!(
                    "move the file to `{}`",
                    context
                        .tree
                        .shown(&format!("{}/hosts.toml", context.name()))
                ))
                .releases(found.releases.clone()),
        );
    }
}
