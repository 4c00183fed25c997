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
    /// signed with SHA-1 or MD5. Such a signature on a CA is a note: the signature of a trust anchor is not checked, but
    /// certificates issued by it are often signed the same way.
    ///
    /// ## Why
    ///
    /// An attacker who breaks a short CA key can pose as any registry that is verified with this CA. Go
    /// rejects SHA-1 and MD5 signatures on all certificates but trust anchors, and so do most registries.
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
    /// For devices that cannot use a better certificate.
    ///
    /// ## Source
    ///
    /// NIST SP 800-57 part 1; Go 1.18 and later reject SHA-1 signatures in `x509.Certificate.Verify`.
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
        // One finding per file: weak certificates in it are replaced together.
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
        "an attacker who breaks the key can pose as this client"
    } else {
        "an attacker who breaks the key can pose as the registry"
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
    .help("get it reissued for an ECDSA P-256 key, or an RSA key of at least 2048 bits")
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
        .help("get it reissued with SHA-256");
    if file.client.is_empty() {
        finding
            .severity(Severity::Note)
            .consequence(Consequence::Advice)
            .effect("the signature of a trust anchor is not checked, but containerd rejects server certificates that are signed the same way")
    } else {
        finding
            .consequence(Consequence::RequestsFail)
            .effect("registries reject such a signature, as Go and OpenSSL do by default")
    }
}
