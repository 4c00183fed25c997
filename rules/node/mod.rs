//! The daemon's own config.toml.

pub(crate) mod config_path_elsewhere;
pub(crate) mod config_path_list;
pub(crate) mod config_path_unset;
pub(crate) mod cri_disabled;
pub(crate) mod deprecated_registry_config;
pub(crate) mod ignored_registry_section;
pub(crate) mod invalid_node_config;
pub(crate) mod mirrors_with_config_path;
pub(crate) mod transfer_config_path;
