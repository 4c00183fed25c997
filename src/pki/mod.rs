//! PEM, certificates and key pairs, and what Go's TLS makes of them.
//!
//! containerd hands the files that `ca` and `client` name, and those of Docker's layout, to Go's standard library. This
//! module answers what that makes of their bytes: which PEM blocks it sees ([`pem`]), which certificates it trusts
//! ([`CaPool`]), whether a client's certificate and key are a pair ([`KeyPair`]); and what a file is that holds no
//! certificate ([`Contents`]). It reads no file itself, knows no clock and panics on no input.
//!
//! # Which Go
//!
//! One Go for every containerd release: the recorded vectors show no difference between releases, and what differs depends
//! on the toolchain that built containerd and not on containerd's version. Where toolchains differ, the newest one's answer
//! is given. The differences, none of which a sound file brings to light:
//!
//! * negative serial numbers are refused from Go 1.23 on;
//! * the precomputed values of an RSA key are checked from Go 1.24 on;
//! * an authority information access or key identifier extension marked critical is refused by recent ones alone;
//! * ML-DSA keys, which only the newest ones can use, count as unsupported.

mod base64;
mod ca_pool;
mod certificate;
mod classify;
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
#[cfg(test)]
mod properties;
mod public_key;
mod rsa;
mod time;
mod uri;

pub use ca_pool::{CaPool, SkipReason, SkippedBlock};
pub use certificate::{Certificate, CertificateError, SignatureAlgorithm};
pub use classify::{Contents, classify};
pub use curve::Curve;
pub use extensions::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
pub use key::{KeyError, read as read_private_key};
pub use key_pair::{KeyPair, KeyPairError};
pub use name::Name;
pub use oid::Oid;
pub use public_key::PublicKey;
