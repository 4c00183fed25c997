//! Does containerd read this file?

pub(crate) mod byte_order_mark;
pub(crate) mod capability_too_new;
pub(crate) mod duplicate_key;
pub(crate) mod empty_hosts_file;
pub(crate) mod invalid_client_pair;
pub(crate) mod invalid_duration;
pub(crate) mod invalid_toml;
pub(crate) mod invalid_url;
pub(crate) mod missing_host_table;
pub(crate) mod unknown_capability;
pub(crate) mod unreadable_file;
pub(crate) mod unsupported_toml;
pub(crate) mod wrong_type;
