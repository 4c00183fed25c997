use crate::facts::Check;

crate::rule! {
    /// A suppression comment that certsd-lint does not understand.
    ///
    /// ## What it does
    ///
    /// Reports suppression comments that name no rule, name an unknown rule, or are malformed. `# certsd-lint:
    /// ignore[rule-a, rule-b] reason` suppresses findings for one item, `# certsd-lint: ignore-file[rule-a] reason`
    /// before the first item for the file. No comment suppresses all rules.
    ///
    /// ## Why
    ///
    /// Such a comment suppresses nothing, although readers of the file believe that it does.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// # certsd-lint: ignore[unknown-capabilty] we are testing this
    /// server = "https://mirror.internal"
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://mirror.internal"
    /// ```
    ///
    /// ## When not to
    ///
    /// When a newer certsd-lint that knows the rule also checks the file.
    ///
    /// ## Source
    ///
    /// certsd-lint's own rule; containerd does not read comments.
    name: "unknown-suppression",
    category: Suppressions,
    severity: Warning,
    consequence: Advice,
    releases: "all",
    fix: Safe,
    check: Check::Engine,
}
