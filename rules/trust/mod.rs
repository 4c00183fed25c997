//! Who may resolve, who gets the pushes?

pub(crate) mod empty_capabilities;
pub(crate) mod mirror_push;
pub(crate) mod public_mirror_resolve;
pub(crate) mod resolve_without_pull;
pub(crate) mod unresolvable_tags;
pub(crate) mod untidy_capabilities;
pub(crate) mod unusable_host;
pub(crate) mod upstream_fallback;
