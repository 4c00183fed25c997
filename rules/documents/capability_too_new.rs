use crate::containerd::{Capabilities, Cause};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// The capability `referrers` in a file that older releases read.
    ///
    /// ## What it does
    ///
    /// Reports `referrers` in `capabilities` when a release before 2.2 is targeted.
    ///
    /// ## Why
    ///
    /// A release before 2.2 does not know `referrers`, and one unknown capability makes containerd ignore the whole
    /// file: nodes that are not upgraded yet lose their mirrors.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve", "referrers"]
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
    /// When all nodes run 2.2 or later. Set `containerd = [">=2.2"]` in certsd-lint.toml.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-cap-*` in `fixtures/conformance/hand.jsonl`.
    name: "capability-too-new",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "before 2.2",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for found in context.problems() {
        let Cause::UnknownCapability { word } = &found.problem.cause else {
            continue;
        };
        let Some(span) = found.problem.span.clone() else {
            continue;
        };
        if Capabilities::from_word(word) != Some(Capabilities::REFERRERS) {
            continue;
        }
        out.push(
            context
                .finding(
                    &RULE,
                    span,
                    format!("capability `{word}` needs containerd 2.2 or later"),
                )
                .label("unknown to older releases")
                .releases(found.releases.clone())
                .help(format!(
                    "delete `{word}` until every node runs containerd 2.2"
                )),
        );
    }
}
