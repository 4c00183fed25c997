use crate::facts::tls::skipping;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Environment, Finding, Severity};

crate::rule! {
    /// A CA beside `skip_verify = true`, which makes it useless.
    ///
    /// ## What it does
    ///
    /// Reports entries with a CA that also disable verification. In a development environment it is a note.
    ///
    /// ## Why
    ///
    /// `skip_verify = true` wins: the certificate is not verified at all. The entry looks safe, but anyone on the network
    /// path can pose as the registry. Usually the setting was left over from the time before the CA was available.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// skip_verify = true
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: the CA has no effect.
    ///
    /// ## Source
    ///
    /// Go's `tls.Config`: with `InsecureSkipVerify`, `RootCAs` is not used.
    name: "skip-verify-with-ca",
    category: Certificates,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: Unsafe,
    security_severity: "7.4",
    check: Check::Namespace(check),
}

// An entry is reported by skip-verify or by this rule, never by both.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for entry in skipping(context) {
        let Some(ca) = entry.ca.clone() else {
            continue;
        };
        let finding = context
            .finding(
                &RULE,
                entry.item.span.clone(),
                format!(
                    "`skip_verify` disables verification for `{}`, although it has a CA",
                    entry.name
                ),
            )
            .label("verifies nothing")
            .related(context.location(ca), "unused")
            .help("delete `skip_verify`")
            .releases(entry.releases.clone());
        let finding = entry.finish(context, finding);
        out.push(match (entry.is_loopback, context.environment()) {
            (false, Environment::Production) => finding.effect(
                "containerd does not use the CA: anyone on the network path can pose as the registry, change what a tag \
                 resolves to and read credentials",
            ),
            (true, Environment::Production) => finding
                .consequence(Consequence::KeyIgnored)
                .effect("containerd silently ignores the CA"),
            (_, Environment::Development) => finding
                .severity(Severity::Note)
                .consequence(Consequence::KeyIgnored)
                .effect("containerd silently ignores the CA"),
        });
    }
}
