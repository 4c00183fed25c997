//! Certificates and keys.

pub(crate) mod ca_not_a_ca;
pub(crate) mod client_key_mismatch;
pub(crate) mod client_not_for_client_auth;
pub(crate) mod client_without_key;
pub(crate) mod docker_certificate_layout;
pub(crate) mod empty_client_key;
pub(crate) mod encrypted_client_key;
pub(crate) mod expired_certificate;
pub(crate) mod expiring_certificate;
pub(crate) mod ignored_certificate_file;
pub(crate) mod invalid_ca;
pub(crate) mod invalid_client_certificate;
pub(crate) mod invalid_client_key;
pub(crate) mod missing_tls_file;
pub(crate) mod not_yet_valid_certificate;
pub(crate) mod private_key_exposed;
pub(crate) mod skip_verify;
pub(crate) mod skip_verify_with_ca;
pub(crate) mod swapped_client_pair;
pub(crate) mod unverifiable_tls_file;
pub(crate) mod weak_certificate;
