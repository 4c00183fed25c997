//! The catalogue: one file, one rule: its documentation, its metadata, its check.
//!
//! A rule that is left out of [`RULES`] is dead code, and the build fails.

use crate::lint::Rule;

mod ca_not_a_ca;
mod client_key_mismatch;
mod client_not_for_client_auth;
mod client_without_key;
mod default_port_namespace;
mod default_server;
mod default_too_new;
mod docker_certificate_layout;
mod empty_client_key;
mod encrypted_client_key;
mod expired_certificate;
mod expiring_certificate;
mod ignored_certificate_file;
mod invalid_ca;
mod invalid_client_certificate;
mod invalid_client_key;
mod misnamed_hosts_file;
mod missing_tls_file;
mod namespace_not_a_directory;
mod nested_namespace;
mod not_yet_valid_certificate;
mod private_key_exposed;
mod shadowed_default;
mod shadowed_namespace;
mod skip_verify;
mod skip_verify_with_ca;
mod stray_hosts_file;
mod swapped_client_pair;
mod unknown_capability;
mod unknown_suppression;
mod unreachable_namespace;
mod unused_suppression;
mod unverifiable_tls_file;
mod weak_certificate;
mod writable_by_others;

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &ca_not_a_ca::RULE,
    &client_key_mismatch::RULE,
    &client_not_for_client_auth::RULE,
    &client_without_key::RULE,
    &default_port_namespace::RULE,
    &default_server::RULE,
    &default_too_new::RULE,
    &docker_certificate_layout::RULE,
    &empty_client_key::RULE,
    &encrypted_client_key::RULE,
    &expired_certificate::RULE,
    &expiring_certificate::RULE,
    &ignored_certificate_file::RULE,
    &invalid_ca::RULE,
    &invalid_client_certificate::RULE,
    &invalid_client_key::RULE,
    &misnamed_hosts_file::RULE,
    &missing_tls_file::RULE,
    &namespace_not_a_directory::RULE,
    &nested_namespace::RULE,
    &not_yet_valid_certificate::RULE,
    &private_key_exposed::RULE,
    &shadowed_default::RULE,
    &shadowed_namespace::RULE,
    &skip_verify::RULE,
    &skip_verify_with_ca::RULE,
    &stray_hosts_file::RULE,
    &swapped_client_pair::RULE,
    &unknown_capability::RULE,
    &unknown_suppression::RULE,
    &unreachable_namespace::RULE,
    &unused_suppression::RULE,
    &unverifiable_tls_file::RULE,
    &weak_certificate::RULE,
    &writable_by_others::RULE,
];
