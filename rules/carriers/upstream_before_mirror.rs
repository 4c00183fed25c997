use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// A registry is listed before its own mirrors.
    ///
    /// ## What it does
    ///
    /// Reports a registry's own host as the first of several endpoints in registries.yaml.
    ///
    /// ## Why
    ///
    /// Endpoints are tried in their order. The mirror is only asked when the registry itself does not answer, and that is what it was to
    /// prevent. The registry is tried last in any case.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # registries.yaml
    /// mirrors:
    ///   quay.io:
    ///     endpoint:
    ///       - "https://quay.io"
    ///       - "https://mirror.internal"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # registries.yaml
    /// mirrors:
    ///   quay.io:
    ///     endpoint:
    ///       - "https://mirror.internal"
    /// ```
    ///
    /// ## When not to
    ///
    /// When the mirror is meant for outages of the registry alone.
    ///
    /// ## Source
    ///
    /// k3s, Private Registry Configuration: the default endpoint is tried last.
    name: "upstream-before-mirror",
    category: Carriers,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::UpstreamFirst {
            at,
            endpoint,
            registry,
        } = fact
        else {
            continue;
        };
        out.push(
            context
                .finding(
                    &RULE,
                    at,
                    format!("`{endpoint}` is tried before the mirrors of `{registry}`"),
                )
                .label("the registry itself")
                .effect("the mirrors are only asked when the registry does not answer")
                .help("delete it: the registry itself is tried last in any case"),
        );
    }
}
