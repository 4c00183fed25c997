//! A client's certificate and key, as Go's `tls.X509KeyPair` reads them.
//!
//! containerd reads every pair that `client` names, and every `*.cert` of Docker's layout, this way, and fails every pull
//! from the namespace where one is refused.

use super::error::KeyError;
use super::private_key as key;
use super::public_key::PublicKey;
use crate::go::Rules;
use crate::go::pem::{self, Block};
use crate::go::x509::{Certificate, CertificateError};

/// A certificate with the key that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// The client's own certificate: the first in its file.
    pub certificate: Certificate,
    /// The certificates after it in its file, sent along and not read: usually intermediate authorities.
    pub chain: Vec<Block>,
    /// The PEM block of the key.
    pub key: Block,
}

/// Why a certificate and a key do not match. Each text is a complete clause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyPairError {
    /// The certificate's text contains no PEM block.
    #[error("no PEM block is found where the certificate should be")]
    CertificateNotPem,
    /// The certificate's text contains private keys and no certificate: most likely the two are swapped.
    #[error("a private key is found where the certificate should be")]
    KeyInsteadOfCertificate,
    /// The certificate's text contains PEM blocks with these labels, none of them CERTIFICATE.
    #[error("no CERTIFICATE block is found where the certificate should be, only {}", pem::list(.0))]
    NoCertificate(Vec<String>),
    /// The key's text contains no PEM block.
    #[error("no PEM block is found where the key should be")]
    KeyNotPem,
    /// The key's text contains certificates and no key.
    #[error("a certificate is found where the key should be, and no key")]
    CertificateInsteadOfKey,
    /// The key's text contains PEM blocks with these labels, none of them a private key.
    #[error("no PRIVATE KEY block is found where the key should be, only {}", pem::list(.0))]
    NoKey(Vec<String>),
    /// The first certificate is refused.
    #[error("the certificate {0}")]
    Certificate(#[source] CertificateError),
    /// The first key is refused.
    #[error("the key {0}")]
    Key(#[source] KeyError),
    /// The certificate is fine, and its key of a kind that TLS has no use for.
    #[error(
        "the certificate is for a key of the kind {0}, which Go's TLS cannot use; it knows RSA, ECDSA and Ed25519"
    )]
    UnsupportedCertificateKey(String),
    /// Key and certificate are of different kinds.
    #[error(
        "the certificate is for a key of the kind {certificate}, and the key is of the kind {key}"
    )]
    KindMismatch {
        /// The kind of the certificate's key.
        certificate: String,
        /// The kind of the key.
        key: String,
    },
    /// The key is another one than the certificate's.
    #[error("the key is not the one that the certificate was issued for")]
    Mismatch,
}

impl KeyPair {
    /// Reads a certificate and a key, each from the bytes of its file; both may be the same file.
    ///
    /// Of the first, every CERTIFICATE block counts, headers or not, and the first of them has to be good. Of the second, the
    /// first block counts whose label is PRIVATE KEY or ends so.
    pub fn read(certificate: &[u8], key: &[u8]) -> Result<KeyPair, KeyPairError> {
        KeyPair::read_by(Rules::NEWEST, certificate, key)
    }

    /// The same for a Go with these rules; [`KeyPair::read`] is for the newest.
    pub fn read_by(rules: Rules, certificate: &[u8], key: &[u8]) -> Result<KeyPair, KeyPairError> {
        let (mut certificates, others): (Vec<_>, Vec<_>) =
            pem::blocks(certificate).partition(Block::is_certificate);
        if certificates.is_empty() {
            return Err(no_certificate(&others));
        }
        let first = certificates.remove(0);

        let mut skipped = Vec::new();
        let mut key_block = None;
        for block in pem::blocks(key) {
            if block.is_private_key() {
                key_block = Some(block);
                break;
            }
            skipped.push(block);
        }
        let Some(key_block) = key_block else {
            return Err(no_key(&skipped));
        };

        let certificate =
            Certificate::from_block_by(rules, &first).map_err(KeyPairError::Certificate)?;
        let public_key = key::read(&key_block).map_err(KeyPairError::Key)?;
        compare(&certificate.public_key, &public_key)?;
        Ok(KeyPair {
            certificate,
            chain: certificates,
            key: key_block,
        })
    }
}

fn no_certificate(found: &[Block]) -> KeyPairError {
    let is_key = |block: &Block| block.is_private_key() || is_curve_name(block);
    if found.is_empty() {
        KeyPairError::CertificateNotPem
    } else if found.iter().all(is_key) && found.iter().any(Block::is_private_key) {
        KeyPairError::KeyInsteadOfCertificate
    } else {
        KeyPairError::NoCertificate(pem::labels(found))
    }
}

fn no_key(found: &[Block]) -> KeyPairError {
    if found.is_empty() {
        KeyPairError::KeyNotPem
    } else if found.iter().all(Block::is_certificate) {
        KeyPairError::CertificateInsteadOfKey
    } else {
        KeyPairError::NoKey(pem::labels(found))
    }
}

/// Whether a block names the curve of the key that follows it, as `openssl ecparam -genkey` writes it.
fn is_curve_name(block: &Block) -> bool {
    block.label == "EC PARAMETERS"
}

