use crate::facts::tls::{SkippingEntry, skipping};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Classification, Environment, Finding, Safety, Severity};

crate::rule! {
    /// `skip_verify = true`: anyone on the way can pose as the registry.
    ///
    /// ## What it does
    ///
    /// Reports `skip_verify = true` for an endpoint that is asked by HTTPS. In a development environment it is a note. Hosts
    /// that are this machine are left alone.
    ///
    /// ## Why
    ///
    /// Without verification, whoever can redirect the connection answers in the registry's place: with other images
    /// where tags are resolved, and with the credentials that containerd sends in his hands.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// skip_verify = true
    /// ```
    ///
    /// ## Use instead
    ///
    /// The CA that issued the registry's certificate:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// In test clusters: `environment = "development"` says so.
    ///
    /// ## Source
    ///
    /// `docs/hosts.md` of containerd: "skip verifying the TLS certificate chain and host name".
    name: "skip-verify",
    category: Certificates,
    severity: Error,
    consequence: Exposure,
    releases: "all",
    fix: Unsafe,
    security_severity: "7.4",
    check: Check::Namespace(check),
}

// Where a CA stands beside it, skip-verify-with-ca speaks, for there the remedy is another; on `http://`,
// tls-settings-on-http, for there the connection is open to all anyway.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for SkippingEntry {
        value,
        name,
        host,
        ca,
        is_loopback,
        releases,
    } in skipping(context)
    {
        if ca.is_some() || is_loopback {
            continue;
        }
        let help = match context.classify(&host) {
            Classification::KnownPublic(_) => {
                "delete it: the certificate is from a CA that every system knows"
            }
            _ => "delete it; if the certificate is from a private CA, name that: `ca = \"ca.pem\"`",
        };
        let finding = context
            .finding(
                &RULE,
                value.clone(),
                format!("the certificate of `{name}` is not verified"),
            )
            .label("verifies nothing")
            .effect("anyone on the way to it can answer in its place, and read the credentials that it is sent")
            .help(help)
            .releases(releases);
        out.push(match context.environment() {
            Environment::Production => {
                finding.fix(Safety::Unsafe, "verify the certificate", value, "false")
            }
            // There it is meant, most likely, and nobody wants to find the cluster without images.
            Environment::Development => finding.severity(Severity::Note),
        });
    }
}
