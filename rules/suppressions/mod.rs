//! Comments that silence findings.

pub(crate) mod unknown_suppression;
pub(crate) mod unused_suppression;
