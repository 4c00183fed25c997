use crate::containerd::{Cause, Files};
use crate::facts::tls::{TlsFaultKind, classify, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::go::keys::KeyPairError;
use crate::go::x509::CertificateError;

crate::rule! {
    /// A client certificate that Go cannot read.
    ///
    /// ## What it does
    ///
    /// Reports certificate files of `client`, and `*.cert` in a directory without hosts.toml, whose first certificate is
    /// missing, damaged, not PEM, or for a type of key that TLS does not support.
    ///
    /// ## Why
    ///
    /// containerd loads client certificates before its first request. One that it cannot load fails every pull
    /// from the registry, whichever endpoint it is for.
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
    /// Never: pulls fail with such a file.
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

// swapped-client-pair reports a swapped certificate and key, client-without-key a flat list.
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
        if fault.kind != TlsFaultKind::Certificate {
            continue;
        }
        let name = named(&written.0, certificate);
        let bytes = context.reads.read(certificate).unwrap_or_default();
        let contents = classify(&bytes);
        let (message, label) = match error {
            KeyPairError::Certificate(error) => (
                format!("client certificate `{name}` {error}"),
                "rejected by Go",
            ),
            KeyPairError::UnsupportedCertificateKey(kind) => (
                format!(
                    "client certificate `{name}` is for a key of type {kind}, which Go's TLS does not support"
                ),
                "unsupported key type",
            ),
            _ => (
                format!("client certificate `{name}` contains no certificate: it is {contents}"),
                "no PEM certificate",
            ),
        };
        let label = contents.bearer(&bytes).unwrap_or_else(|| label.to_owned());
        let help = match (error, contents.conversion(name, key.is_empty())) {
            (
                KeyPairError::UnsupportedCertificateKey(_)
                | KeyPairError::Certificate(CertificateError::UnsupportedCurve(_)),
                _,
            ) => {
                "get one issued for an RSA, ECDSA (P-256, P-384, P-521) or Ed25519 key".to_owned()
            }
            (KeyPairError::Certificate(_), _) => {
                "download the certificate again, or get it reissued".to_owned()
            }
            (_, Some(command)) => format!("convert it to PEM: `{command}`"),
            (KeyPairError::KeyInsteadOfCertificate, None) if key.is_empty() => {
                "write the certificate that the key belongs to: `client = [[\"CERTIFICATE\", \"KEY\"]]`"
                    .replace("KEY", name)
            }
            _ => "write the PEM file with the client's certificate".to_owned(),
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
