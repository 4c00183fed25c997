//! The public key of a certificate.

use num_bigint::BigUint;

use super::curve::Curve;
use crate::go::asn1::Oid;
use crate::go::asn1::der::{self, Reader, tag};
use crate::go::x509::CertificateError;

/// A certificate's public key, as far as it matters to tell whether a private key belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey {
    /// RSA.
    Rsa {
        /// The product of the primes.
        modulus: BigUint,
        /// The public exponent.
        exponent: i64,
    },
    /// ECDSA: the curve, and the point in its uncompressed form.
    Ec(Curve, Vec<u8>),
    /// Ed25519.
    Ed25519(Vec<u8>),
    /// DSA, by the bits of its prime. Go reads it, and cannot use it for TLS.
    Dsa(u64),
    /// A kind of key that Go does not read: it accepts the certificate, and cannot use the key.
    Unknown(Oid),
}

impl PublicKey {
    /// The kind of key: `RSA`, `ECDSA P-256`, `Ed25519`, `Ed448` …
    pub fn kind(&self) -> String {
        match self {
            PublicKey::Rsa { .. } => "RSA".to_owned(),
            PublicKey::Ec(curve, _) => format!("ECDSA {}", curve.name()),
            PublicKey::Ed25519(_) => "Ed25519".to_owned(),
            PublicKey::Dsa(_) => "DSA".to_owned(),
            PublicKey::Unknown(oid) => oid.key_name().to_owned(),
        }
    }

    /// The size of the key in bits, as people speak of it; `None` for an unknown kind.
    pub fn bits(&self) -> Option<u64> {
        match self {
            PublicKey::Rsa { modulus, .. } => Some(modulus.bits()),
            PublicKey::Ec(curve, _) => Some(u64::from(curve.bits())),
            PublicKey::Ed25519(_) => Some(256),
            PublicKey::Dsa(bits) => Some(*bits),
            PublicKey::Unknown(_) => None,
        }
    }

    /// Whether the key is RSA or DSA with fewer than 2048 bits, which is too short by every current recommendation.
    pub fn is_weak(&self) -> bool {
        matches!(self, PublicKey::Rsa { .. } | PublicKey::Dsa(_))
            && self.bits().is_some_and(|bits| bits < 2048)
    }
}

/// Reads a SubjectPublicKeyInfo as `x509.ParseCertificate` does.
pub(crate) fn read(mut info: Reader<'_>) -> Result<PublicKey, CertificateError> {
    const MALFORMED: CertificateError = CertificateError::Malformed("public key");
    let mut algorithm = info.nested(tag::SEQUENCE).ok_or(MALFORMED)?;
    let oid = algorithm.oid().ok_or(MALFORMED)?;
    let parameters = if algorithm.is_empty() {
        None
    } else {
        Some(algorithm.element().ok_or(MALFORMED)?)
    };
    let bits = info.bit_string().ok_or(MALFORMED)?;
    let key = bits.right_aligned();

    match oid.as_str() {
        "1.2.840.113549.1.1.1" => {
            // The parameters have to be there and to be NULL.
            if parameters.is_none_or(|parameters| parameters.full != [tag::NULL, 0]) {
                return Err(MALFORMED);
            }
            let mut rsa = Reader::new(&key).nested(tag::SEQUENCE).ok_or(MALFORMED)?;
            let modulus = positive(&mut rsa).ok_or(MALFORMED)?;
            let exponent = rsa
                .small_integer()
                .filter(|exponent| *exponent > 0)
                .ok_or(MALFORMED)?;
            Ok(PublicKey::Rsa { modulus, exponent })
        }
        "1.2.840.10045.2.1" => {
            let mut parameters = Reader::new(parameters.ok_or(MALFORMED)?.full);
            let Some(name) = parameters.oid() else {
                return Err(CertificateError::UnsupportedCurve(
                    "a curve written out in numbers and not named".to_owned(),
                ));
            };
            let curve = Curve::from_oid(&name).ok_or_else(|| {
                CertificateError::UnsupportedCurve(format!("the curve {}", name.key_name()))
            })?;
            if !curve.has_point(&key) {
                return Err(CertificateError::PointNotOnCurve(curve.name()));
            }
            Ok(PublicKey::Ec(curve, key))
        }
        "1.3.101.112" => {
            if parameters.is_some() || key.len() != 32 {
                return Err(MALFORMED);
            }
            Ok(PublicKey::Ed25519(key))
        }
        "1.2.840.10040.4.1" => {
            let mut parameters = parameters
                .and_then(|parameters| Reader::new(parameters.full).nested(tag::SEQUENCE))
                .ok_or(MALFORMED)?;
            let prime = positive(&mut parameters).ok_or(MALFORMED)?;
            let others = [
                positive(&mut parameters),
                positive(&mut parameters),
                positive(&mut Reader::new(&key)),
            ];
            if others.iter().any(Option::is_none) {
                return Err(MALFORMED);
            }
            Ok(PublicKey::Dsa(prime.bits()))
        }
        _ => Ok(PublicKey::Unknown(oid)),
    }
}

/// An INTEGER above zero.
fn positive(reader: &mut Reader<'_>) -> Option<BigUint> {
    reader.integer().and_then(to_positive)
}

/// An INTEGER's content as a number above zero.
pub(crate) fn to_positive(content: &[u8]) -> Option<BigUint> {
    debug_assert!(der::is_shortest_integer(content));
    if content.first().is_none_or(|first| first & 0x80 != 0) || content == [0] {
        return None;
    }
    Some(BigUint::from_bytes_be(content))
}
