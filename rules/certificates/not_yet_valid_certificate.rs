use crate::facts::tls::{date, dates};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A CA or client certificate whose first day is yet to come.
    ///
    /// ## What it does
    ///
    /// Reports certificates in the files named by `ca` and `client`, and in those of a directory without hosts.toml, that are
    /// not valid yet. One beside good ones is a note.
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
    /// ca = "ca-not-yet-valid.pem"
    /// ```
    ///
    /// ## Use instead
    ///
    /// Both, until the day has come:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// When the tree is deployed on or after that day.
    ///
    /// ## Source
    ///
    /// Go's `x509.Certificate.Verify`, which checks the dates of every certificate of the chain, its root included.
    name: "not-yet-valid-certificate",
    category: Certificates,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let dated = dates::Dated {
        rule: &RULE,
        is_bad: |certificate, now| certificate.is_not_yet_valid(now),
        verb: |certificate| format!("not valid before {}", date(certificate.not_before)),
        plural: "are not valid yet",
        help: "until then, put the one that is valid now into",
        help_in_part: "nothing, if it is there for the time when the present one ends",
        in_part: Severity::Note,
    };
    dates::check(context, &dated, out);
}
