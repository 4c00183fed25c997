use crate::facts::{Check, NamespaceContext, headers};
use crate::finding::Finding;

crate::rule! {
    /// Header names that differ only in case.
    ///
    /// ## What it does
    ///
    /// Reports a header that is set twice for one endpoint in different case. They are two keys in TOML and one
    /// header in HTTP.
    ///
    /// ## Why
    ///
    /// containerd sends both. The server sees one header with two values, in an order that changes from request to
    /// request.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal".header]
    ///   X-Team = "platform"
    ///   x-team = "registry"
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal".header]
    ///   X-Team = ["platform", "registry"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: an array sets both values in a fixed order.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-header-twocase` in `fixtures/conformance/hand.jsonl`.
    name: "duplicate-header",
    category: Headers,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for endpoint in headers(context) {
        for (index, header) in endpoint.iter().enumerate() {
            let key = &header.item.key;
            let Some(first) = endpoint[..index]
                .iter()
                .find(|h| h.item.key.value.eq_ignore_ascii_case(&key.value))
            else {
                continue;
            };
            out.push(
                context
                    .finding(
                        &RULE,
                        key.span.clone(),
                        format!(
                            "headers `{}` and `{}` differ only in case",
                            first.item.key.value, key.value
                        ),
                    )
                    .label("same header again")
                    .effect("containerd sends both values in random order")
                    .related(
                        context.location(first.item.key.span.clone()),
                        "first set here",
                    )
                    .help(format!(
                        "keep one of them, or write both values in an array: `{} = [\"…\", \"…\"]`",
                        first.item.key.value
                    ))
                    .releases(header.entry.releases.clone()),
            );
        }
    }
}
