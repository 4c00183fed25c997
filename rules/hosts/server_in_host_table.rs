use crate::containerd::Role;
use crate::facts::host_tables::{header_for, is_key_as_host, is_unquoted, unquoted_hosts};
use crate::facts::{Check, NamespaceContext, lines};
use crate::finding::{Finding, Safety, Severity};
use crate::toml::view::{Document, Item};

crate::rule! {
    /// `server` inside a host table, which containerd ignores.
    ///
    /// ## What it does
    ///
    /// Reports `server` in a host table.
    ///
    /// ## Why
    ///
    /// In TOML every key below a header belongs to that table, up to the next header; a blank line does not end a
    /// table. A host table has no key `server`, so containerd ignores it and uses the last endpoint that it would
    /// use without it: the registry itself.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror-a.internal"]
    /// capabilities = ["pull", "resolve"]
    ///
    /// server = "https://mirror-b.internal"
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://mirror-b.internal"
    ///
    /// [host."https://mirror-a.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd reads the key there.
    ///
    /// ## Source
    ///
    /// containerd#11551. Recorded from containerd: `hand-struct-server-in-host*` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "server-in-host-table",
    category: Hosts,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    let headers = document.headers(context.text());
    let unquoted = unquoted_hosts(headers, context.text());
    let is_server = |item: &&Item| item.key.value.eq_ignore_ascii_case("server");
    let at_root = document.root.items.iter().find(is_server);
    let hosts = context.host_tables();
    let misplaced = hosts
        .iter()
        .filter(|host| !is_key_as_host(host) && !is_unquoted(host, &unquoted))
        .flat_map(|host| {
            host.table
                .items
                .iter()
                .filter(is_server)
                .map(move |item| (host, item))
        });
    let misplaced: Vec<_> = misplaced.collect();
    for (host, item) in &misplaced {
        let url = &host.name.value;
        let mut finding = context
            .finding(
                &RULE,
                item.key.span.clone(),
                format!("`server` is inside the host table of `{url}`"),
            )
            .label("ignored by containerd")
            .releases(context.endpoint_releases(host));
        let header = context.location(host.table.span.clone());
        finding = finding.related(header, "table that contains it");
        let last = last_endpoint(context);
        let wanted = item.string().unwrap_or_default();
        let harmless = last
            .as_deref()
            .is_some_and(|last| same_server(last, wanted));
        let mut effect = "containerd ignores `server` in a host table".to_owned();
        if let Some(last) = &last {
            effect += &match harmless {
                true => format!(": the last endpoint is {last} anyway"),
                false => format!(": the last endpoint is {last}"),
            };
        }
        let line = context.text().get(item.whole()).unwrap_or("server = …");
        if harmless {
            finding = finding.severity(Severity::Note);
        }
        finding = match at_root {
            Some(root) => finding
                .related(
                    context.location(root.key.span.clone()),
                    "used by containerd",
                )
                .help("delete it: the file has a `server` at its root"),
            None => finding.help(format!("move `{line}` up, above {}", first(document))),
        };
        finding = finding.effect(effect);
        if let (None, [_], Some(edits)) = (at_root, misplaced.as_slice(), moved(context, item)) {
            finding = finding.fix_edits(Safety::Safe, "move it above the first table", edits);
        }
        out.push(finding);
    }
}

/// The header of the first host table.
fn first(document: &Document) -> String {
    match document.hosts().first() {
        Some(host) => header_for(&host.name.value),
        None => "the first table".to_owned(),
    }
}

/// The URL of the last endpoint on the newest release that has one.
fn last_endpoint(context: &NamespaceContext) -> Option<String> {
    let outcomes = context.outcomes.iter().rev();
    outcomes
        .filter_map(|(_, outcome)| outcome.endpoints().last())
        .find(|endpoint| !matches!(endpoint.role, Role::Host(_)))
        .map(|endpoint| match context.is_default() {
            true if endpoint.role == Role::Upstream => "the registry itself".to_owned(),
            _ => endpoint.url(),
        })
}

fn same_server(last: &str, wanted: &str) -> bool {
    let bare = |url: &str| {
        let url = url.trim_end_matches('/');
        url.strip_suffix("/v2")
            .unwrap_or(url)
            .trim_end_matches('/')
            .to_owned()
    };
    bare(last) == bare(wanted)
}

/// Takes the line out and puts it before the first table, and before the comment above that.
fn moved(context: &NamespaceContext, item: &Item) -> Option<[(std::ops::Range<usize>, String); 2]> {
    let text = context.text();
    let taken = lines::around(text, &item.whole());
    let first = context.document.as_ref()?.headers(text).first()?.span.start;
    if first > taken.start
        || !lines::is_first(text, first)
        || !lines::is_first(text, item.key.span.start)
    {
        return None;
    }
    let at = lines::before_table(text, first);
    let line = text.get(taken.clone())?.trim();
    let before = format!("{line}\n\n");
    Some([(at..at, before), (taken, String::new())])
}
