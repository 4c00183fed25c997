//! A second opinion where the program keeps a reader of its own because Go's answers decide what containerd
//! does: certificates against `x509-parser`, URLs against `url`.
//!
//! The crates take what Go refuses and the other way round (names, serials and trailing bytes; default
//! ports, upper case, odd characters). Where nothing of that is in play, both must agree.

use std::fs;
use std::path::Path;

use certsd_lint::go::x509::Certificate;
use certsd_lint::go::{Rules, pem, url as go};
use proptest::prelude::*;
use x509_parser::prelude::{FromDer, X509Certificate};

#[test]
fn both_readers_see_the_same_certificate() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki");
    let mut compared = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let data = fs::read(&path).unwrap();
        for block in pem::blocks(&data).filter(|block| block.is_certificate()) {
            let Ok(ours) = Certificate::from_block(&block) else {
                continue;
            };
            let (_, theirs) = X509Certificate::from_der(&block.contents).unwrap();
            compare(&ours, &theirs, &path);
            compared += 1;
        }
    }
    assert!(compared >= 20, "{compared} certificates");
}

fn compare(ours: &Certificate, theirs: &X509Certificate<'_>, path: &Path) {
    let path = path.display();
    assert_eq!(
        ours.not_before,
        theirs.validity().not_before.timestamp(),
        "{path}"
    );
    assert_eq!(
        ours.not_after,
        theirs.validity().not_after.timestamp(),
        "{path}"
    );
    let common_name = theirs
        .subject()
        .iter_common_name()
        .next()
        .and_then(|name| name.as_str().ok());
    assert_eq!(ours.subject.common_name(), common_name, "{path}");
    assert_eq!(
        ours.self_issued,
        theirs.subject() == theirs.issuer(),
        "{path}"
    );
    let constraints = theirs.basic_constraints().unwrap();
    assert_eq!(
        ours.basic_constraints.as_ref().map(|c| c.ca),
        constraints.map(|c| c.value.ca),
        "{path}"
    );
    let usage = theirs.key_usage().unwrap();
    assert_eq!(
        ours.key_usage.as_ref().map(|u| u.cert_sign()),
        usage.map(|u| u.value.key_cert_sign()),
        "{path}"
    );
    let extended = theirs.extended_key_usage().unwrap();
    assert_eq!(
        ours.extended_key_usage.is_some(),
        extended.is_some(),
        "{path}"
    );
    let bits = theirs.public_key().parsed().map(|key| key.key_size()).ok();
    if ours.public_key.kind() == "RSA" {
        assert_eq!(
            ours.public_key.bits(),
            bits.map(|bits| bits as u64),
            "{path}"
        );
    }
}

proptest! {
    /// Plain URLs, as people write them: what a browser reads is what Go reads.
    #[test]
    fn both_readers_split_a_plain_url_alike(
        scheme in "https?",
        host in "[a-z][a-z0-9-]{0,8}[a-z0-9](\\.[a-z][a-z0-9]{1,5}){0,2}",
        port in proptest::option::of(1024u16..),
        path in "(/[a-z0-9_.-]*[a-z0-9]){0,3}",
    ) {
        // A browser spells such a name out, and refuses it where that cannot be done.
        prop_assume!(!host.starts_with("xn--"));
        let port = port.map(|p| format!(":{p}")).unwrap_or_default();
        let text = format!("{scheme}://{host}{port}{path}");
        let ours = go::parse(&text, Rules::NEWEST).unwrap();
        let theirs = url::Url::parse(&text).unwrap();
        prop_assert_eq!(&ours.scheme, theirs.scheme());
        let authority = match theirs.port() {
            Some(port) => format!("{}:{port}", theirs.host_str().unwrap()),
            None => theirs.host_str().unwrap().to_owned(),
        };
        prop_assert_eq!(&ours.host, &authority);
        // A browser's path is never empty.
        let path = if ours.path.is_empty() { "/" } else { &ours.path };
        prop_assert_eq!(path, theirs.path());
    }
}
