use crate::containerd::{Release, Releases};
use crate::facts::host_tables::{is_key_as_host, is_unquoted, unquoted_hosts};
use crate::facts::keys::{host_key, is_known_to};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Severity};
use crate::toml::view::{Item, Table};

crate::rule! {
    /// A key that a targeted release of containerd does not know.
    ///
    /// ## What it does
    ///
    /// Reports `override_path` for releases before 1.6.0 as a warning. `dial_timeout` for releases before 2.0.7 is a note, and
    /// only if the settings or `--containerd` name the releases: without the key, containerd just waits longer.
    ///
    /// ## Why
    ///
    /// containerd ignores unknown keys. Without `dial_timeout` it waits up to 30 seconds for an unreachable
    /// endpoint, which only costs time. Without `override_path` it appends `/v2` to the path and requests the wrong
    /// URL.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// dial_timeout = "2s"
    /// ```
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// containerd = ["1.7", "2.1"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// Upgrade the nodes, and say which releases they run:
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// containerd = ["2.1"]
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
    /// When the nodes with an older containerd can do without the key.
    ///
    /// ## Source
    ///
    /// Recorded from containerd in `fixtures/conformance/hand.jsonl`; `dial_timeout` came with containerd 2.1 and
    /// was brought to 2.0.7, `override_path` came with 1.6.
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
            // Which releases the nodes run is a guess unless the user said so, and a longer wait is harmless.
            "dial_timeout" if !context.run.settings.releases_named => continue,
            "dial_timeout" => (
                "2.0.7",
                format!("waits up to 30 seconds for {whose} when it is unreachable"),
            ),
            "override_path" if item.boolean() != Some(false) => {
                ("1.6", format!("appends `/v2` to the path of {whose}"))
            }
            _ => continue,
        };
        let finding = finding(context, item, key, since, effect).releases(lacking);
        // A wait is harmless, a wrong path is not.
        let finding = match key {
            "dial_timeout" => finding
                .severity(Severity::Note)
                .consequence(Consequence::Advice),
            _ => finding,
        };
        // One remedy for all tables: the releases that the nodes run.
        match out.iter_mut().find(|known| is_same(known, &finding)) {
            Some(known) => {
                let place = finding.location.clone();
                *known = known.clone().related(place, "also here");
            }
            None => out.push(finding),
        }
    }
}

/// Whether two findings are about one key and the same releases.
fn is_same(known: &Finding, finding: &Finding) -> bool {
    known.rule.name == finding.rule.name
        && known.message == finding.message
        && known.releases == finding.releases
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
            format!("`{key}` needs containerd {since} or later"),
        )
        .label("ignored by older releases")
        .effect(format!("an older containerd ignores the key and {effect}"))
        .help("upgrade the nodes that run these releases")
}
