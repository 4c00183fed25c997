use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// kubespray's `containerd_registries_mirrors` is a mapping, and the role wants a list.
    ///
    /// ## What it does
    ///
    /// Reports the form of `containerd_registries_mirrors` that older releases of kubespray read.
    ///
    /// ## Why
    ///
    /// The role loops over entries with `prefix` and `mirrors`. A mapping has none of them, and the play fails or writes no hosts.toml.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # containerd.yml
    /// containerd_registries_mirrors:
    ///   "quay.io":
    ///     - "https://mirror.internal"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # containerd.yml
    /// containerd_registries_mirrors:
    ///   - prefix: quay.io
    ///     server: https://quay.io
    ///     mirrors:
    ///       - host: https://mirror.internal
    ///         capabilities: ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// With a release of kubespray that reads a mapping.
    ///
    /// ## Source
    ///
    /// kubespray, roles/container-engine/containerd.
    name: "mirrors-not-a-list",
    category: Carriers,
    severity: Error,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::MirrorsShape { at, key, endpoint } = fact else {
            continue;
        };
        let host = endpoint.as_deref().unwrap_or("https://MIRROR");
        out.push(
            context
                .finding(&RULE, at, "`containerd_registries_mirrors` is a mapping, not a list")
                .label("a key, not an entry")
                .effect("the role of kubespray wants entries with `prefix` and `mirrors`, and finds none")
                .help(format!(
                    "write `- prefix: {key}` with `mirrors: [{{host: \"{host}\", capabilities: [\"pull\", \"resolve\"]}}]`"
                )),
        );
    }
}
