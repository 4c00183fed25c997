use crate::containerd::{Release, Releases};
use crate::facts::host_tables::{is_key_as_host, is_unquoted, unquoted_hosts};
use crate::facts::keys::{host_key, is_known_to};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::toml::view::{Item, Table};

crate::rule! {
    /// A key that a targeted release of containerd does not know yet.
    ///
    /// ## What it does
    ///
    /// Reports `dial_timeout` for releases below 2.0.7, and `override_path` below 1.6.0.
    ///
    /// ## Why
    ///
    /// containerd passes over keys that it does not know. Without `dial_timeout` it waits up to thirty seconds for an endpoint that is down, at
    /// every request; without `override_path` it appends `/v2` to the path.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// dial_timeout = "2s"
    /// ```
    ///
    /// ## Use instead
    ///
    /// Say which releases the nodes run, if all of them know the key:
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// containerd = [">=2.1"]
    /// ```
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// dial_timeout = "2s"
    /// ```
    ///
    /// ## When not to
    ///
    /// When nodes with an older containerd may do without it.
    ///
    /// ## Source
    ///
    /// Recorded from containerd in `fixtures/conformance/hand.jsonl`; `dial_timeout` came with containerd 2.1 and was brought
    /// to 2.0.7, `override_path` came with 1.6.
    name: "key-too-new",
    category: Hosts,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "1.5 to 2.0.6",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    report(
        context,
        &document.root,
        None,
        &context.decoding_releases(),
        out,
    );
    let headers = document.headers(context.text());
    let unquoted = unquoted_hosts(headers, context.text());
    for host in context.host_tables() {
        if is_key_as_host(host) || is_unquoted(host, &unquoted) {
            continue;
        }
        let releases = context.endpoint_releases(host);
        report(context, host.table, Some(&host.name.value), &releases, out);
    }
}

fn report(
    context: &NamespaceContext,
    table: &Table,
    url: Option<&str>,
    releases: &[Release],
    out: &mut Vec<Finding>,
) {
    for item in &table.items {
        let Some(key) = host_key(&item.key.value) else {
            continue;
        };
        let lacking = releases
            .iter()
            .filter(|release| !is_known_to(**release, key));
        let lacking: Releases = lacking.copied().collect();
        if lacking.is_empty() {
            continue;
        }
        let whose = url.unwrap_or("the server");
        let (since, effect) = match key {
            "dial_timeout" => (
                "2.0.7",
                format!("it waits up to thirty seconds for {whose} when that is down"),
            ),
            "override_path" if item.boolean() != Some(false) => {
                ("1.6", format!("it appends /v2 to the path of {whose}"))
            }
            _ => continue,
        };
        out.push(finding(context, item, key, since, effect).releases(lacking));
    }
}

fn finding(
    context: &NamespaceContext,
    item: &Item,
    key: &str,
    since: &str,
    effect: String,
) -> Finding {
    context
        .finding(
            &RULE,
            item.key.span.clone(),
            format!("`{key}` is known from containerd {since} only"),
        )
        .label("too new")
        .effect(format!(
            "an older containerd passes over it without a word: {effect}"
        ))
        .help("leave it for the nodes that know it, and set `containerd` in certsd-lint.toml to the releases that the nodes run")
}
