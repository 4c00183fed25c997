use crate::containerd::{Cause, FileError};
use crate::disk::is_plausible_host;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// A file where a namespace's directory should be.
    ///
    /// ## What it does
    ///
    /// Reports files at the first level of a config path that have the name of a registry host.
    ///
    /// ## Why
    ///
    /// containerd finds the name, takes it for the directory of this registry and cannot read hosts.toml below
    /// it. Every pull from the registry fails, and with a file called `_default` that of every registry that has
    /// no directory of its own.
    ///
    /// ## Example
    ///
    /// ```text
    /// # docker.io (a file)
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the file is not meant for a registry: then it belongs somewhere else all the same.
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
                format!("`{}` is a file, and not a directory", context.name())
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
                .label("no directory")
                .effect(format!(
                    "containerd looks for hosts.toml below it, and every pull from {} fails",
                    context.registry()
                ))
                .help(format!(
                    "make it a directory and move the text into it, as `{}`",
                    context
                        .tree
                        .shown(&format!("{}/hosts.toml", context.name()))
                ))
                .releases(found.releases.clone()),
        );
    }
}
