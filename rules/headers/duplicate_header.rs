use crate::facts::{Check, NamespaceContext, headers};
use crate::finding::Finding;

crate::rule! {
    /// Header names that differ in case alone.
    ///
    /// ## What it does
    ///
    /// Reports a header that is set twice for one endpoint, in different case. TOML takes them for two keys, HTTP for
    /// one header.
    ///
    /// ## Why
    ///
    /// Both are sent. The server sees one header with two values, in an order that changes from request
    /// to request.
    ///
    /// ## Example
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
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal".header]
    ///   X-Team = ["platform", "registry"]
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no use for it: an array says the same, in order.
    ///
    /// ## Source
    ///
    /// That both are kept is recorded: `hand-header-twocase` in `fixtures/conformance/hand.jsonl`.
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
                            "`{}` and `{}` are one header",
                            first.item.key.value, key.value
                        ),
                    )
                    .label("the same header again")
                    .effect("both values are sent, in no fixed order")
                    .related(
                        context.location(first.item.key.span.clone()),
                        "set here first",
                    )
                    .help(format!(
                        "keep one; for two values write `{} = [\"…\", \"…\"]`",
                        first.item.key.value
                    ))
                    .releases(header.entry.releases.clone()),
            );
        }
    }
}
