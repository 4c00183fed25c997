//! Which endpoints come out?

pub(crate) mod duplicate_endpoint;
pub(crate) mod host_without_header;
pub(crate) mod indented_host_table;
pub(crate) mod key_case;
pub(crate) mod key_too_new;
pub(crate) mod misspelled_host;
pub(crate) mod misspelled_host_table;
pub(crate) mod nested_host_table;
pub(crate) mod root_key_without_server;
pub(crate) mod root_settings_not_inherited;
pub(crate) mod server_in_host_table;
pub(crate) mod server_without_tls_settings;
pub(crate) mod setting_in_header_table;
pub(crate) mod split_host_table;
pub(crate) mod unknown_key;
pub(crate) mod unquoted_host;
