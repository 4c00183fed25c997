use crate::facts::tls::{certificate_files, entries};
use crate::facts::{Check, NamespaceContext};
use crate::finding::words::list;
use crate::finding::{Consequence, Finding};
use crate::go::x509::Certificate;

crate::rule! {
    /// A certificate in `ca` that is not a certificate authority.
    ///
    /// ## What it does
    ///
    /// Reports CA files in which no certificate may issue others: a server's certificate, or a CA whose key usage lacks
    /// keyCertSign. A self-signed server certificate is not reported, because naming it is the way to trust it.
    ///
    /// ## Why
    ///
    /// Go accepts a certificate in `ca` if the server presents exactly that one, but nothing that it issued. A server's
    /// certificate therefore works until it is renewed, and a CA without keyCertSign never works.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "client-server-only.pem"
    /// ```
    ///
    /// ## Use instead
    ///
    /// The certificate of the CA that issued it:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// If you mean this one certificate, and replace the file whenever the server's is renewed.
    ///
    /// ## Source
    ///
    /// Go's `x509.Certificate.Verify` and `CheckSignatureFrom`; RFC 5280, sections 4.2.1.3 and 4.2.1.9.
    name: "ca-not-a-ca",
    category: Certificates,
    severity: Warning,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let entries = entries(context);
    for file in certificate_files(context) {
        if file.ca.is_empty() || file.certificates().iter().any(Certificate::may_issue) {
            continue;
        }
        let is_ca = |c: &&Certificate| c.basic_constraints.is_some_and(|b| b.ca);
        let pinned = |c: &&Certificate| c.self_issued && !is_ca(c);
        if file.certificates().iter().any(|c| pinned(&c)) {
            continue;
        }
        let Some(first) = file.certificates().first() else {
            continue;
        };
        let endpoints = list(&file.endpoints(entries));
        let subject = first.subject.display();
        let finding = if is_ca(&first) {
            let place = (first, "its key usage lacks keyCertSign".to_owned());
            file.finding(
                context,
                &RULE,
                [place],
                format!(
                    "CA `{subject}` in `{}` cannot issue certificates: its key usage lacks keyCertSign",
                    file.name
                ),
            )
            .label("cannot issue certificates")
            .effect(format!(
                "containerd rejects every server certificate issued by it, so requests to {endpoints} fail"
            ))
            .help("reissue the CA's certificate with keyCertSign in its key usage")
        } else {
            let place = (first, format!("issued by `{}`", first.issuer.display()));
            file.finding(
                context,
                &RULE,
                [place],
                format!(
                    "`{subject}` in `{}` is not a CA, but a certificate issued by `{}`",
                    file.name,
                    first.issuer.display()
                ),
            )
            .consequence(Consequence::Misread)
            .label("not a CA")
            .effect(format!(
                "{endpoints} works while it presents this certificate, and fails once that is renewed"
            ))
            .help(format!(
                "write the file with the certificate of the CA `{}`",
                first.issuer.display()
            ))
        };
        out.push(finding);
    }
}
