use crate::containerd::{Release, Releases};
use crate::facts::host_tables::{is_key_as_host, is_unquoted, unquoted_hosts};
use crate::facts::keys::{host_key, is_known_to, is_spelling_of, root_key};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety};
use crate::toml::view::{Item, Spelling, Table, TableHeader};

crate::rule! {
    /// A key that is not in lower case, which containerd 1.x ignores.
    ///
    /// ## What it does
    ///
    /// Reports keys such as `Capabilities` or `skip_Verify`. Keys in upper case throughout, such as `SKIP_VERIFY`,
    /// are read by every release and are not reported.
    ///
    /// ## Why
    ///
    /// containerd 2.x accepts its keys in any case. containerd 1.x tries lower case, then upper case, and silently
    /// ignores anything else, so one file means different things on different nodes.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// Capabilities = ["pull"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When only containerd 2.x reads the file. Set `containerd = ">=2.0"` in certsd-lint.toml.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-case-*` in `fixtures/conformance/hand.jsonl`.
    name: "key-case",
    category: Hosts,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "1.5 to 1.7",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    let headers = document.headers(context.text());
    let mut report = |table: &Table, depth: usize, releases: &[Release]| {
        for item in &table.items {
            let written = item.key.value.as_str();
            let key = if depth == 1 {
                root_key(written)
            } else {
                host_key(written)
            };
            // `Host` is misspelled-host-table's.
            // Beside the key itself, which of the two counts is nothing to rely on.
            let other = |key: &&str| *key != "host" && *key != written && table.get(key).is_none();
            if let Some(key) = key.filter(other) {
                let releases: Releases = releases
                    .iter()
                    .filter(|r| is_known_to(**r, key) && !is_spelling_of(**r, written, key))
                    .copied()
                    .collect();
                out.push(finding(context, item, key, headers).releases(releases));
            }
        }
    };
    report(&document.root, 1, &context.decoding_releases());
    let unquoted = unquoted_hosts(headers, context.text());
    for host in context.host_tables() {
        if is_key_as_host(host) || is_unquoted(host, &unquoted) {
            continue;
        }
        report(host.table, 2, &context.endpoint_releases(host));
    }
}

fn finding(context: &NamespaceContext, item: &Item, key: &str, headers: &[TableHeader]) -> Finding {
    let written = &item.key.value;
    // In a header of its own, the key is that header's last part.
    let part = headers
        .iter()
        .filter(|h| item.spelling == Spelling::Header && h.span == item.span)
        .find_map(|h| h.parts.last());
    let span = part.map_or_else(|| item.key.span.clone(), |part| part.span.clone());
    let finding = context
        .finding(
            &RULE,
            span.clone(),
            format!("`{written}` is not in lower case, so containerd 1.x ignores it"),
        )
        .label(format!("not `{key}`"))
        .effect(format!("only containerd 2.x reads it as `{key}`"))
        .help(format!("write `{key}`"));
    let once = part.is_some() || matches!(item.spelling, Spelling::Plain | Spelling::Inline);
    if once {
        return finding.fix(Safety::Safe, format!("write `{key}`"), span, key);
    }
    finding
}
