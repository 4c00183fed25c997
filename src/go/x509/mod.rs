//! PEM, certificates and key pairs, and what Go's TLS makes of them.
//!
//! containerd hands the files that `ca` and `client` name, and those of Docker's layout, to Go's standard library. This
//! module answers what that makes of their bytes: which PEM blocks it sees ([`pem`](super::pem)), which certificates it trusts
//! ([`CaPool`]), whether a client's certificate and key are a pair ([`KeyPair`](super::keys::KeyPair)). It reads no file itself, knows no clock and panics on no input.
//!
//! # Which Go
//!
//! The recorded differences between the releases of Go that containerd's releases are built with are in
//! [`Rules`]: negative serial numbers, and brackets in URIs. The functions without rules answer for the newest, which refuses
//! what any other refuses. Where nothing was recorded, and no sound file shows a difference, the newest one's answer is given:
//!
//! * the precomputed values of an RSA key are checked from Go 1.24 on;
//! * an authority information access or key identifier extension marked critical is refused by recent ones alone;
//! * ML-DSA keys, which only the newest ones can use, count as unsupported.
//!
//! [`Rules`]: crate::go::Rules

mod ca_pool;
mod certificate;
mod error;
mod extensions;
mod host_name;
mod name;
mod name_constraints;
mod parts;
mod uri;
mod verify;

pub use ca_pool::{CaPool, SkipReason, SkippedBlock};
pub use certificate::{Certificate, SignatureAlgorithm};
pub use error::CertificateError;
pub use extensions::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
pub use name::Name;
pub use parts::Parts;
pub use verify::{Judgement, Refusal, Signatures, verify};
