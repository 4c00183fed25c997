use crate::facts::host_tables::{header_for, nested_hosts};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety};
use crate::toml::view::Spelling;

crate::rule! {
    /// A host table inside another host table, which containerd ignores.
    ///
    /// ## What it does
    ///
    /// Reports hosts inside a host table, written with a header (`[host."a".host."b"]`), with dots (`host."b".ca =
    /// …`) or in braces (`host = { … }`).
    ///
    /// ## Why
    ///
    /// A host table has no key `host`, and containerd silently ignores unknown keys with everything below them. The
    /// inner host is never used. Hosts are tried in the order of the file, so tables side by side already mean "try
    /// this one when that one fails".
    ///
    /// ## Example
    ///
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
    /// Never: no release of containerd reads such a table.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-nested*` in `fixtures/conformance/hand.jsonl`.
    name: "nested-host-table",
    category: Hosts,
    severity: Warning,
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
    let table_of = |url: &str| hosts.iter().find(|host| host.name.value == url);
    let nested = nested_hosts(document, headers);
    for host in &nested {
        let outer = &host.outer;
        let finding = match &host.url {
            None => context
                .finding(
                    &RULE,
                    host.span.clone(),
                    format!("the host table of `{outer}` contains a table `host`"),
                )
                .help("delete it: host tables are not nested"),
            Some(url) => {
                let twin = table_of(url);
                let finding = context.finding(
                    &RULE,
                    host.span.clone(),
                    format!("`{url}` is nested in the host table of `{outer}`"),
                );
                match twin {
                    Some(twin) => finding
                        .related(
                            context.location(twin.name.span.clone()),
                            "used by containerd",
                        )
                        .help(format!(
                            "move the keys of this table to {}, and delete this table",
                            header_for(url)
                        )),
                    None => {
                        finding.help(format!("write {} after the outer table", header_for(url)))
                    }
                }
            }
        };
        let effect = match &host.url {
            Some(url) if table_of(url).is_none() => format!(
                "containerd silently ignores tables inside a host table: no request goes to {url}"
            ),
            _ => "containerd silently ignores tables inside a host table".to_owned(),
        };
        let mut finding = finding
            .label("ignored by containerd")
            .effect(effect)
            .releases(context.decoding_releases());
        if let Some(outer) = table_of(outer) {
            let around = context.location(outer.name.span.clone());
            finding = finding.related(around, "outer host table");
        }
        // Two tables of one name would not be TOML.
        let twice = nested.iter().filter(|other| other.url == host.url).count() > 1;
        if let Some(url) = host.url.as_deref().filter(|url| table_of(url).is_none())
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
