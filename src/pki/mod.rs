//! PEM, certificates and key pairs, and what Go's TLS makes of them.

mod base64;
mod ca_pool;
mod certificate;
mod curve;
mod der;
mod extensions;
#[cfg(test)]
mod fixtures;
mod key;
mod key_pair;
mod name;
mod name_constraints;
mod oid;
pub mod pem;
mod public_key;
mod rsa;
mod time;
mod uri;

pub use ca_pool::{CaPool, SkipReason, SkippedBlock};
pub use certificate::{Certificate, CertificateError, SignatureAlgorithm};
pub use curve::Curve;
pub use extensions::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
pub use key::{KeyError, read as read_private_key};
pub use key_pair::{KeyPair, KeyPairError};
pub use name::Name;
pub use oid::Oid;
pub use public_key::PublicKey;
