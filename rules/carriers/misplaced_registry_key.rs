use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// A key of a registry is where a registry's name belongs.
    ///
    /// ## What it does
    ///
    /// Reports `endpoint` or `rewrite` directly below `mirrors` in registries.yaml.
    ///
    /// ## Why
    ///
    /// Below `mirrors` each key is a registry. `endpoint` is then read as the name of one, and the registry that was meant has no mirror.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # registries.yaml
    /// mirrors:
    ///   quay.io:
    ///   endpoint:
    ///     - "https://mirror.internal"
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
    name: "misplaced-registry-key",
    category: Carriers,
    severity: Error,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::MisplacedKey { at, key, registry } = fact else {
            continue;
        };
        let (effect, help) = match registry {
            Some(registry) => (
                format!("`{registry}` has no mirror"),
                format!("indent `{key}` below `{registry}`"),
            ),
            None => (
                "no registry has this mirror".to_owned(),
                format!("indent `{key}` below the registry that it is for"),
            ),
        };
        out.push(
            context
                .finding(
                    &RULE,
                    at,
                    format!("`{key}` is taken for the name of a registry"),
                )
                .label("not indented enough")
                .effect(effect)
                .help(help),
        );
    }
}
