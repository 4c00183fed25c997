use crate::containerd::Role;
use crate::facts::keys::{host_key, is_known_to, is_spelling_of};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// `capabilities` or `override_path` at the root of a file that has no `server`.
    ///
    /// ## What it does
    ///
    /// Reports these two keys at the root of the file if it has no `server`.
    ///
    /// ## Why
    ///
    /// Keys at the root of the file belong to the server. Without `server`, containerd makes the namespace itself
    /// the last endpoint and resets its capabilities and path: the registry may be used for everything, whatever
    /// `capabilities` lists. Hosts do not inherit the keys either. `ca`, `client`, `skip_verify`, `header` and
    /// `dial_timeout` do apply.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// capabilities = ["pull"]
    ///
    /// [host."https://mirror.internal"]
    /// ca = "ca.pem"
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull"]
    /// ca = "ca.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd uses the key.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-cap-root-noserver*` and `hand-override-root-no-server` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "root-key-without-server",
    category: Hosts,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    // A server in the wrong place or spelling is the cause then, and has a rule of its own.
    let is_server = |key: &str| key.eq_ignore_ascii_case("server");
    let misplaced = context
        .host_tables()
        .iter()
        .flat_map(|host| &host.table.items)
        .chain(&document.root.items)
        .any(|item| is_server(&item.key.value));
    if misplaced {
        return;
    }
    let registry = context.registry();
    let upstream = match context.host() {
        "docker.io" => "https://registry-1.docker.io".to_owned(),
        host => format!("https://{host}"),
    };
    for item in &document.root.items {
        let Some(key @ ("capabilities" | "override_path")) = host_key(&item.key.value) else {
            continue;
        };
        // `override_path = false` is what everyone has.
        if item.boolean() == Some(false) {
            continue;
        }
        let releases = context.releases_where(|release, outcome| {
            let root = outcome.entries.iter().find(|e| e.role == Role::Server);
            root.is_some_and(|root| root.host.is_empty())
                && is_known_to(release, key)
                && is_spelling_of(release, &item.key.value, key)
        });
        let effect = match key {
            "capabilities" => format!(
                "without `server`, the last endpoint is the registry itself with all capabilities, and hosts do not inherit `{key}`"
            ),
            _ => format!(
                "without `server`, the last endpoint is the registry itself at /v2, and hosts do not inherit `{key}`"
            ),
        };
        let value = context.text().get(item.whole()).unwrap_or(key);
        let hosts = context.host_tables();
        let below = match hosts {
            [host] => crate::facts::host_tables::header_for(&host.name.value),
            _ => "the header of each host that needs it".to_owned(),
        };
        let mut help = format!("write `{value}` below {below}");
        if !context.is_default() && context.knows_registry() {
            help +=
                &format!(", or add `server = \"{upstream}\"` if it is meant for {registry} itself");
        }
        out.push(
            context
                .finding(
                    &RULE,
                    item.key.span.clone(),
                    format!("`{key}` at the root of the file has no effect without `server`"),
                )
                .label("applies to no endpoint")
                .effect(effect)
                .help(help)
                .releases(releases),
        );
    }
}
