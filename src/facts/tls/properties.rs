//! Certificates and keys come from anywhere: no bytes may make reading them panic.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{Contents, classify};
use crate::go::fixtures::pem as armored;
use crate::go::keys::KeyPair;
use crate::go::pem;
use crate::go::x509::CaPool;

/// Reads some bytes in every way there is, and checks that positions are within them.
fn read_everything(data: &[u8]) {
    let mut end = 0;
    for block in pem::blocks(data) {
        assert!(block.span.start >= end && block.span.end <= data.len());
        assert!(data[block.span.clone()].starts_with(b"-----BEGIN "));
        assert!(data[block.span.clone()].ends_with(b"-----"));
        end = block.span.end;
    }
    let pool = CaPool::read(data);
    for certificate in &pool.certificates {
        assert!(certificate.span.end <= data.len());
    }
    let _ = KeyPair::read(data, data);
    let contents = classify(data);
    let _ = (contents.to_string(), contents.conversion("ca.pem", true));
    // These bytes would be read wherever a file is not classified so.
    for contents in [
        contents,
        Contents::OldCertificate,
        Contents::DerCertificate,
        Contents::DerRequest,
        Contents::DerRevocationList,
    ] {
        let _ = contents.bearer(data);
    }
}

/// Every file in `fixtures/pki`.
static FIXTURES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pki");
    let mut paths: Vec<_> = std::fs::read_dir(directory)
        .expect("the fixtures")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).expect("a fixture"))
        .collect()
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_everything(&data);
    }

    #[test]
    fn any_lines(lines in proptest::collection::vec(prop_oneof![
        Just("-----BEGIN CERTIFICATE-----"), Just("-----END CERTIFICATE-----"), Just("-----BEGIN A:B-----"),
        Just("-----END A:B-----"), Just("-----BEGIN PRIVATE KEY-----"), Just("-----END PRIVATE KEY-----"),
        Just("-----BEGIN "), Just("-----END "), Just("-----"), Just("Name: value"), Just("Zm9v"), Just("="), Just(""),
        Just(" "), Just("\r"),
    ], 0..12), end in any::<bool>()) {
        let mut text = lines.join("\n");
        if end {
            text.push('\n');
        }
        read_everything(text.as_bytes());
    }

    #[test]
    fn damaged_files(index in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut data = index.get(&FIXTURES).clone();
        let at = at.index(data.len());
        if cut {
            data.truncate(at);
        } else {
            data[at] = byte;
        }
        read_everything(&data);
    }

    #[test]
    fn damaged_contents(index in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let blocks: Vec<_> = FIXTURES.iter().flat_map(|data| pem::blocks(data).collect::<Vec<_>>()).collect();
        let block = index.get(&blocks);
        let mut contents = block.contents.clone();
        let at = at.index(contents.len());
        if cut {
            contents.truncate(at);
        } else {
            contents[at] = byte;
        }
        read_everything(&armored(&block.label, &contents));
        read_everything(&contents);
    }
}
