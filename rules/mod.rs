//! The catalogue: one file, one rule: its documentation, its metadata, its check.
//!
//! A rule that is left out of [`RULES`] is dead code, and the build fails.

use crate::lint::Rule;

mod byte_order_mark;
mod capability_too_new;
mod credential_in_header;
mod duplicate_endpoint;
mod duplicate_header;
mod duplicate_key;
mod empty_hosts_file;
mod host_without_header;
mod indented_host_table;
mod invalid_client_pair;
mod invalid_duration;
mod invalid_header_name;
mod invalid_toml;
mod invalid_url;
mod key_case;
mod key_too_new;
mod malformed_header_value;
mod missing_host_table;
mod misspelled_host_table;
mod nested_host_table;
mod reserved_header;
mod root_key_without_server;
mod root_settings_not_inherited;
mod server_in_host_table;
mod server_without_tls_settings;
mod setting_in_header_table;
mod split_host_table;
mod unknown_capability;
mod unknown_key;
mod unknown_suppression;
mod unquoted_host;
mod unreadable_file;
mod unsupported_toml;
mod unused_suppression;
mod wrong_type;

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &byte_order_mark::RULE,
    &capability_too_new::RULE,
    &credential_in_header::RULE,
    &duplicate_endpoint::RULE,
    &duplicate_header::RULE,
    &duplicate_key::RULE,
    &empty_hosts_file::RULE,
    &host_without_header::RULE,
    &indented_host_table::RULE,
    &invalid_client_pair::RULE,
    &invalid_duration::RULE,
    &invalid_header_name::RULE,
    &invalid_toml::RULE,
    &invalid_url::RULE,
    &key_case::RULE,
    &key_too_new::RULE,
    &malformed_header_value::RULE,
    &missing_host_table::RULE,
    &misspelled_host_table::RULE,
    &nested_host_table::RULE,
    &reserved_header::RULE,
    &root_key_without_server::RULE,
    &root_settings_not_inherited::RULE,
    &server_in_host_table::RULE,
    &server_without_tls_settings::RULE,
    &setting_in_header_table::RULE,
    &split_host_table::RULE,
    &unknown_capability::RULE,
    &unknown_key::RULE,
    &unknown_suppression::RULE,
    &unquoted_host::RULE,
    &unreadable_file::RULE,
    &unsupported_toml::RULE,
    &unused_suppression::RULE,
    &wrong_type::RULE,
];
