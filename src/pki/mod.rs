//! PEM, certificates and key pairs, and what Go's TLS makes of them.

mod base64;
pub mod pem;
