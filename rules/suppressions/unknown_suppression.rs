use crate::facts::Check;

crate::rule! {
    /// A comment meant to silence findings that certsd-lint does not understand.
    ///
    /// ## What it does
    ///
    /// Reports suppression comments that name no rule, name something that is no rule, or are not
    /// written as suppressions are: `# certsd-lint: ignore[rule-a, rule-b] reason` for one item,
    /// `# certsd-lint: ignore-file[rule-a] reason` before the first item for the file. There is no form that
    /// silences every rule.
    ///
    /// ## Why
    ///
    /// Such a comment silences nothing, though whoever reads the file believes that it does.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// # certsd-lint: ignore[unknown-capabilty] we are testing this
    /// server = "https://mirror.internal"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://mirror.internal"
    /// ```
    ///
    /// ## When not to
    ///
    /// When the file is also read by a newer certsd-lint that knows the rule.
    ///
    /// ## Source
    ///
    /// certsd-lint's own; containerd does not read comments.
    name: "unknown-suppression",
    category: Suppressions,
    severity: Warning,
    consequence: Advice,
    releases: "all",
    fix: Safe,
    check: Check::Engine,
}
