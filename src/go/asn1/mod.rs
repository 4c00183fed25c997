//! ASN.1 as Go's `encoding/asn1` and `cryptobyte` read it: DER, object identifiers, times.

pub(crate) mod der;
pub(crate) mod oid;
pub(crate) mod time;

pub use oid::Oid;
