use crate::containerd::Cause;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// An array in `client` that is no pair of certificate and key.
    ///
    /// ## What it does
    ///
    /// Reports arrays within the array `client` that hold one element, or three and more. `client` takes
    /// one path, an array of paths, or an array of pairs.
    ///
    /// ## Why
    ///
    /// It makes containerd drop the whole file.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   client = [["client-combined.pem"]]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   client = "client-combined.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no case in which containerd reads such a file.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-tls-*` in `fixtures/conformance/hand.jsonl`.
    name: "invalid-client-pair",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for found in context.problems() {
        let Cause::ClientPair { length } = found.problem.cause else {
            continue;
        };
        let Some(span) = found.problem.span.clone() else {
            continue;
        };
        let text = context.text().get(span.clone()).unwrap_or_default();
        let inner = text
            .trim_start_matches('[')
            .trim_end_matches(']')
            .trim()
            .trim_end_matches(',')
            .trim();
        let elements = if length == 1 { "element" } else { "elements" };
        let help = match length {
            0 => "write `client = [[\"client.pem\", \"client.key\"]]`, or delete the empty array".to_owned(),
            1 => format!("write `client = {inner}` when the file holds certificate and key, else put the key behind it: `client = [[{inner}, \"client.key\"]]`"),
            _ => "write one array for each pair: `client = [[\"a.pem\", \"a.key\"], [\"b.pem\", \"b.key\"]]`".to_owned(),
        };
        out.push(
            context
                .finding(
                    &RULE,
                    span,
                    format!("an array in `client` has {length} {elements}, and a pair has two"),
                )
                .label("no pair")
                .releases(found.releases.clone())
                .help(help),
        );
    }
}
