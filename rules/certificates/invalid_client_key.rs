use crate::containerd::{Cause, Files};
use crate::facts::tls::{TlsFaultKind, classify, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::go::keys::{KeyError, KeyPairError};

crate::rule! {
    /// A client key that is damaged, or of a type that Go's TLS does not support.
    ///
    /// ## What it does
    ///
    /// Reports private keys of client certificates that Go rejects: truncated or inconsistent ones, DSA, Ed448,
    /// curves other than the four of NIST, and OpenSSH's own format.
    ///
    /// ## Why
    ///
    /// containerd loads client keys before its first request. One that it cannot load fails every pull from
    /// the registry, whichever endpoint it is for.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.pem", "unusable-dsa.key"]]
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
    /// Never: pulls fail with such a key.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/pki.jsonl`. Go's `tls.X509KeyPair`.
    name: "invalid-client-key",
    category: Certificates,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

// encrypted-client-key reports encrypted keys, client-key-mismatch those of another certificate, client-without-key
// files without any key.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for fault in faults(context) {
        let Cause::ClientKeyPair {
            written,
            certificate,
            key,
            error: KeyPairError::Key(error),
        } = &fault.cause
        else {
            continue;
        };
        if fault.kind != TlsFaultKind::Key {
            continue;
        }
        let (name, path) = if key.is_empty() {
            (named(&written.0, certificate), certificate)
        } else {
            (named(&written.1, key), key)
        };
        let help = match error {
            KeyError::UnsupportedKind(kind) if kind == "OpenSSH" => {
                format!("convert a copy in place: `ssh-keygen -p -m PEM -N '' -f {name}`")
            }
            KeyError::Damaged(_) => {
                let bytes = context.reads.read(path).unwrap_or_default();
                match classify(&bytes).conversion(name, true) {
                    Some(command) => format!("convert it to PEM: `{command}`"),
                    None => {
                        "copy the key again; if it is lost, get a certificate issued for a new one"
                            .to_owned()
                    }
                }
            }
            _ => "get a certificate issued for an RSA, ECDSA (P-256, P-384, P-521) or Ed25519 key"
                .to_owned(),
        };
        out.push(
            fault
                .finding(
                    context,
                    &RULE,
                    |place| place.key_span(),
                    path,
                    format!("the client key in `{name}` {error}"),
                )
                .label("rejected by Go")
                .help(help),
        );
    }
}
