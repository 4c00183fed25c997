use crate::containerd::{Cause, Files};
use crate::facts::tls::{FaultKind, classify, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::go::keys::KeyPairError;
use crate::go::x509::CertificateError;

crate::rule! {
    /// A client certificate that Go does not read.
    ///
    /// ## What it does
    ///
    /// Reports files named by `client` as a certificate, and `*.cert` of a directory without hosts.toml, whose
    /// first certificate is none: no PEM, another kind of PEM, damaged, or for a kind of key that TLS cannot use.
    ///
    /// ## Why
    ///
    /// containerd loads client certificates before its first request. One that it cannot load fails every pull
    /// from the registry, whichever endpoint it belongs to.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["request.csr", "client-rsa.key"]]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.pem", "client-rsa.key"]]
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no case in which pulls succeed with such a file.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/pki.jsonl`. Go's `tls.X509KeyPair`.
    name: "invalid-client-certificate",
    category: Certificates,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

// Certificate and key the wrong way round are told by swapped-client-pair; a flat list by
// client-without-key.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for fault in faults(context) {
        let Cause::ClientKeyPair {
            written,
            certificate,
            key,
            error,
        } = &fault.cause
        else {
            continue;
        };
        if fault.kind != FaultKind::Certificate {
            continue;
        }
        let name = named(&written.0, certificate);
        let bytes = context.reads.read(certificate).unwrap_or_default();
        let contents = classify(&bytes);
        let (message, label) = match error {
            KeyPairError::Certificate(error) => (
                format!("client certificate `{name}` {error}"),
                "refused by Go",
            ),
            KeyPairError::UnsupportedCertificateKey(kind) => (
                format!(
                    "client certificate `{name}` is for a key of the kind {kind}, which Go's TLS cannot use"
                ),
                "unusable kind of key",
            ),
            _ => (
                format!("client certificate `{name}` holds no certificate: it is {contents}"),
                "no PEM certificate",
            ),
        };
        let help = match (error, contents.conversion(name, key.is_empty())) {
            (
                KeyPairError::UnsupportedCertificateKey(_)
                | KeyPairError::Certificate(CertificateError::UnsupportedCurve(_)),
                _,
            ) => {
                "have one issued for an RSA, ECDSA (P-256, P-384, P-521) or Ed25519 key".to_owned()
            }
            (KeyPairError::Certificate(_), _) => {
                "fetch the certificate again, or have it issued anew".to_owned()
            }
            (_, Some(command)) => format!("make PEM of it: `{command}`"),
            (KeyPairError::KeyInsteadOfCertificate, None) if key.is_empty() => {
                "name the certificate that the key belongs to: `client = [[\"CERTIFICATE\", \"KEY\"]]`"
                    .replace("KEY", name)
            }
            _ => "name the PEM file with the client's certificate".to_owned(),
        };
        out.push(
            fault
                .finding(
                    context,
                    &RULE,
                    |place| place.span.clone(),
                    certificate,
                    message,
                )
                .label(label)
                .help(help),
        );
    }
}
