use crate::containerd::Cause;
use crate::facts::host_tables::{header_for, hosts_within, is_misspelled_host_table};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety};
use crate::toml::ProblemKind;
use crate::toml::view::{Item, Node, Spelling, TableHeader};

crate::rule! {
    /// A table of hosts that is not called `host`.
    ///
    /// ## What it does
    ///
    /// Reports tables at the root of the file that contain hosts and are not called `host`: `[hosts."…"]`,
    /// `[Host."…"]`, `[mirror."…"]`, `["https://…"]`, and any other table whose keys are URLs.
    ///
    /// ## Why
    ///
    /// containerd silently ignores unknown tables. Even 2.x, which accepts its keys in any case, reads the order of
    /// the hosts only from `host` in lower case. The mirrors in such a table are never used.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [hosts."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd reads such a table.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-hosts` and `hand-struct-Host` in `fixtures/conformance/hand.jsonl`.
    name: "misspelled-host-table",
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
    let misspelled = document
        .root
        .items
        .iter()
        .filter(|item| is_misspelled_host_table(item));
    for item in misspelled {
        // Releases that insist on a table `host` drop the file for want of it: missing-host-table.
        let releases = context.releases_where(|_, outcome| {
            let missing =
                |cause: &Cause| matches!(cause, Cause::Toml(ProblemKind::MissingHostTable));
            !outcome.entries.is_empty() && !outcome.problems.iter().any(|p| missing(&p.cause))
        });
        out.push(finding(context, item, headers).releases(releases));
    }
}

fn finding(context: &NamespaceContext, item: &Item, headers: &[TableHeader]) -> Finding {
    let name = item.key.value.as_str();
    let headers: Vec<&TableHeader> = headers.iter().filter(|h| h.part(0) == Some(name)).collect();
    let span = match headers.first() {
        Some(header) => header.parts[0].span.clone(),
        None => item.key.span.clone(),
    };
    let message = match name.contains("://") {
        true => format!("the table of `{name}` is not below `host`"),
        false => format!("unknown table `{name}` instead of `host`"),
    };
    let mut finding = context
        .finding(&RULE, span, message)
        .label("ignored by containerd");
    let urls = urls(item);
    let mut effect = "containerd silently ignores this table".to_owned();
    if let Some(words) = context.endpoints_in_words() {
        effect += &format!(": {words}");
    }
    finding = finding.effect(effect);
    finding = finding.help(match urls.first() {
        Some(url) if urls.len() > 1 => {
            format!("write {}, and rename the other tables too", header_for(url))
        }
        Some(url) => format!("write {}", header_for(url)),
        None => "write [host.\"https://…\"] with the URL of the mirror".to_owned(),
    });
    for header in headers.iter().skip(1).filter(|h| h.parts.len() <= 2) {
        let place = context.location(header.parts[0].span.clone());
        finding = finding.related(place, "also ignored");
    }
    // The word is plainly meant as `host` when it is nearly that; and the tables must not be there already.
    let near = strsim::damerau_levenshtein(&name.to_lowercase(), "host") <= 1;
    let free = context
        .document
        .as_ref()
        .is_some_and(|document| document.root.get("host").is_none());
    let by_header = hosts_within(item)
        .iter()
        .all(|host| matches!(host.spelling, Spelling::Header | Spelling::Implied));
    let one = matches!(item.node, Node::Table(_));
    if near && free && by_header && one {
        let edits = headers
            .iter()
            .map(|header| (header.parts[0].span.clone(), "host".to_owned()));
        finding = finding.fix_edits(Safety::Safe, "write `host`", edits);
    }
    finding
}

/// The URLs that the table was to make endpoints of.
fn urls(item: &Item) -> Vec<String> {
    let name = item.key.value.as_str();
    if name.contains("://") {
        return vec![name.to_owned()];
    }
    let within = hosts_within(item);
    // As in containerd's older configuration: `[mirrors."docker.io"]` with `endpoint = ["https://…"]`.
    let endpoints: Vec<String> = within
        .iter()
        .copied()
        .chain(std::iter::once(item))
        .filter_map(Item::table)
        .filter_map(|table| table.get("endpoint").or_else(|| table.get("endpoints")))
        .filter_map(|endpoint| match &endpoint.node {
            Node::Array(elements) => Some(elements),
            _ => None,
        })
        .flatten()
        .filter_map(|(node, _)| match node {
            Node::String(url) => Some(url.clone()),
            _ => None,
        })
        .collect();
    if !endpoints.is_empty() {
        return endpoints;
    }
    let named = within.iter().map(|host| &host.key.value);
    named
        .filter(|url| url.contains(['.', ':']))
        .cloned()
        .collect()
}
