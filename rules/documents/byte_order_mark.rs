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
    /// Reports the three invisible bytes (U+FEFF) that some editors write at the beginning of a file, for the
    /// releases whose TOML parser rejects them.
    ///
    /// ## Why
    ///
    /// containerd 1.x skips a byte order mark. containerd 2.x reads it as the first character of a key and ignores
    /// the whole file, so an upgrade switches the mirrors off.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// \u{feff}# docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
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
    /// Never: UTF-8 needs no byte order mark.
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
            .finding(&RULE, 0..MARK.len(), "hosts.toml begins with a byte order mark")
            .label("three invisible bytes")
            .releases(releases)
            .help("save the file as UTF-8 without a byte order mark: `sed -i '1s/^\\xEF\\xBB\\xBF//' hosts.toml`")
            .fix(Safety::Safe, "delete the byte order mark", 0..MARK.len(), ""),
    );
}
