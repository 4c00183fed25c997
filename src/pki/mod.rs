//! PEM, certificates and key pairs, and what Go's TLS makes of them.

mod base64;
mod ca_pool;
mod certificate;
mod curve;
mod der;
mod extensions;
#[cfg(test)]
mod fixtures;
mod name;
mod name_constraints;
mod oid;
pub mod pem;
mod public_key;
mod time;
mod uri;

pub use ca_pool::{CaPool, SkipReason, SkippedBlock};
pub use certificate::{Certificate, CertificateError, SignatureAlgorithm};
pub use curve::Curve;
pub use extensions::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
pub use name::Name;
pub use oid::Oid;
pub use public_key::PublicKey;
