use crate::facts::tls::{date, dates};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A CA or client certificate that has expired.
    ///
    /// ## What it does
    ///
    /// Reports certificates in the files named by `ca` and `client`, and in those of a directory without hosts.toml, whose
    /// last day is past. An expired CA beside good ones is a warning.
    ///
    /// ## Why
    ///
    /// containerd loads the file without looking at dates. Then every server certificate that rests on the CA is
    /// refused, and a registry refuses the client. containerd goes on to the next endpoint, so that the mirror
    /// is silently out of use.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-expired.pem"
    /// ```
    ///
    /// ## Use instead
    ///
    /// The CA that succeeded it:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// For bundles that others maintain, where an old CA stays for a while.
    ///
    /// ## Source
    ///
    /// Go's `x509.Certificate.Verify`, which checks the dates of every certificate of the chain, its root included.
    name: "expired-certificate",
    category: Certificates,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

// A CA beside `skip_verify = true` verifies nothing, and is left to skip-verify-with-ca.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let dated = dates::Dated {
        rule: &RULE,
        is_bad: |certificate, now| certificate.is_expired(now),
        verb: |certificate| format!("expired on {}", date(certificate.not_after)),
        plural: "have expired",
        help: "put its successor into",
        help_in_part: "delete it from the file; what is still in use stays",
        in_part: Severity::Warning,
    };
    dates::check(context, &dated, out);
}
