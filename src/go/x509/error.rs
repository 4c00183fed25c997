//! Why Go does not take some bytes for a certificate.

use crate::go::asn1::Oid;

/// Why Go does not take some bytes for a certificate. Each text goes on from "the certificate …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It is not a certificate at all, or one cut off or damaged at the outermost level.
    #[error("is damaged or cut off, or is not a certificate")]
    NotACertificate,
    /// A part of it breaks the rules of its encoding.
    #[error("is damaged: its {0} cannot be read")]
    Malformed(&'static str),
    /// Bytes follow where the certificate ends.
    #[error("is followed by {0} bytes that do not belong to it within the same PEM block")]
    TrailingData(usize),
    /// It is neither version 1, 2 nor 3.
    #[error("has a version that does not exist")]
    Version,
    /// Its serial number is below zero.
    #[error("has a negative serial number, which Go refuses since 1.23")]
    NegativeSerial,
    /// The algorithm within the signed part is not the one outside.
    #[error("names one signature algorithm in its signed part and another outside")]
    SignatureAlgorithmsDiffer,
    /// The same extension twice.
    #[error("has the extension {0} twice")]
    DuplicateExtension(Oid),
    /// An extension is marked critical that must not be.
    #[error("marks its {0} extension as critical, which Go refuses")]
    MustNotBeCritical(&'static str),
    /// Its key is on a curve that Go does not know.
    #[error("has a key on {0}; Go knows P-224, P-256, P-384 and P-521 only")]
    UnsupportedCurve(String),
    /// Its key is not a point of its curve, or is compressed.
    #[error("has a key that is not an uncompressed point of its curve {0}")]
    PointNotOnCurve(&'static str),
}
