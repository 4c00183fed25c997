use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// registries.yaml has a key that k3s and RKE2 do not read.
    ///
    /// ## What it does
    ///
    /// Reports keys other than `endpoint` and `rewrite` for a mirror, and other than `auth` and `tls` for a host.
    ///
    /// ## Why
    ///
    /// k3s ignores a key that it does not know and does not report it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # registries.yaml
    /// mirrors:
    ///   quay.io:
    ///     endpoints:
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
    /// Never.
    ///
    /// ## Source
    ///
    /// k3s, Private Registry Configuration.
    name: "unknown-registries-key",
    category: Carriers,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::UnknownKey { at, key, known } = fact else {
            continue;
        };
        let nearest = known
            .iter()
            .find(|known| strsim::damerau_levenshtein(known, key) <= 2);
        let help = match nearest {
            Some(nearest) => format!("write `{nearest}`"),
            None => format!(
                "the keys here are {}",
                known
                    .iter()
                    .map(|k| format!("`{k}`"))
                    .collect::<Vec<_>>()
                    .join(" and ")
            ),
        };
        out.push(
            context
                .finding(&RULE, at, format!("unknown key `{key}`"))
                .label("not read")
                .effect("k3s and RKE2 ignore it and do not report it")
                .help(help),
        );
    }
}
