use crate::containerd::Cause;
use crate::facts::tls::{TlsFaultKind, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// An encrypted client key.
    ///
    /// ## What it does
    ///
    /// Reports client keys that are encrypted, in PKCS#8 or in OpenSSL's traditional format.
    ///
    /// ## Why
    ///
    /// containerd has no setting for a password. It loads client keys before its first request, and a key that it cannot
    /// load fails every pull from the registry, whichever endpoint it is for.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.pem", "client-rsa-encrypted.key"]]
    /// ```
    ///
    /// ## Use instead
    ///
    /// The decrypted key (`openssl pkey -in client-rsa-encrypted.key -out client-rsa.key`), readable only by root:
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
    name: "encrypted-client-key",
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
            ..
        } = &fault.cause
        else {
            continue;
        };
        if fault.kind != TlsFaultKind::EncryptedKey {
            continue;
        }
        let (name, path) = if key.is_empty() {
            (named(&written.0, certificate), certificate)
        } else {
            (named(&written.1, key), key)
        };
        out.push(
            fault
                .finding(
                    context,
                    &RULE,
                    |place| place.key_span(),
                    path,
                    format!(
                        "the client key in `{name}` is encrypted, and containerd has no setting for a password"
                    ),
                )
                .label("encrypted")
                .help(format!(
                    "decrypt it into a file that only root can read: `openssl pkey -in {name} -out decrypted.key && chmod 600 decrypted.key`"
                )),
        );
    }
}
