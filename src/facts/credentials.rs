//! Where the credentials for an endpoint belong.

use super::context::NamespaceContext;

/// Advice on credentials for the endpoint `host`, an imperative.
///
/// The kubelet selects a pull secret by the registry in the image name, never by the mirror. A mirror gets the
/// registry's credentials or none; its own come from containerd's configuration only.
pub fn credentials_help(context: &NamespaceContext, host: &str) -> String {
    match context.is_own_registry(host) {
        true => format!(
            "pass the credentials with the pull: an image pull secret for `{}`, or a credential provider of the kubelet",
            context.registry()
        ),
        false => format!(
            "let `{host}` serve anonymous pulls, or set `registry.configs.\"{host}\".auth` in containerd's config.toml; an image pull secret for `{host}` is not used for mirrored images"
        ),
    }
}
