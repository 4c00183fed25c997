use crate::facts::Check;

crate::rule! {
    /// A suppression comment for a rule that reports nothing there.
    ///
    /// ## What it does
    ///
    /// Reports suppression comments with a rule that reports nothing in the range they cover: the key and its value
    /// on the same or the next line, everything below a table header, one element of an array over several lines,
    /// or the whole file for `ignore-file` before the first item. Rules that did not run are not reported.
    ///
    /// ## Why
    ///
    /// The finding that it suppressed is gone or has moved. A later finding of the same rule would be suppressed
    /// unnoticed.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"] # certsd-lint: ignore[unknown-capability]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the same files are checked for different releases: a rule may report something for only one of them.
    ///
    /// ## Source
    ///
    /// certsd-lint's own rule; containerd does not read comments.
    name: "unused-suppression",
    category: Suppressions,
    severity: Warning,
    consequence: Advice,
    releases: "all",
    fix: Safe,
    check: Check::Engine,
}
