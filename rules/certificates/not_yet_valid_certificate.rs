use crate::facts::tls::{date, dates};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A CA or client certificate that is not valid yet.
    ///
    /// ## What it does
    ///
    /// Reports certificates in the files of `ca` and `client`, and in those of a directory without hosts.toml, that are
    /// not valid yet. It is a note if the file has valid ones as well, a warning while another endpoint can do the same, and
    /// an error when none is left, because pulls then fail.
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
    /// ca = "ca-not-yet-valid.pem"
    /// ```
    ///
    /// ## Use instead
    ///
    /// The current certificate, until that day:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// If the tree is deployed on or after that day.
    ///
    /// ## Source
    ///
    /// Go's `x509.Certificate.Verify`, which checks the dates of every certificate in the chain, including the root.
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
        help: "until then, put the currently valid certificate into",
        help_in_part: "no action is needed if it is staged to replace the current certificate",
        in_part: Severity::Note,
    };
    dates::check(context, &dated, out);
}
