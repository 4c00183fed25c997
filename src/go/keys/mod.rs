//! Private and public keys, and whether a certificate and a key are a pair: Go's `crypto/tls`, `crypto/x509` and the
//! packages of the algorithms.

mod curve;
mod error;
mod key_pair;
pub(crate) mod private_key;
pub(crate) mod public_key;
mod rsa;

pub use curve::Curve;
pub use error::KeyError;
pub use key_pair::{KeyPair, KeyPairError};
pub use private_key::read as read_private_key;
pub use public_key::PublicKey;
