use crate::containerd::hosts::ClientPair;
use crate::containerd::{Cause, Files};
use crate::facts::tls::{TlsFault, TlsFaultKind, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::go::keys::{KeyPair, KeyPairError};
use crate::go::pem;

crate::rule! {
    /// A client key that does not match its certificate.
    ///
    /// ## What it does
    ///
    /// Reports client certificates and keys that are valid but do not match. The client's own certificate must be the first
    /// in its file.
    ///
    /// ## Why
    ///
    /// containerd loads client certificates before its first request. A key that does not match fails every pull from the
    /// registry, whichever endpoint it is for. It happens when only one of the two is renewed.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.pem", "client-ec.key"]]
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
    name: "client-key-mismatch",
    category: Certificates,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for fault in faults(context) {
        let Cause::ClientKeyPair {
            written,
            certificate,
            key,
            error,
        } = &fault.cause
        else {
            continue;
        };
        if fault.kind != TlsFaultKind::Mismatch {
            continue;
        }
        let name = named(&written.0, certificate);
        let path = if key.is_empty() { certificate } else { key };
        let key_name = if key.is_empty() {
            name
        } else {
            named(&written.1, key)
        };
        let subject = subject(context, certificate);
        let message = match error {
            _ if key.is_empty() => {
                format!("the key in `{name}` does not match its first certificate{subject}")
            }
            KeyPairError::KindMismatch {
                certificate,
                key: kind,
            } => format!(
                "the key in `{key_name}` has type {kind}, but the certificate in `{name}`{subject} is for type {certificate}"
            ),
            _ => format!(
                "the key in `{key_name}` does not match the certificate in `{name}`{subject}"
            ),
        };
        let help = if belongs_to_a_later_one(context, certificate, path) {
            format!(
                "put the client's own certificate first in `{name}`, before the CA certificates: the key matches a later one"
            )
        } else if let Some(other) = other_key(context, fault, certificate) {
            format!("write `{other}`, which matches `{name}`")
        } else {
            format!(
                "write the key that the certificate was issued for; both commands must print the same: \
                 `openssl x509 -noout -pubkey -in {name}` and `openssl pkey -pubout -in {key_name}`"
            )
        };
        out.push(
            fault
                .finding(context, &RULE, |place| place.key_span(), path, message)
                .label("does not match")
                .help(help),
        );
    }
}

/// The certificate's subject, to follow the file's name.
fn subject(context: &NamespaceContext, certificate: &str) -> String {
    let certificates = crate::facts::tls::read_certificates(context, certificate);
    match certificates.first() {
        Some(first) => format!(" (for `{}`)", first.subject.display()),
        None => String::new(),
    }
}

/// Whether the file has the client's certificate after that of a CA.
fn belongs_to_a_later_one(context: &NamespaceContext, certificate: &str, key: &str) -> bool {
    let (Ok(data), Ok(key)) = (context.reads.read(certificate), context.reads.read(key)) else {
        return false;
    };
    pem::blocks(&data)
        .filter(pem::Block::is_certificate)
        .skip(1)
        .any(|block| {
            data.get(block.span.start..)
                .is_some_and(|rest| KeyPair::read(rest, &key).is_ok())
        })
}

/// The matching key among those in the same value: two pairs with swapped keys.
fn other_key(context: &NamespaceContext, fault: &TlsFault, certificate: &str) -> Option<String> {
    let certificate = context.reads.read(certificate).ok()?;
    let (pairs, _) = fault.places.first()?.client.as_ref()?;
    pairs
        .iter()
        .filter_map(|pair: &ClientPair| pair.key.as_ref())
        .find(|key| {
            let bytes = context.reads.read(&key.path);
            bytes.is_ok_and(|bytes| KeyPair::read(&certificate, &bytes).is_ok())
        })
        .map(|key| key.written.clone())
}
