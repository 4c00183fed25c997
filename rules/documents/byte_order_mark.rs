use crate::containerd::Cause;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety};
use crate::toml::ProblemKind;

/// U+FEFF in UTF-8.
const MARK: &str = "\u{feff}";

crate::rule! {
    /// A byte order mark at the beginning of hosts.toml.
    ///
    /// ## What it does
    ///
    /// Reports the three invisible bytes that some editors put at the beginning of a file, for the releases
    /// that do not pass over them.
    ///
    /// ## Why
    ///
    /// containerd 1.x passes over a byte order mark. containerd 2.x takes it for the first letter of a
    /// key, and drops the file: an upgrade switches the mirrors off.
    ///
    /// ## Example
    ///
    /// ```toml
    /// \u{feff}# docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
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
    /// There is no use for it in UTF-8.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-bom` in `fixtures/conformance/hand.jsonl`.
    name: "byte-order-mark",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "2.0 and later",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    if !context.text().starts_with(MARK) || context.document.is_none() {
        return;
    }
    let releases = context.releases_where(|_, outcome| {
        outcome.problems.iter().any(|p| {
            matches!(p.cause, Cause::Toml(ProblemKind::Syntax(_)))
                && p.span.as_ref().is_some_and(|span| span.start < MARK.len())
        })
    });
    out.push(
        context
            .finding(&RULE, 0..MARK.len(), "the file begins with a byte order mark")
            .label("three invisible bytes")
            .releases(releases)
            .help("delete the mark: save the file as UTF-8 without BOM, or `sed -i '1s/^\\xEF\\xBB\\xBF//' hosts.toml`")
            .fix(Safety::Safe, "delete the mark", 0..MARK.len(), ""),
    );
}
