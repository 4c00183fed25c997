//! The catalogue: one file, one rule: its documentation, its metadata, its check.
//!
//! A rule that is left out of [`RULES`] is dead code, and the build fails.

use crate::facts::Rule;

mod certificates;
mod documents;
mod headers;
mod hosts;
mod node;
mod suppressions;
mod tree;
mod trust;
mod urls;

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &documents::byte_order_mark::RULE,
    &certificates::ca_not_a_ca::RULE,
    &documents::capability_too_new::RULE,
    &certificates::client_key_mismatch::RULE,
    &certificates::client_not_for_client_auth::RULE,
    &certificates::client_without_key::RULE,
    &node::config_path_elsewhere::RULE,
    &node::config_path_list::RULE,
    &node::config_path_unset::RULE,
    &headers::credential_in_header::RULE,
    &node::cri_disabled::RULE,
    &tree::default_port_namespace::RULE,
    &tree::default_server::RULE,
    &tree::default_too_new::RULE,
    &node::deprecated_registry_config::RULE,
    &certificates::docker_certificate_layout::RULE,
    &urls::docker_io_server::RULE,
    &hosts::duplicate_endpoint::RULE,
    &headers::duplicate_header::RULE,
    &documents::duplicate_key::RULE,
    &trust::empty_capabilities::RULE,
    &certificates::empty_client_key::RULE,
    &documents::empty_hosts_file::RULE,
    &certificates::encrypted_client_key::RULE,
    &certificates::expired_certificate::RULE,
    &certificates::expiring_certificate::RULE,
    &hosts::host_without_header::RULE,
    &urls::http_server_behind_https::RULE,
    &certificates::ignored_certificate_file::RULE,
    &node::ignored_registry_section::RULE,
    &hosts::indented_host_table::RULE,
    &certificates::invalid_ca::RULE,
    &certificates::invalid_client_certificate::RULE,
    &certificates::invalid_client_key::RULE,
    &documents::invalid_client_pair::RULE,
    &documents::invalid_duration::RULE,
    &headers::invalid_header_name::RULE,
    &node::invalid_node_config::RULE,
    &urls::invalid_port::RULE,
    &documents::invalid_toml::RULE,
    &documents::invalid_url::RULE,
    &hosts::key_case::RULE,
    &hosts::key_too_new::RULE,
    &headers::malformed_header_value::RULE,
    &trust::mirror_push::RULE,
    &node::mirrors_with_config_path::RULE,
    &tree::misnamed_hosts_file::RULE,
    &documents::missing_host_table::RULE,
    &urls::missing_scheme::RULE,
    &certificates::missing_tls_file::RULE,
    &hosts::misspelled_host_table::RULE,
    &tree::namespace_not_a_directory::RULE,
    &hosts::nested_host_table::RULE,
    &tree::nested_namespace::RULE,
    &certificates::not_yet_valid_certificate::RULE,
    &urls::override_without_path::RULE,
    &urls::path_without_override::RULE,
    &urls::placeholder_url::RULE,
    &urls::plain_http::RULE,
    &urls::port_scheme_mismatch::RULE,
    &certificates::private_key_exposed::RULE,
    &trust::public_mirror_resolve::RULE,
    &headers::reserved_header::RULE,
    &hosts::root_key_without_server::RULE,
    &hosts::root_settings_not_inherited::RULE,
    &hosts::server_in_host_table::RULE,
    &urls::server_of_another_registry::RULE,
    &hosts::server_without_tls_settings::RULE,
    &hosts::setting_in_header_table::RULE,
    &tree::shadowed_default::RULE,
    &tree::shadowed_namespace::RULE,
    &certificates::skip_verify::RULE,
    &certificates::skip_verify_with_ca::RULE,
    &hosts::split_host_table::RULE,
    &tree::stray_hosts_file::RULE,
    &certificates::swapped_client_pair::RULE,
    &urls::tls_settings_on_http::RULE,
    &node::transfer_config_path::RULE,
    &documents::unknown_capability::RULE,
    &hosts::unknown_key::RULE,
    &suppressions::unknown_suppression::RULE,
    &hosts::unquoted_host::RULE,
    &tree::unreachable_namespace::RULE,
    &documents::unreadable_file::RULE,
    &trust::unresolvable_tags::RULE,
    &urls::unsupported_scheme::RULE,
    &documents::unsupported_toml::RULE,
    &trust::untidy_capabilities::RULE,
    &trust::unusable_host::RULE,
    &suppressions::unused_suppression::RULE,
    &certificates::unverifiable_tls_file::RULE,
    &trust::upstream_fallback::RULE,
    &urls::url_credentials::RULE,
    &urls::url_query::RULE,
    &urls::url_without_host::RULE,
    &certificates::weak_certificate::RULE,
    &tree::writable_by_others::RULE,
    &documents::wrong_type::RULE,
];

/// The rule of this name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}
