use crate::facts::tls::{date, dates};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A CA or client certificate that has expired.
    ///
    /// ## What it does
    ///
    /// Reports expired certificates in the files of `ca` and `client`, and in those of a directory without hosts.toml. It is a
    /// warning while another endpoint can do the same, or if the file has valid CAs as well, and an error when no endpoint
    /// is left, because pulls then fail.
    ///
    /// ## Why
    ///
    /// containerd loads the file without checking dates. It then rejects every server certificate issued by the CA, and
    /// registries reject the client. containerd tries the next endpoint, and the mirror is silently unused.
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
    /// The renewed CA certificate:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// For bundles maintained elsewhere that keep old CAs for a while.
    ///
    /// ## Source
    ///
    /// Go's `x509.Certificate.Verify`, which checks the dates of every certificate in the chain, including the root.
    name: "expired-certificate",
    category: Certificates,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

// A CA beside `skip_verify = true` verifies nothing: skip-verify-with-ca reports it.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let dated = dates::Dated {
        rule: &RULE,
        is_bad: |certificate, now| certificate.is_expired(now),
        verb: |certificate| format!("expired on {}", date(certificate.not_after)),
        plural: "have expired",
        help: "put the renewed certificate into",
        help_in_part: "delete it from the file, and keep the valid ones",
        in_part: Severity::Warning,
    };
    dates::check(context, &dated, out);
}
