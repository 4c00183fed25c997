use crate::containerd::{Cause, Files};
use crate::facts::tls::{Contents, TlsFaultKind, classify, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// A CA file without a certificate that Go can read.
    ///
    /// ## What it does
    ///
    /// Reports files of `ca`, and `*.crt` in a directory without hosts.toml, in which Go finds no PEM certificate. The message
    /// names the kind of the file (DER, a key, a certificate request, a web page, indented PEM …) and the subject of the certificate, if
    /// it can be read. The help has the command that converts it, if there is one.
    ///
    /// ## Why
    ///
    /// containerd reads these files before its first request. One without a certificate fails every pull from
    /// the registry, whichever endpoint it is for. The error names the file, but not the reason.
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
    /// Never: pulls fail with such a file.
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
        if fault.kind != TlsFaultKind::Ca {
            continue;
        }
        let name = named(written, path);
        let bytes = context.reads.read(path).unwrap_or_default();
        let contents = classify(&bytes);
        let help = match (contents.conversion(name, false), &contents) {
            // Without hosts.toml, the file's name matters.
            (Some(command), _) if written.is_empty() => {
                format!("replace it with PEM: `{command}`")
            }
            (Some(command), _) => format!("convert it to PEM: `{command}`"),
            (None, Contents::PrivateKey | Contents::EncryptedPrivateKey) => {
                "write the file with the CA's certificate, not with a private key".to_owned()
            }
            (None, Contents::CertificateRequest | Contents::DerRequest) => {
                "write the file with the certificate of the CA that signs such requests".to_owned()
            }
            _ => "write a PEM file with the certificate of the CA that issued the registry's certificate"
                .to_owned(),
        };
        let label = contents
            .bearer(&bytes)
            .unwrap_or_else(|| "no PEM certificate".to_owned());
        out.push(
            fault
                .finding(
                    context,
                    &RULE,
                    |place| place.span.clone(),
                    path,
                    format!(
                        "CA file `{name}` contains no certificate that Go can read: it is {contents}"
                    ),
                )
                .label(label)
                .help(help),
        );
    }
}
