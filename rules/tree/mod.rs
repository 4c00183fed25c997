//! Directories and file names.

pub(crate) mod default_port_namespace;
pub(crate) mod default_server;
pub(crate) mod default_too_new;
pub(crate) mod docker_config_file;
pub(crate) mod misnamed_hosts_file;
pub(crate) mod namespace_not_a_directory;
pub(crate) mod nested_namespace;
pub(crate) mod shadowed_default;
pub(crate) mod shadowed_namespace;
pub(crate) mod stray_hosts_file;
pub(crate) mod unreachable_namespace;
pub(crate) mod writable_by_others;
