//! A file of certificate authorities, as Go's `CertPool.AppendCertsFromPEM` reads it.
//!
//! containerd reads each file that `ca` names, and each `*.crt` of Docker's layout, this way, and fails every pull from the
//! namespace where not a single certificate is added. Skipped blocks are not reported.

use std::ops::Range;

use super::certificate::Certificate;
use super::error::CertificateError;
use crate::go::Rules;
use crate::go::pem;

/// The contents of a file of authorities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaPool {
    /// The certificates that are trusted, in file order.
    pub certificates: Vec<Certificate>,
    /// The PEM blocks that are skipped in silence, in file order.
    pub skipped: Vec<SkippedBlock>,
}

impl CaPool {
    /// Reads the bytes of a file as the newest Go does. Never fails; see [`CaPool::is_accepted`].
    pub fn read(data: &[u8]) -> CaPool {
        CaPool::read_by(Rules::NEWEST, data)
    }

    /// Reads the bytes of a file as a Go with these rules does.
    pub fn read_by(rules: Rules, data: &[u8]) -> CaPool {
        let mut pool = CaPool::default();
        for block in pem::blocks(data) {
            let reason = if !block.is_certificate() {
                SkipReason::Label(block.label.clone())
            } else if !block.headers.is_empty() {
                SkipReason::Headers
            } else {
                match Certificate::from_block_by(rules, &block) {
                    Ok(certificate) => {
                        pool.certificates.push(certificate);
                        continue;
                    }
                    Err(error) => SkipReason::Unreadable(error),
                }
            };
            pool.skipped.push(SkippedBlock {
                span: block.span,
                reason,
            });
        }
        pool
    }

    /// Whether containerd takes the file: at least one certificate can be read. Otherwise every pull fails.
    pub fn is_accepted(&self) -> bool {
        !self.certificates.is_empty()
    }
}

/// A PEM block that adds nothing to the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedBlock {
    /// Where it is in the file.
    pub span: Range<usize>,
    /// Why it is skipped.
    pub reason: SkipReason,
}

/// Why a PEM block adds nothing. Each text goes on from "the block …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// Its label is not CERTIFICATE.
    #[error("is labelled {0:?}; only CERTIFICATE is read")]
    Label(String),
    /// It has headers, which a certificate must not have here.
    #[error("has header lines; a certificate with headers is skipped")]
    Headers,
    /// The certificate in it is refused.
    #[error("contains a certificate that {0}")]
    Unreadable(CertificateError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::fixtures::fixture;
    use crate::go::fixtures::pem;

    fn reasons(pool: &CaPool) -> Vec<&SkipReason> {
        pool.skipped.iter().map(|block| &block.reason).collect()
    }

    #[test]
    fn a_bundle_is_read_in_order() {
        let data = fixture("ca-bundle-one-expired.pem");
        let pool = CaPool::read(&data);
        assert!(pool.is_accepted() && pool.skipped.is_empty());
        let names: Vec<_> = pool
            .certificates
            .iter()
            .map(|certificate| certificate.subject.display())
            .collect();
        assert_eq!(names, ["Valid RSA CA", "Expired CA", "Valid EC CA"]);
        for certificate in &pool.certificates {
            assert!(data[certificate.span.clone()].starts_with(b"-----BEGIN CERTIFICATE-----"));
            assert!(data[certificate.span.clone()].ends_with(b"-----END CERTIFICATE-----"));
        }
    }

    #[test]
    fn one_good_certificate_is_enough() {
        let bad = pem("CERTIFICATE", b"no certificate");
        let pool = CaPool::read(&[bad.clone(), fixture("ca-ec.pem")].concat());
        assert!(pool.is_accepted());
        assert_eq!(
            reasons(&pool),
            [&SkipReason::Unreadable(CertificateError::NotACertificate)]
        );
        assert!(!CaPool::read(&bad).is_accepted());
    }

    #[test]
    fn other_labels_and_headers_are_passed_over() {
        for name in [
            "ca-rsa-trusted-form.pem",
            "client-ec.key",
            "request.csr",
            "ca-rsa.p7b",
        ] {
            let pool = CaPool::read(&fixture(name));
            assert!(!pool.is_accepted(), "{name}");
            assert!(
                matches!(reasons(&pool)[..], [SkipReason::Label(_)]),
                "{name}"
            );
        }
        let text = String::from_utf8(fixture("ca-ec.pem")).unwrap();
        let with_header = text.replace("CERTIFICATE-----\nMI", "CERTIFICATE-----\nNote: x\n\nMI");
        let pool = CaPool::read(with_header.as_bytes());
        assert!(!pool.is_accepted());
        assert_eq!(reasons(&pool), [&SkipReason::Headers]);
    }

    #[test]
    fn what_is_no_pem_holds_nothing() {
        for name in ["ca-rsa.der", "ca-rsa.p12", "ca-rsa-indented.pem"] {
            assert_eq!(CaPool::read(&fixture(name)), CaPool::default(), "{name}");
        }
        assert_eq!(CaPool::read(b""), CaPool::default());
    }

    #[test]
    fn a_client_certificate_and_its_key_are_taken_for_an_authority() {
        let pool = CaPool::read(&fixture("client-combined.pem"));
        assert!(pool.is_accepted());
        assert_eq!(pool.skipped.len(), 1);
    }
}
