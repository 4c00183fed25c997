use crate::containerd::{Capabilities, Cause};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// The capability `referrers`, which containerd knows from 2.2 on.
    ///
    /// ## What it does
    ///
    /// Reports `referrers` in `capabilities` when a release below 2.2 is targeted.
    ///
    /// ## Why
    ///
    /// To a release that does not know it, it is an unknown capability, and an unknown capability makes
    /// containerd drop the whole file: the nodes that are not upgraded yet lose their mirrors.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve", "referrers"]
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
    /// When all nodes run 2.2 or later: say so with `containerd = [">=2.2"]` in the settings.
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
                .finding(&RULE, span, format!("`{word}` is a capability from containerd 2.2 on"))
                .label("unknown to older releases")
                .releases(found.releases.clone())
                .help("leave it out until every node runs 2.2: an endpoint that lists no capabilities has all that its release knows"),
        );
    }
}
