//! A second opinion on certificates: what this project's reader makes of one, `x509-parser` makes of it too.
//!
//! The program keeps its own reader because Go's acceptance decides what containerd does, and the crate's
//! differs (it takes names, serials and trailing bytes that Go refuses). Where both take a
//! certificate they must agree on what is in it.

use std::fs;
use std::path::Path;

use certsd_lint::pki::{Certificate, pem};
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
