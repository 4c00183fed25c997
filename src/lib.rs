//! certsd-lint: a linter for containerd's registry host configuration.

pub mod containerd;
pub mod pki;
