use crate::facts::tls::{CertificateFile, certificate_files, entries};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Severity};
use crate::go::x509::Certificate;

crate::rule! {
    /// A certificate with a short key, or signed with SHA-1 or MD5.
    ///
    /// ## What it does
    ///
    /// Reports CA and client certificates whose RSA key has fewer than 2048 bits, and client certificates that are
    /// signed with SHA-1 or MD5. Such a signature on a CA is a note: nobody checks that of a trust anchor, but
    /// what it issues is often signed in the same way.
    ///
    /// ## Why
    ///
    /// A short key can be broken, and whoever does can pose as any registry that containerd checks with this CA. Go
    /// refuses SHA-1 and MD5 signatures on all but trust anchors, and so do most registries.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa-1024.pem"
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
    /// For equipment that cannot be given a better certificate.
    ///
    /// ## Source
    ///
    /// NIST SP 800-57 part 1; Go 1.18 and later refuse SHA-1 signatures in `x509.Certificate.Verify`.
    name: "weak-certificate",
    category: Certificates,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    security_severity: "5.0",
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let _entries = entries(context);
    for file in certificate_files(context) {
        // One finding a file: what is weak in it is replaced together.
        let short = file.certificates().iter().find(|c| c.public_key.is_weak());
        let signed = file
            .certificates()
            .iter()
            .find(|c| c.signature_algorithm.weak);
        if let Some(certificate) = short {
            out.push(short_key(context, file, certificate));
        } else if let Some(certificate) = signed {
            out.push(weak_signature(context, file, certificate));
        }
    }
}

fn short_key(
    context: &NamespaceContext,
    file: &CertificateFile,
    certificate: &Certificate,
) -> Finding {
    let key = &certificate.public_key;
    let size = format!("{}, {} bits", key.kind(), key.bits().unwrap_or_default());
    let effect = if file.ca.is_empty() {
        "whoever breaks the key can pose as this client"
    } else {
        "whoever breaks the key can pose as the registry"
    };
    file.finding(
        context,
        &RULE,
        [(certificate, size.clone())],
        format!(
            "`{}` in `{}` has a short key: {size}",
            certificate.subject.display(),
            file.name
        ),
    )
    .label(format!("{} bits", key.bits().unwrap_or_default()))
    .effect(effect)
    .help("have it issued for an ECDSA P-256 key, or an RSA key of 2048 bits or more")
}

fn weak_signature(
    context: &NamespaceContext,
    file: &CertificateFile,
    certificate: &Certificate,
) -> Finding {
    let algorithm = &certificate.signature_algorithm.name;
    let finding = file
        .finding(
            context,
            &RULE,
            [(certificate, format!("signed with {algorithm}"))],
            format!(
                "`{}` in `{}` is signed with {algorithm}",
                certificate.subject.display(),
                file.name
            ),
        )
        .label(algorithm.clone())
        .help("have it issued anew with SHA-256");
    if file.client.is_empty() {
        finding
            .severity(Severity::Note)
            .consequence(Consequence::Advice)
            .effect("nobody checks the signature of a trust anchor; server certificates that it signs in the same way are refused")
    } else {
        finding
            .consequence(Consequence::RequestsFail)
            .effect("registries refuse such a signature, as Go and OpenSSL do by default")
    }
}
