//! The catalogue: one file, one rule: its documentation, its metadata, its check.
//!
//! A rule that is left out of [`RULES`] is dead code, and the build fails.

use crate::lint::Rule;

mod byte_order_mark;
mod capability_too_new;
mod credential_in_header;
mod duplicate_header;
mod duplicate_key;
mod empty_hosts_file;
mod invalid_client_pair;
mod invalid_duration;
mod invalid_header_name;
mod invalid_toml;
mod invalid_url;
mod malformed_header_value;
mod missing_host_table;
mod reserved_header;
mod duplicate_endpoint;
mod host_without_header;
mod indented_host_table;
mod key_case;
mod key_too_new;
mod misspelled_host_table;
mod nested_host_table;
mod root_key_without_server;
mod root_settings_not_inherited;
mod server_in_host_table;
mod server_without_tls_settings;
mod setting_in_header_table;
mod split_host_table;
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
mod unknown_key;
mod unknown_suppression;
mod unreadable_file;
mod unsupported_toml;
mod unquoted_host;
mod unused_suppression;
mod wrong_type;

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &byte_order_mark::RULE,
    &capability_too_new::RULE,
    &credential_in_header::RULE,
    &duplicate_header::RULE,
    &duplicate_key::RULE,
    &empty_hosts_file::RULE,
    &invalid_client_pair::RULE,
    &invalid_duration::RULE,
    &invalid_header_name::RULE,
    &invalid_toml::RULE,
    &invalid_url::RULE,
    &malformed_header_value::RULE,
    &missing_host_table::RULE,
    &reserved_header::RULE,
    &duplicate_endpoint::RULE,
    &host_without_header::RULE,
    &indented_host_table::RULE,
    &key_case::RULE,
    &key_too_new::RULE,
    &misspelled_host_table::RULE,
    &nested_host_table::RULE,
    &root_key_without_server::RULE,
    &root_settings_not_inherited::RULE,
    &server_in_host_table::RULE,
    &server_without_tls_settings::RULE,
    &setting_in_header_table::RULE,
    &split_host_table::RULE,
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
    &unknown_key::RULE,
    &unknown_suppression::RULE,
    &unreadable_file::RULE,
    &unsupported_toml::RULE,
    &unquoted_host::RULE,
    &unused_suppression::RULE,
    &wrong_type::RULE,
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
