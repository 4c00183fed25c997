use crate::containerd::{Cause, Files};
use crate::facts::tls::{FileMention, TlsFaultKind, array_element, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::go::keys::KeyPair;

crate::rule! {
    /// A client's certificate and key in the wrong order.
    ///
    /// ## What it does
    ///
    /// Reports pairs in `client` whose first file contains the key and whose second file contains the certificate; in a
    /// directory without hosts.toml, a `.cert` with the key and a `.key` with the certificate.
    ///
    /// ## Why
    ///
    /// containerd loads client certificates before its first request. A swapped pair fails every pull
    /// from the registry, whichever endpoint it is for.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.key", "client-rsa.pem"]]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.pem", "client-rsa.key"]]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: pulls fail with such a pair.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/pki.jsonl`. Go's `tls.X509KeyPair`.
    name: "swapped-client-pair",
    category: Certificates,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for fault in faults(context) {
        let Cause::ClientKeyPair {
            written,
            certificate,
            key,
            ..
        } = &fault.cause
        else {
            continue;
        };
        if fault.kind != TlsFaultKind::Swapped {
            continue;
        }
        let (first, second) = (named(&written.0, certificate), named(&written.1, key));
        let help = if written.0.is_empty() {
            format!(
                "swap the names of the two files: containerd reads the certificate from `{first}`"
            )
        } else {
            format!("write the certificate first: `[\"{second}\", \"{first}\"]`")
        };
        let mut finding = fault
            .finding(
                context,
                &RULE,
                |place| array_element(context, place.span.as_ref()?),
                certificate,
                format!(
                    "client certificate `{first}` contains the key, and `{second}` the certificate"
                ),
            )
            .label("swapped")
            .help(help);
        finding.fix = fix(context, &fault.places, certificate, key);
        out.push(finding);
    }
}

fn fix(
    context: &NamespaceContext,
    places: &[FileMention],
    first: &str,
    second: &str,
) -> Option<Fix> {
    // They must match once swapped back: otherwise more is wrong.
    let (key, certificate) = (
        context.reads.read(first).ok()?,
        context.reads.read(second).ok()?,
    );
    KeyPair::read(&certificate, &key).ok()?;
    let mut edits = Vec::new();
    for place in places {
        let (one, two) = (place.span.clone()?, place.key_span()?);
        let text = |span: &std::ops::Range<usize>| context.text().get(span.clone());
        let (one_text, two_text) = (text(&one)?.to_owned(), text(&two)?.to_owned());
        edits.push(Edit {
            span: one,
            replacement: two_text,
        });
        edits.push(Edit {
            span: two,
            replacement: one_text,
        });
    }
    Some(Fix::new(Safety::Safe, "write the certificate first", edits))
}
