use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::{Environment, Finding, Severity};

crate::rule! {
    /// A password or token of a registry is written in plain text.
    ///
    /// ## What it does
    ///
    /// Reports `password`, `auth` and tokens in registries.yaml and in the machine configuration of Talos, unless the value is filled in
    /// later (`${TOKEN}`, `{{ token }}`).
    ///
    /// ## Why
    ///
    /// A repository is read by more people and programs than a node, and keeps what was deleted.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # registries.yaml
    /// configs:
    ///   "mirror.internal":
    ///     auth:
    ///       username: puller
    ///       password: example-only
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # registries.yaml
    /// configs:
    ///   "mirror.internal":
    ///     auth:
    ///       username: puller
    ///       password: ${MIRROR_PASSWORD}
    /// ```
    ///
    /// ## When not to
    ///
    /// For a password that is public.
    ///
    /// ## Source
    ///
    /// The files are read by every user of the repository.
    name: "registry-credential",
    category: Carriers,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    security_severity: "7.5",
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::Credential { at, key, host } = fact else {
            continue;
        };
        let severity = match context.run.settings.environment(context.carrier.path()) {
            Environment::Development => Severity::Note,
            Environment::Production => Severity::Warning,
        };
        out.push(
            context
                .finding(&RULE, at, format!("`{key}` of `{host}` is in plain text"))
                .severity(severity)
                .label("a credential")
                .effect("anyone who can read this file can use it")
                .help("have it filled in when the file is deployed, and revoke this one"),
        );
    }
}
