//! Carriers: what is wrong with files that hold texts of configuration.

pub(crate) mod appended_hosts_file;
pub(crate) mod config_keyed_by_url;
pub(crate) mod indented_terminator;
pub(crate) mod mirrors_not_a_list;
pub(crate) mod misplaced_registry_key;
pub(crate) mod misspelled_config_path;
pub(crate) mod mount_on_some_nodes;
pub(crate) mod python_boolean;
pub(crate) mod registry_credential;
pub(crate) mod unknown_registries_key;
pub(crate) mod unread_file;
pub(crate) mod upstream_before_mirror;
