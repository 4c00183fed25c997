//! Why Go cannot use a private key.

/// Why Go cannot use a private key. Each text goes on from "the key …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is protected by a password, for which containerd has no place.
    #[error("is encrypted, and containerd cannot read a password")]
    Encrypted,
    /// It is of a kind that Go's TLS has no use for.
    #[error("is of the kind {0}, which Go's TLS cannot use; it knows RSA, ECDSA and Ed25519")]
    UnsupportedKind(String),
    /// It is on a curve that Go does not know.
    #[error("is on {0}; Go knows P-224, P-256, P-384 and P-521 only")]
    UnsupportedCurve(String),
    /// It cannot be read, or its numbers are wrong.
    #[error("is damaged: {0}")]
    Damaged(&'static str),
}

/// The error of bytes that are not an RSA key.
pub(crate) const NOT_PKCS1: KeyError =
    KeyError::Damaged("it is not an RSA key in PKCS#1 format, or is cut off");
