//! Bytes are a file of certificates or keys, in PEM or as they are.

use certsd_lint::facts::tls::{Contents, classify};
use certsd_lint::go::keys::{KeyPair, read_private_key};
use certsd_lint::go::pem;
use certsd_lint::go::x509::{CaPool, Certificate};

use super::{Body, Seeds};

pub const BODY: Body = Body {
    name: "pki",
    run,
    seeds,
};

fn run(data: &[u8]) {
    let mut end = 0;
    for block in pem::blocks(data) {
        assert!(block.span.start >= end && block.span.end <= data.len());
        assert!(data[block.span.clone()].starts_with(b"-----BEGIN "));
        assert!(data[block.span.clone()].ends_with(b"-----"));
        end = block.span.end;
        if let Err(error) = read_private_key(&block) {
            assert!(!error.to_string().is_empty());
        }
    }
    let pool = CaPool::read(data);
    let blocks = pem::blocks(data).count();
    assert_eq!(pool.certificates.len() + pool.skipped.len(), blocks);
    for certificate in &pool.certificates {
        assert!(certificate.span.end <= data.len());
        look_at(certificate);
    }
    for skipped in &pool.skipped {
        assert!(!skipped.reason.to_string().is_empty());
    }
    // DER, without the PEM around it.
    if let Ok(certificate) = Certificate::from_der(data) {
        look_at(&certificate);
    }
    let pair = KeyPair::read(data, data);
    if let Err(error) = &pair {
        assert!(!error.to_string().is_empty());
    }
    let contents = classify(data);
    let _ = contents.conversion("ca.pem", pair.is_ok());
    assert!(!contents.to_string().is_empty());
    assert_eq!(
        pool.is_accepted(),
        matches!(contents, Contents::Certificates(_)),
        "{contents:?}"
    );
}

fn look_at(certificate: &Certificate) {
    let _ = (certificate.is_expired(0), certificate.is_not_yet_valid(0));
    let _ = (
        certificate.may_issue(),
        certificate.may_authenticate_client(),
    );
    let _ = (certificate.subject.display(), certificate.issuer.full());
    let _ = (
        certificate.public_key.kind(),
        certificate.public_key.is_weak(),
    );
}

fn seeds(seeds: &Seeds) -> Vec<Vec<u8>> {
    let files = seeds.files("fixtures/pki", "");
    let inside = files.iter().flat_map(|file| {
        pem::blocks(file)
            .map(|block| block.contents)
            .collect::<Vec<_>>()
    });
    files.iter().cloned().chain(inside).collect()
}
