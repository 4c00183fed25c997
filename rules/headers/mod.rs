//! HTTP headers.

pub(crate) mod credential_in_header;
pub(crate) mod duplicate_header;
pub(crate) mod invalid_header_name;
pub(crate) mod malformed_header_value;
pub(crate) mod reserved_header;
