//! Where do requests go?

pub(crate) mod closed_mirror;
pub(crate) mod cluster_service_host;
pub(crate) mod docker_io_server;
pub(crate) mod http_server_behind_https;
pub(crate) mod impossible_host;
pub(crate) mod invalid_port;
pub(crate) mod missing_scheme;
pub(crate) mod override_without_path;
pub(crate) mod path_without_override;
pub(crate) mod placeholder_url;
pub(crate) mod plain_http;
pub(crate) mod port_scheme_mismatch;
pub(crate) mod server_of_another_registry;
pub(crate) mod tls_settings_on_http;
pub(crate) mod unsupported_scheme;
pub(crate) mod url_credentials;
pub(crate) mod url_query;
pub(crate) mod url_without_host;
