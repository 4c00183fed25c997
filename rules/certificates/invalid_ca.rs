use crate::containerd::{Cause, Files};
use crate::facts::tls::{Contents, FaultKind, classify, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// A CA file in which Go finds no certificate.
    ///
    /// ## What it does
    ///
    /// Reports files named by `ca`, and `*.crt` of a directory without hosts.toml, that hold not a single PEM
    /// certificate that Go reads. Says what the file is: DER, a key, a request, a web page, PEM with indented
    /// lines … and, where there is one, the command that makes PEM of it.
    ///
    /// ## Why
    ///
    /// containerd reads these files before its first request. One without a certificate fails every pull from
    /// the registry, whichever endpoint it belongs to. The error names the file and not the reason.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.der"
    /// ```
    ///
    /// ## Use instead
    ///
    /// `openssl x509 -inform der -in ca-rsa.der -out ca-rsa.pem`, and
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no case in which pulls succeed with such a file.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/pki.jsonl`. Go's `x509.CertPool.AppendCertsFromPEM`.
    name: "invalid-ca",
    category: Certificates,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for fault in faults(context) {
        let Cause::Ca { written, path } = &fault.cause else {
            continue;
        };
        if fault.kind != FaultKind::Ca {
            continue;
        }
        let name = named(written, path);
        let bytes = context.reads.read(path).unwrap_or_default();
        let contents = classify(&bytes);
        let help = match (contents.conversion(name, false), &contents) {
            // Without hosts.toml the name is what counts.
            (Some(command), _) if written.is_empty() => {
                format!("make PEM of it, and put that in its place: `{command}`")
            }
            (Some(command), _) => format!("make PEM of it: `{command}`"),
            (None, Contents::PrivateKey | Contents::EncryptedPrivateKey) => {
                "name the certificate of the CA; a private key has no place here".to_owned()
            }
            (None, Contents::CertificateRequest | Contents::DerRequest) => {
                "name the certificate of the CA that signs such requests".to_owned()
            }
            _ => "name a PEM file with the certificate of the CA that issued the registry's certificate"
                .to_owned(),
        };
        out.push(
            fault
                .finding(
                    context,
                    &RULE,
                    |place| place.span.clone(),
                    path,
                    format!(
                        "CA file `{name}` holds no certificate that Go reads: it is {contents}"
                    ),
                )
                .label("no PEM certificate")
                .help(help),
        );
    }
}
