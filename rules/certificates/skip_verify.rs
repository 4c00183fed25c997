use crate::facts::tls::skipping;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Classification, Environment, Finding, Severity};

crate::rule! {
    /// `skip_verify = true`, which lets anyone on the network path pose as the registry.
    ///
    /// ## What it does
    ///
    /// Reports `skip_verify = true` for an HTTPS endpoint. In a development environment it is a note. Endpoints on this
    /// machine are not reported. With a CA in the same entry, see `skip-verify-with-ca`; for `http://`, see `plain-http`.
    ///
    /// ## Why
    ///
    /// Without verification, anyone who can redirect the connection can answer in place of the registry: change what a tag
    /// resolves to, and read the credentials that containerd sends.
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
    /// In test clusters: set `environment = "development"`.
    ///
    /// ## Source
    ///
    /// `docs/hosts.md` of containerd: "skip verifying the TLS certificate chain and host name".
    name: "skip-verify",
    category: Certificates,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: Unsafe,
    security_severity: "7.4",
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for entry in skipping(context) {
        if entry.ca.is_some() || entry.is_loopback {
            continue;
        }
        let help = match context.classify(&entry.host) {
            Classification::KnownPublic(_) => {
                "delete it: the certificate was issued by a public CA".to_owned()
            }
            _ if entry.root_needs_ca => {
                "delete it; if the registry's CA is private, write `ca = \"ca.pem\"` in its place and at the root of the file"
                    .to_owned()
            }
            _ => "delete it; if the registry's CA is private, write `ca = \"ca.pem\"` in its place".to_owned(),
        };
        let finding = context
            .finding(
                &RULE,
                entry.item.span.clone(),
                format!(
                    "`skip_verify` disables certificate verification for `{}`",
                    entry.name
                ),
            )
            .label("verifies nothing")
            .effect("anyone on the network path can pose as the registry and read credentials")
            .help(help)
            .releases(entry.releases.clone());
        out.push(match context.environment() {
            Environment::Production => entry.finish(context, finding),
            // It is probably meant there, and deleting it could leave the cluster without images.
            Environment::Development => finding.severity(Severity::Note),
        });
    }
}
