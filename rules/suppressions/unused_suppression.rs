use crate::facts::Check;

crate::rule! {
    /// A comment that silences a rule which finds nothing there.
    ///
    /// ## What it does
    ///
    /// Reports suppression comments that name a rule which has nothing to say of what they cover: the
    /// key and its value on the same line or on the next one, everything under a table header, one
    /// element of an array over several lines; or the whole file for `ignore-file`, which works only
    /// before the first item. Rules that did not run are left out.
    ///
    /// ## Why
    ///
    /// What it once silenced is gone, or is somewhere else. A later fault of the same kind would go
    /// unseen.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"] # certsd-lint: ignore[unknown-capability]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the same files are linted for different releases in turn: what one run has nothing to
    /// say of, another may.
    ///
    /// ## Source
    ///
    /// certsd-lint's own; containerd does not read comments.
    name: "unused-suppression",
    category: Suppressions,
    severity: Warning,
    consequence: Advice,
    releases: "all",
    fix: Safe,
    check: Check::Engine,
}
