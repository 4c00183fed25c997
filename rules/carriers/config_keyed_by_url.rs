use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// Settings of a registry host are under a URL.
    ///
    /// ## What it does
    ///
    /// Reports a key of `configs` in registries.yaml (k3s, RKE2), or of `machine.registries.config` (Talos), that has a scheme.
    ///
    /// ## Why
    ///
    /// Both look settings up by the host of an endpoint, with its port if it has one. Settings under a URL are found for no endpoint: its
    /// credentials, certificates and TLS settings are not used.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # registries.yaml
    /// mirrors:
    ///   quay.io:
    ///     endpoint: ["https://mirror.internal:5000"]
    /// configs:
    ///   "https://mirror.internal:5000":
    ///     tls: {ca_file: /etc/ssl/ca.crt}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # registries.yaml
    /// mirrors:
    ///   quay.io:
    ///     endpoint: ["https://mirror.internal:5000"]
    /// configs:
    ///   "mirror.internal:5000":
    ///     tls: {ca_file: /etc/ssl/ca.crt}
    /// ```
    ///
    /// ## When not to
    ///
    /// Never.
    ///
    /// ## Source
    ///
    /// k3s, Private Registry Configuration; Talos, RegistryConfig: both key these settings by host.
    name: "config-keyed-by-url",
    category: Carriers,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::KeyedByUrl {
            at,
            key,
            host,
            table,
        } = fact
        else {
            continue;
        };
        out.push(
            context
                .finding(
                    &RULE,
                    at,
                    format!("`{table}` is keyed by host, not by URL: `{key}`"),
                )
                .label("has a scheme")
                .effect(format!("these settings are not used for `{host}`"))
                .help(format!("write `{host}`")),
        );
    }
}
