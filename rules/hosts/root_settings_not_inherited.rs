use crate::containerd::Role;
use crate::facts::host_tables::header_for;
use crate::facts::same_registry::{in_words, tls_keys, twins};
use crate::facts::{Check, Entry, NamespaceContext, lines};
use crate::finding::{Classification, Finding, Safety};
use crate::toml::Span;
use crate::toml::view::{Document, HostTable, Item, Spelling};

crate::rule! {
    /// Settings at the root of the file that a host does not inherit.
    ///
    /// ## What it does
    ///
    /// Reports a host table that leads to the same registry as `server` (or, without `server`, as the namespace
    /// itself), if `ca`, `client`, `skip_verify` or `header` are at the root of the file and the host table has
    /// none of them.
    ///
    /// Reports `ca` and `client` at the root of a file whose server is a well-known public registry, which needs
    /// neither, if a host table of another registry has no TLS settings: they were probably meant for that host.
    ///
    /// ## Why
    ///
    /// Settings at the root belong only to the server. Hosts inherit nothing: containerd connects to the host
    /// without the CA, the client certificate or the header, and the request fails.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # registry.internal:5000/hosts.toml
    /// server = "https://registry.internal:5000"
    /// ca = "ca.pem"
    ///
    /// [host."https://registry.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # registry.internal:5000/hosts.toml
    /// server = "https://registry.internal:5000"
    /// ca = "ca.pem"
    ///
    /// [host."https://registry.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ca = "ca.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// When the host needs none of these settings, although the server does.
    ///
    /// ## Source
    ///
    /// k3s#13215, containerd#13212. Recorded from containerd: `hand-struct-root-*` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "root-settings-not-inherited",
    category: Hosts,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: Unsafe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = context.document else {
        return;
    };
    for twin in twins(context) {
        let mut keys = twin.not_inherited();
        // That one is a fault itself, and is not to be repeated.
        keys.retain(|key| *key != "skip_verify" || !context.runs("skip-verify"));
        let (Some(table), Some(span), false) =
            (twin.host.table, &twin.host.host.span, keys.is_empty())
        else {
            continue;
        };
        let url = &table.name.value;
        let words = in_words(&keys);
        let root = format!("{}://{}", twin.root.scheme, twin.root.host);
        let mut finding = context
            .finding(
                &RULE,
                span.clone(),
                format!("host `{url}` does not inherit {words} from the root of the file"),
            )
            .label(format!("without {words}"))
            .effect(format!(
                "settings at the root apply only to the last endpoint, {root}: containerd first tries the host without {words}"
            ))
            .releases(twin.releases.clone());
        let items: Vec<_> = keys
            .iter()
            .filter_map(|key| document.root.get(key))
            .collect();
        for item in &items {
            finding = finding.related(
                context.location(item.key.span.clone()),
                "only for the server",
            );
        }
        let header = header_for(url);
        finding = match written(context, &items, keys.len()) {
            Some(lines) => {
                let fix = below_host(context, &table, &lines);
                let finding = finding.help(format!("repeat below {header}:\n{}", lines.join("\n")));
                match fix {
                    Some((at, text)) => finding.fix(
                        Safety::Unsafe,
                        format!("repeat {words} below {header}"),
                        at,
                        text,
                    ),
                    None => finding,
                }
            }
            None => finding.help(format!("repeat {words} below {header}")),
        };
        out.push(finding);
    }
    out.extend(meant_for_a_mirror(context, document));
}

/// `ca` or `client` at the root of a file whose server is a public registry, which needs neither.
fn meant_for_a_mirror(context: &NamespaceContext, document: &Document) -> Option<Finding> {
    let entries = context.entries();
    let root = entries
        .iter()
        .find(|entry| entry.host.role == Role::Server)?;
    let server = match (root.host.host.as_str(), context.host()) {
        ("", _) if context.is_default() => return None,
        ("", "docker.io") => "registry-1.docker.io",
        ("", own) => own,
        (server, _) => server,
    };
    let is_public = |host: &str| matches!(context.classify(host), Classification::KnownPublic(_));
    if !is_public(server) {
        return None;
    }
    let keys: Vec<&str> = tls_keys(root.host)
        .into_iter()
        .filter(|key| matches!(*key, "ca" | "client"))
        .collect();
    let items: Vec<&Item> = keys
        .iter()
        .filter_map(|key| document.root.get(key))
        .collect();
    let mirrors: Vec<(&Entry, HostTable)> = entries
        .iter()
        .filter(|entry| entry.host.scheme == "https" && tls_keys(entry.host).is_empty())
        .filter(|entry| !is_public(&entry.host.host))
        .filter_map(|entry| Some((entry, entry.table?)))
        .collect();
    let [(first, table), others @ ..] = mirrors.as_slice() else {
        return None;
    };
    let item = *items.first()?;
    let words = in_words(&keys);
    let host = &first.host.host;
    let verb = if keys.len() == 1 { "applies" } else { "apply" };
    let mut finding = context
        .finding(
            &RULE,
            item.key.span.clone(),
            format!("{words} at the root of the file {verb} to {server}, not to `{host}`"),
        )
        .label("only for the server")
        .effect(format!(
            "hosts inherit nothing from the root: containerd connects to {host} without {words}"
        ))
        .releases(root.releases.clone());
    for (entry, _) in &mirrors {
        if let Some(span) = &entry.host.span {
            finding = finding.related(context.location(span.clone()), format!("without {words}"));
        }
    }
    if !others.is_empty() {
        return Some(finding.help(format!(
            "move {words} below the header of each host that needs it, such as {}",
            header_for(&table.name.value)
        )));
    }
    let header = header_for(&table.name.value);
    let finding = finding.help(format!("move {words} below {header}"));
    let lines = written(context, &items, keys.len());
    let edits = lines.and_then(|lines| {
        let mut edits = vec![below_host(context, table, &lines)?];
        for item in &items {
            edits.push((without_setting(context, item)?, String::new()));
        }
        Some(edits)
    });
    Some(match edits {
        Some(edits) => finding.fix_edits(
            Safety::Unsafe,
            format!("move {words} below {header}"),
            edits,
        ),
        None => finding,
    })
}

/// The settings as they are written, one a line. The values of headers may be secrets, and are not repeated.
fn written<'a>(
    context: &NamespaceContext<'a>,
    items: &[&Item],
    wanted: usize,
) -> Option<Vec<&'a str>> {
    let lines: Option<Vec<&str>> = items
        .iter()
        .map(|item| {
            let plain = item.spelling == Spelling::Plain && item.key.value != "header";
            context.text().get(item.whole()).filter(|_| plain)
        })
        .collect();
    lines.filter(|lines| lines.len() == wanted)
}

/// The settings as lines at the end of a host table.
fn below_host(
    context: &NamespaceContext,
    table: &HostTable,
    settings: &[&str],
) -> Option<(Span, String)> {
    if table.spelling != Spelling::Header {
        return None;
    }
    let text = context.text();
    let at = lines::next(text, table.table.span.end);
    let first = table.table.items.first();
    let indentation = first.map_or("", |item| lines::indentation(text, item.key.span.start));
    let lines = settings.iter().map(|line| format!("{indentation}{line}\n"));
    text[..at]
        .ends_with('\n')
        .then(|| (at..at, lines.collect()))
}

/// The span to delete for a setting, unless a comment is about it.
fn without_setting(context: &NamespaceContext, item: &Item) -> Option<Span> {
    let text = context.text();
    let line = lines::start(text, item.key.span.start);
    let has_comment = lines::above_comments(text, line) != line;
    lines::of_setting(text, &item.whole()).filter(|_| !has_comment)
}
