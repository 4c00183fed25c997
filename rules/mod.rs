//! The catalogue: one file, one rule: its documentation, its metadata, its check.
//!
//! A rule that is left out of [`RULES`] is dead code, and the build fails.

use crate::lint::Rule;

mod docker_io_server;
mod empty_capabilities;
mod http_server_behind_https;
mod invalid_port;
mod mirror_push;
mod missing_scheme;
mod override_without_path;
mod path_without_override;
mod placeholder_url;
mod plain_http;
mod port_scheme_mismatch;
mod public_mirror_resolve;
mod server_of_another_registry;
mod tls_settings_on_http;
mod unknown_capability;
mod unknown_suppression;
mod unresolvable_tags;
mod unsupported_scheme;
mod untidy_capabilities;
mod unusable_host;
mod unused_suppression;
mod upstream_fallback;
mod url_credentials;
mod url_query;
mod url_without_host;

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &docker_io_server::RULE,
    &empty_capabilities::RULE,
    &http_server_behind_https::RULE,
    &invalid_port::RULE,
    &mirror_push::RULE,
    &missing_scheme::RULE,
    &override_without_path::RULE,
    &path_without_override::RULE,
    &placeholder_url::RULE,
    &plain_http::RULE,
    &port_scheme_mismatch::RULE,
    &public_mirror_resolve::RULE,
    &server_of_another_registry::RULE,
    &tls_settings_on_http::RULE,
    &unknown_capability::RULE,
    &unknown_suppression::RULE,
    &unresolvable_tags::RULE,
    &unsupported_scheme::RULE,
    &untidy_capabilities::RULE,
    &unusable_host::RULE,
    &unused_suppression::RULE,
    &upstream_fallback::RULE,
    &url_credentials::RULE,
    &url_query::RULE,
    &url_without_host::RULE,
];