fn compare(certificate: &PublicKey, key: &PublicKey) -> Result<(), KeyPairError> {
    let same_kind = match (certificate, key) {
        (PublicKey::Dsa(_) | PublicKey::Unknown(_), _) => {
            return Err(KeyPairError::UnsupportedCertificateKey(certificate.kind()));
        }
        (PublicKey::Rsa { .. }, PublicKey::Rsa { .. })
        | (PublicKey::Ed25519(_), PublicKey::Ed25519(_)) => true,
        // Two curves are two kinds to a person, though Go calls both ECDSA.
        (PublicKey::Ec(one, _), PublicKey::Ec(other, _)) => one == other,
        _ => false,
    };
    if !same_kind {
        return Err(KeyPairError::KindMismatch {
            certificate: certificate.kind(),
            key: key.kind(),
        });
    }
    if certificate == key {
        Ok(())
    } else {
        Err(KeyPairError::Mismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::fixtures::fixture;
    use crate::go::fixtures::pem;

    fn read(certificate: &str, key: &str) -> Result<KeyPair, KeyPairError> {
        KeyPair::read(&fixture(certificate), &fixture(key))
    }

    fn error(certificate: &str, key: &str) -> KeyPairError {
        read(certificate, key).unwrap_err()
    }

    #[test]
    fn good_pairs() {
        for (certificate, key) in [
            ("client-rsa.pem", "client-rsa.key"),
            ("client-rsa.pem", "client-rsa-pkcs1.key"),
            ("client-ec.pem", "client-ec.key"),
            ("client-ec.pem", "client-ec-sec1.key"),
            ("client-ed25519.pem", "client-ed25519.key"),
            ("client-combined.pem", "client-combined.pem"),
            ("client-expired.pem", "client-expired.key"),
            ("client-server-only.pem", "client-server-only.key"),
        ] {
            assert_eq!(read(certificate, key).err(), None, "{certificate}, {key}");
        }
    }

    #[test]
    fn the_first_certificate_counts() {
        let client = fixture("client-rsa.pem");
        let key = fixture("client-rsa.key");
        let authority = fixture("ca-rsa.pem");
        let pair = KeyPair::read(&[client.clone(), authority.clone()].concat(), &key).unwrap();
        assert_eq!(pair.certificate.subject.display(), "Valid rsa client");
        assert_eq!(pair.chain.len(), 1);
        let junk = pem("CERTIFICATE", b"junk");
        assert!(KeyPair::read(&[client.clone(), junk.clone()].concat(), &key).is_ok());
        assert_eq!(
            KeyPair::read(&[junk, client.clone()].concat(), &key).unwrap_err(),
            KeyPairError::Certificate(CertificateError::NotACertificate)
        );
        assert_eq!(
            KeyPair::read(&[authority, client].concat(), &key).unwrap_err(),
            KeyPairError::Mismatch
        );
    }

    #[test]
    fn headers_do_not_matter_here() {
        let text = String::from_utf8(fixture("client-rsa.pem")).unwrap();
        let with_header = text.replace("CERTIFICATE-----\nMI", "CERTIFICATE-----\nNote: x\n\nMI");
        assert!(KeyPair::read(with_header.as_bytes(), &fixture("client-rsa.key")).is_ok());
    }

    #[test]
    fn wrong_files() {
        use KeyPairError::*;
        assert_eq!(
            error("client-rsa.key", "client-rsa.pem"),
            KeyInsteadOfCertificate
        );
        assert_eq!(
            error("client-ec-sec1.key", "client-ec.pem"),
            KeyInsteadOfCertificate
        );
        assert_eq!(error("ca-rsa.der", "client-rsa.key"), CertificateNotPem);
        assert_eq!(error("client-rsa.pem", "ca-rsa.der"), KeyNotPem);
        assert_eq!(
            error("client-rsa.pem", "client-rsa.pem"),
            CertificateInsteadOfKey
        );
        assert_eq!(
            error("request.csr", "client-rsa.key").to_string(),
            "no CERTIFICATE block is found where the certificate should be, only \"CERTIFICATE REQUEST\""
        );
        assert_eq!(
            error("client-rsa.pem", "request.csr"),
            NoKey(vec!["CERTIFICATE REQUEST".to_owned()])
        );
    }

    #[test]
    fn wrong_keys() {
        use KeyPairError::*;
        assert_eq!(
            error("client-rsa.pem", "client-rsa-mismatched.key"),
            Mismatch
        );
        assert_eq!(error("client-server-only.pem", "client-ec.key"), Mismatch);
        assert_eq!(
            error("client-rsa.pem", "client-ec.key"),
            KindMismatch {
                certificate: "RSA".to_owned(),
                key: "ECDSA P-256".to_owned()
            }
        );
        assert_eq!(
            error("client-rsa.pem", "client-rsa-encrypted.key"),
            Key(KeyError::Encrypted)
        );
        assert_eq!(
            error("client-rsa.pem", "unusable-ed448.key").to_string(),
            "the key is of the kind Ed448, which Go's TLS cannot use; it knows RSA, ECDSA and Ed25519"
        );
        assert!(matches!(
            error("ca-secp256k1.pem", "unusable-secp256k1.key"),
            Certificate(CertificateError::UnsupportedCurve(_))
        ));
    }
}
