use crate::facts::host_tables::{header_for, nested_hosts};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety};
use crate::toml::view::Spelling;

crate::rule! {
    /// A host table inside another host table, where containerd does not look.
    ///
    /// ## What it does
    ///
    /// Reports hosts in a host table, however they are written: with a header
    /// (`[host."a".host."b"]`), with dots (`host."b".ca = …`) or in braces (`host = { … }`).
    ///
    /// ## Why
    ///
    /// A host table has no key `host`, and containerd passes over keys that it does not know, with everything below them.
    /// The inner host is never asked. Hosts are tried in the order of the file, so what nesting is meant
    /// to say, "ask this one when that one fails", is what tables side by side do.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror-a.internal"]
    /// capabilities = ["pull", "resolve"]
    ///
    /// [host."https://mirror-a.internal".host."https://mirror-b.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror-a.internal"]
    /// capabilities = ["pull", "resolve"]
    ///
    /// [host."https://mirror-b.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// No release of containerd reads such a table.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-nested*` in `fixtures/conformance/hand.jsonl`.
    name: "nested-host-table",
    category: Hosts,
    severity: Error,
    consequence: KeyIgnored,
    releases: "all",
    fix: Unsafe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    let headers = document.headers(context.text());
    let hosts = context.host_tables();
    let stands = |url: &str| hosts.iter().find(|host| host.name.value == url);
    let nested = nested_hosts(document, headers);
    for host in &nested {
        let outer = &host.outer;
        let finding = match &host.url {
            None => context
                .finding(
                    &RULE,
                    host.span.clone(),
                    format!("the host table of `{outer}` has a table `host`"),
                )
                .help("take it out: host tables stand side by side"),
            Some(url) => {
                let twin = stands(url);
                let finding = context.finding(
                    &RULE,
                    host.span.clone(),
                    format!("`{url}` is nested in the host table of `{outer}`"),
                );
                match twin {
                    Some(twin) => finding
                        .related(
                            context.location(twin.name.span.clone()),
                            "the table that is read",
                        )
                        .help(format!(
                            "move what this table holds to {}, and take it out here",
                            header_for(url)
                        )),
                    None => finding.help(format!(
                        "write {}: host tables stand side by side and are tried in the order of the file",
                        header_for(url)
                    )),
                }
            }
        };
        let effect = match &host.url {
            Some(url) if stands(url).is_none() => format!(
                "containerd knows no key `host` in a host table and passes over it without a word: no request goes to {url}"
            ),
            _ => "containerd knows no key `host` in a host table and passes over it without a word"
                .to_owned(),
        };
        let mut finding = finding
            .label("never read")
            .effect(effect)
            .releases(context.decoding_releases());
        if let Some(outer) = stands(outer) {
            let around = context.location(outer.name.span.clone());
            finding = finding.related(around, "the host table around it");
        }
        // Two tables of one name would be no TOML.
        let twice = nested.iter().filter(|other| other.url == host.url).count() > 1;
        if let Some(url) = host.url.as_deref().filter(|url| stands(url).is_none())
            && host.spelling == Spelling::Header
            && !twice
        {
            let edits = host.headers.iter().map(|(header, at)| {
                let from = header.parts[0].span.start;
                (from..header.parts[*at].span.start, String::new())
            });
            finding =
                finding.fix_edits(Safety::Unsafe, format!("write {}", header_for(url)), edits);
        }
        out.push(finding);
    }
}
