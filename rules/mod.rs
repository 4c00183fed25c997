//! The catalogue: one file, one rule: its documentation, its metadata, its check.
//!
//! A rule that is left out of [`RULES`] is dead code, and the build fails.

use crate::lint::Rule;

mod byte_order_mark;
mod ca_not_a_ca;
mod capability_too_new;
mod client_key_mismatch;
mod client_not_for_client_auth;
mod client_without_key;
mod config_path_elsewhere;
mod config_path_list;
mod config_path_unset;
mod credential_in_header;
mod cri_disabled;
mod default_port_namespace;
mod default_server;
mod default_too_new;
mod deprecated_registry_config;
mod docker_certificate_layout;
mod docker_io_server;
mod duplicate_endpoint;
mod duplicate_header;
mod duplicate_key;
mod empty_capabilities;
mod empty_client_key;
mod empty_hosts_file;
mod encrypted_client_key;
mod expired_certificate;
mod expiring_certificate;
mod host_without_header;
mod http_server_behind_https;
mod ignored_certificate_file;
mod ignored_registry_section;
mod indented_host_table;
mod invalid_ca;
mod invalid_client_certificate;
mod invalid_client_key;
mod invalid_client_pair;
mod invalid_duration;
mod invalid_header_name;
mod invalid_node_config;
mod invalid_port;
mod invalid_toml;
mod invalid_url;
mod key_case;
mod key_too_new;
mod malformed_header_value;
mod mirror_push;
mod mirrors_with_config_path;
mod misnamed_hosts_file;
mod missing_host_table;
mod missing_scheme;
mod missing_tls_file;
mod misspelled_host_table;
mod namespace_not_a_directory;
mod nested_host_table;
mod nested_namespace;
mod not_yet_valid_certificate;
mod override_without_path;
mod path_without_override;
mod placeholder_url;
mod plain_http;
mod port_scheme_mismatch;
mod private_key_exposed;
mod public_mirror_resolve;
mod reserved_header;
mod root_key_without_server;
mod root_settings_not_inherited;
mod server_in_host_table;
mod server_of_another_registry;
mod server_without_tls_settings;
mod setting_in_header_table;
mod shadowed_default;
mod shadowed_namespace;
mod skip_verify;
mod skip_verify_with_ca;
mod split_host_table;
mod stray_hosts_file;
mod swapped_client_pair;
mod tls_settings_on_http;
mod transfer_config_path;
mod unknown_capability;
mod unknown_key;
mod unknown_suppression;
mod unquoted_host;
mod unreachable_namespace;
mod unreadable_file;
mod unresolvable_tags;
mod unsupported_scheme;
mod unsupported_toml;
mod untidy_capabilities;
mod unusable_host;
mod unused_suppression;
mod unverifiable_tls_file;
mod upstream_fallback;
mod url_credentials;
mod url_query;
mod url_without_host;
mod weak_certificate;
mod writable_by_others;
mod wrong_type;

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &byte_order_mark::RULE,
    &ca_not_a_ca::RULE,
    &capability_too_new::RULE,
    &client_key_mismatch::RULE,
    &client_not_for_client_auth::RULE,
    &client_without_key::RULE,
    &config_path_elsewhere::RULE,
    &config_path_list::RULE,
    &config_path_unset::RULE,
    &credential_in_header::RULE,
    &cri_disabled::RULE,
    &default_port_namespace::RULE,
    &default_server::RULE,
    &default_too_new::RULE,
    &deprecated_registry_config::RULE,
    &docker_certificate_layout::RULE,
    &docker_io_server::RULE,
    &duplicate_endpoint::RULE,
    &duplicate_header::RULE,
    &duplicate_key::RULE,
    &empty_capabilities::RULE,
    &empty_client_key::RULE,
    &empty_hosts_file::RULE,
    &encrypted_client_key::RULE,
    &expired_certificate::RULE,
    &expiring_certificate::RULE,
    &host_without_header::RULE,
    &http_server_behind_https::RULE,
    &ignored_certificate_file::RULE,
    &ignored_registry_section::RULE,
    &indented_host_table::RULE,
    &invalid_ca::RULE,
    &invalid_client_certificate::RULE,
    &invalid_client_key::RULE,
    &invalid_client_pair::RULE,
    &invalid_duration::RULE,
    &invalid_header_name::RULE,
    &invalid_node_config::RULE,
    &invalid_port::RULE,
    &invalid_toml::RULE,
    &invalid_url::RULE,
    &key_case::RULE,
    &key_too_new::RULE,
    &malformed_header_value::RULE,
    &mirror_push::RULE,
    &mirrors_with_config_path::RULE,
    &misnamed_hosts_file::RULE,
    &missing_host_table::RULE,
    &missing_scheme::RULE,
    &missing_tls_file::RULE,
    &misspelled_host_table::RULE,
    &namespace_not_a_directory::RULE,
    &nested_host_table::RULE,
    &nested_namespace::RULE,
    &not_yet_valid_certificate::RULE,
    &override_without_path::RULE,
    &path_without_override::RULE,
    &placeholder_url::RULE,
    &plain_http::RULE,
    &port_scheme_mismatch::RULE,
    &private_key_exposed::RULE,
    &public_mirror_resolve::RULE,
    &reserved_header::RULE,
    &root_key_without_server::RULE,
    &root_settings_not_inherited::RULE,
    &server_in_host_table::RULE,
    &server_of_another_registry::RULE,
    &server_without_tls_settings::RULE,
    &setting_in_header_table::RULE,
    &shadowed_default::RULE,
    &shadowed_namespace::RULE,
    &skip_verify::RULE,
    &skip_verify_with_ca::RULE,
    &split_host_table::RULE,
    &stray_hosts_file::RULE,
    &swapped_client_pair::RULE,
    &tls_settings_on_http::RULE,
    &transfer_config_path::RULE,
    &unknown_capability::RULE,
    &unknown_key::RULE,
    &unknown_suppression::RULE,
    &unquoted_host::RULE,
    &unreachable_namespace::RULE,
    &unreadable_file::RULE,
    &unresolvable_tags::RULE,
    &unsupported_scheme::RULE,
    &unsupported_toml::RULE,
    &untidy_capabilities::RULE,
    &unusable_host::RULE,
    &unused_suppression::RULE,
    &unverifiable_tls_file::RULE,
    &upstream_fallback::RULE,
    &url_credentials::RULE,
    &url_query::RULE,
    &url_without_host::RULE,
    &weak_certificate::RULE,
    &writable_by_others::RULE,
    &wrong_type::RULE,
];
