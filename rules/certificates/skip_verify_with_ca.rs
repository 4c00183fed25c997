use crate::facts::tls::skipping;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Environment, Finding, Safety, Severity};

crate::rule! {
    /// A CA beside `skip_verify = true`, which makes it useless.
    ///
    /// ## What it does
    ///
    /// Reports entries that name a CA and also switch verification off.
    ///
    /// ## Why
    ///
    /// `skip_verify = true` wins: the certificate is not verified, neither with the CA nor otherwise. It looks safe,
    /// and anyone on the way can pose as the registry. Mostly it is left over from the time before the CA was
    /// there.
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
    /// There is no case in which the CA has an effect.
    ///
    /// ## Source
    ///
    /// Go's `tls.Config`: with `InsecureSkipVerify`, `RootCAs` is not used.
    name: "skip-verify-with-ca",
    category: Certificates,
    severity: Error,
    consequence: Exposure,
    releases: "all",
    fix: Unsafe,
    security_severity: "7.4",
    check: Check::Namespace(check),
}

// One of skip-verify and this rule speaks of an entry, never both.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for entry in skipping(context) {
        let Some(ca) = entry.ca else {
            continue;
        };
        let finding = context
            .finding(
                &RULE,
                entry.value.clone(),
                format!(
                    "the certificate of `{}` is not verified, although a CA is named for it",
                    entry.name
                ),
            )
            .label("verifies nothing")
            .related(context.location(ca), "without effect")
            .help("delete `skip_verify`: the CA is there to verify with")
            .releases(entry.releases)
            .fix(
                Safety::Unsafe,
                "verify the certificate",
                entry.value,
                "false",
            );
        let exposed = !entry.is_loopback && context.environment() == Environment::Production;
        out.push(if exposed {
            finding.effect("containerd does not use the CA: anyone on the way can answer in the registry's place, and read the credentials that it is sent")
        } else {
            finding
                .severity(Severity::Warning)
                .consequence(Consequence::KeyIgnored)
                .effect("containerd does not use the CA, and does not say so")
        });
    }
}
