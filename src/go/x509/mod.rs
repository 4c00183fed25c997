//! PEM, certificates and key pairs, and what Go's TLS makes of them.
//!
//! containerd hands the files that `ca` and `client` name, and those of Docker's layout, to Go's standard library. This
//! module answers what that makes of their bytes: which PEM blocks it sees ([`pem`](super::pem)), which certificates it trusts
//! ([`CaPool`]), whether a client's certificate and key are a pair ([`KeyPair`](super::keys::KeyPair)). It reads no file itself, knows no clock and panics on no input.
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

mod ca_pool;
mod certificate;
mod extensions;
mod name;
mod name_constraints;
mod uri;

pub use ca_pool::{CaPool, SkipReason, SkippedBlock};
pub use certificate::{Certificate, CertificateError, SignatureAlgorithm};
pub use extensions::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
pub use name::Name;
