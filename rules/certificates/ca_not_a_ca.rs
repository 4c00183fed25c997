use crate::facts::tls::{certificate_files, entries};
use crate::facts::{Check, NamespaceContext};
use crate::finding::words::list;
use crate::finding::{Consequence, Finding};
use crate::go::x509::Certificate;

crate::rule! {
    /// A certificate in `ca` that may not issue certificates.
    ///
    /// ## What it does
    ///
    /// Reports CA files none of whose certificates is a certificate authority by its own words: a server's
    /// certificate, or an authority whose key usage leaves out signing certificates. A server certificate that
    /// signed itself is left alone: to trust it, it has to be named.
    ///
    /// ## Why
    ///
    /// Go accepts a certificate named in `ca` when the server presents exactly that one, and no
    /// other that it issued. So a server's certificate works until the server renews it; an authority that may not
    /// sign never vouches for anything.
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
    /// When you do mean this one certificate, and replace the file whenever the server's is renewed.
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
                    "CA `{subject}` in `{}` may not sign certificates: its key usage lacks keyCertSign",
                    file.name
                ),
            )
            .label("may not sign certificates")
            .effect(format!(
                "containerd refuses every server certificate that it issued: {}",
                file.requests_fail(entries)
            ))
            .help("have the CA's certificate issued anew, with keyCertSign in its key usage")
        } else {
            let place = (first, format!("issued by `{}`", first.issuer.display()));
            file.finding(
                context,
                &RULE,
                [place],
                format!(
                    "`{subject}` in `{}` is no CA, but a certificate that `{}` issued",
                    file.name,
                    first.issuer.display()
                ),
            )
            .consequence(Consequence::Misread)
            .label("no CA")
            .effect(format!(
                "{endpoints} is trusted while it presents this very certificate, and refused as soon as it is renewed"
            ))
            .help(format!(
                "name the certificate of the CA `{}`",
                first.issuer.display()
            ))
        };
        out.push(finding);
    }
}
