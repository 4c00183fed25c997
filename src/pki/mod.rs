//! PEM, certificates and key pairs, and what Go's TLS makes of them.

/// placeholder
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key is not the certificate's")]
pub struct KeyPairError;
/// placeholder
pub fn has_ca(_: &[u8]) -> bool {
    true
}
/// placeholder
pub fn x509_key_pair(_: &[u8], _: &[u8]) -> Result<(), KeyPairError> {
    Ok(())
}
