use crate::containerd::{Capabilities, Releases};
use crate::disk::Tracked;
use crate::facts::host_tables::{
    UnquotedHost, is_key_as_host, is_misspelled_host_table, is_nested_host, unquoted_hosts,
};
use crate::facts::keys::{HOST_KEYS, host_key, root_key};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Related, Safety, Severity};
use crate::repair::keys::{Advice, Asker, advice, host_of};
use crate::toml::view::{Item, Node, Spelling, Table, TableHeader};

crate::rule! {
    /// A key that containerd does not know and silently ignores.
    ///
    /// ## What it does
    ///
    /// Reports keys and tables, in a host table or at the root of the file, other than `server`, `host`,
    /// `capabilities`, `ca`, `client`, `skip_verify`, `header`, `override_path` and `dial_timeout`. It says what to
    /// write instead for misspelled keys and for keys of other tools.
    ///
    /// ## Why
    ///
    /// containerd decodes hosts.toml without checking for unknown keys. The key has no effect, and no log line says
    /// so: a mirror with `plain_http = true` is requested over HTTPS, one with `password = "…"` without
    /// credentials.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// plain_http = true
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."http://mirror.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// `rewrite` is read by the containerd of k3s and RKE2, and is a note in files that these wrote.
    ///
    /// ## Source
    ///
    /// containerd#9131. Recorded from containerd: `hand-struct-unknown-*` in `fixtures/conformance/hand.jsonl`.
    /// Credentials in hosts.toml were proposed and not taken: containerd#10540, containerd#10612.
    name: "unknown-key",
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
    let at_root = document
        .root
        .items
        .iter()
        // A table of hosts under another name is misspelled-host-table's.
        .filter(|item| root_key(&item.key.value).is_none() && !is_misspelled_host_table(item));
    let root = Place {
        table: &document.root,
        url: None,
        releases: context.decoding_releases(),
    };
    root.report(context, at_root, headers, out);
    for host in context.host_tables() {
        // A key that was meant for some host, or for none, belongs to unquoted-host.
        if is_key_as_host(host) {
            continue;
        }
        let unknown = host.table.items.iter().filter(|item| {
            let key = item.key.value.as_str();
            host_key(key).is_none()
                // server-in-host-table
                && !key.eq_ignore_ascii_case("server")
                // nested-host-table
                && !is_nested_host(item)
                // unquoted-host
                && !is_level(item, &host.name.value, &unquoted)
        });
        let place = Place {
            table: host.table,
            url: Some(&host.name.value),
            releases: context.endpoint_releases(host),
        };
        place.report(context, unknown, headers, out);
    }
}

/// The root of the file, or a host table, and the releases that read it.
struct Place<'a> {
    table: &'a Table,
    url: Option<&'a str>,
    releases: Releases,
}

impl Place<'_> {
    fn report<'i>(
        &self,
        context: &NamespaceContext,
        unknown: impl Iterator<Item = &'i Item>,
        headers: &[TableHeader],
        out: &mut Vec<Finding>,
    ) {
        let mut said: Vec<(String, usize)> = Vec::new();
        for item in unknown {
            let of = Asker {
                url: self.url,
                is_own: self
                    .url
                    .is_none_or(|url| context.is_own_registry(host_of(url))),
                is_tracked: is_tracked(context),
            };
            let advice = advice(item, self.table, &of);
            // A name and a password are one matter, and so are a certificate and its key.
            let known = advice
                .as_ref()
                .and_then(|a| said.iter().find(|(help, _)| *help == a.help));
            if let Some((_, index)) = known {
                let finding = &mut out[*index];
                finding.related.push(Related {
                    location: context.location(item.key.span.clone()),
                    text: "also ignored".to_owned(),
                });
                continue;
            }
            if let Some(advice) = &advice {
                said.push((advice.help.clone(), out.len()));
            }
            let finding = finding(context, item, self, advice, headers);
            out.push(finding.releases(self.releases.clone()));
        }
    }
}

/// Whether the table is part of a host name without quotes.
fn is_level(item: &Item, host: &str, unquoted: &[UnquotedHost<'_>]) -> bool {
    unquoted.iter().any(|other| {
        other.headers.iter().any(|(header, _)| {
            header.part(1) == Some(host) && header.part(2) == Some(&item.key.value)
        })
    })
}

fn finding(
    context: &NamespaceContext,
    item: &Item,
    place: &Place<'_>,
    advice: Option<Advice>,
    headers: &[TableHeader],
) -> Finding {
    let (table, url) = (place.table, place.url);
    let key = item.key.value.as_str();
    let depth = if url.is_some() { 2 } else { 0 };
    // The part of each header that names it, where it is a table with headers.
    let named: Vec<&TableHeader> = headers
        .iter()
        .filter(|h| h.part(depth) == Some(key))
        .filter(|h| url.is_none() || h.part(0) == Some("host") && h.part(1) == url)
        .collect();
    let span = match named.first() {
        Some(header) => header.parts[depth].span.clone(),
        None => item.key.span.clone(),
    };
    let kind = match item.node {
        Node::Table(_) | Node::Tables(_) => "table",
        _ => "key",
    };
    let whose = match url {
        Some(url) => format!("in the host table of `{url}`"),
        None => "at the root of hosts.toml".to_owned(),
    };
    let mut finding = context
        .finding(
            &RULE,
            span.clone(),
            format!("unknown {kind} `{key}` {whose}"),
        )
        .label("ignored by containerd");
    for header in named.iter().skip(1) {
        let place = context.location(header.parts[depth].span.clone());
        finding = finding.related(place, "also ignored");
    }
    if let Some(advice) = advice {
        if let Some(reader) = advice.read_by {
            finding = finding.effect(format!("only {reader} reads it")).severity(
                match is_theirs(context) {
                    true => Severity::Note,
                    false => Severity::Warning,
                },
            );
        } else {
            finding = finding.effect(advice.effect);
        }
        if advice.harmless {
            finding = finding.severity(Severity::Note);
        }
        return finding.help(advice.help);
    }
    match nearest(key, url.is_none()) {
        Some((distance, name)) => {
            let twin = table
                .items
                .iter()
                .find(|other| other.key.value.eq_ignore_ascii_case(name));
            if let Some(twin) = twin {
                return finding
                    .related(
                        context.location(twin.key.span.clone()),
                        "used by containerd",
                    )
                    .help(format!("delete it: `{name}` is set already"));
            }
            let finding = finding.help(format!("write `{name}`"));
            let alone = matches!(item.spelling, Spelling::Plain | Spelling::Inline);
            if distance == 1 && alone && suits(name, &item.node) {
                finding.fix(Safety::Safe, format!("write `{name}`"), span, name)
            } else {
                finding
            }
        }
        None => finding.help(format!(
            "delete it, or use one of {}",
            match url {
                Some(_) => HOST_KEYS.join(", "),
                None => format!("server, {}", HOST_KEYS.join(", ")),
            }
        )),
    }
}

/// Whether the file is in the index of a Git repository.
fn is_tracked(context: &NamespaceContext) -> bool {
    let file = format!("{}/hosts.toml", context.name());
    context.tree.tracked(&file) == Tracked::Yes
}

/// Whether k3s or rke2 wrote the file.
fn is_theirs(context: &NamespaceContext) -> bool {
    let text = context.text();
    let marks = ["File generated by k3s", "File generated by rke2"];
    marks.iter().any(|mark| text.contains(mark))
        || context.tree.root.contains("/rancher/")
        || text.lines().any(|line| line.trim() == "[host]")
}

/// The known key that is nearest, and by how many slips.
fn nearest(key: &str, at_root: bool) -> Option<(usize, &'static str)> {
    let normal = key.to_lowercase().replace(['-', ' '], "_");
    let joined = |text: &str| text.replace('_', "");
    let server = at_root.then_some("server");
    HOST_KEYS
        .into_iter()
        .chain(server)
        .map(|name| {
            // `skip-verify` and `skipverify` are one slip each.
            let distance = match joined(&normal) == joined(name) {
                true => 1,
                false => strsim::damerau_levenshtein(&normal, name),
            };
            (distance, name)
        })
        .min()
        .filter(|(distance, name)| *distance <= 2 && distance * 3 <= name.len())
}

/// Whether containerd would take the value under this key: a slip that is mended must not make it drop
/// the file.
fn suits(key: &str, node: &Node) -> bool {
    let is_text = |node: &Node| matches!(node, Node::String(_));
    let texts = |node: &Node| match node {
        Node::Array(elements) => elements.iter().all(|(node, _)| is_text(node)),
        _ => false,
    };
    match key {
        "capabilities" => match node {
            Node::Array(elements) => elements.iter().all(|(node, _)| match node {
                Node::String(word) => Capabilities::from_word(word).is_some(),
                _ => false,
            }),
            _ => false,
        },
        "ca" | "client" => is_text(node) || texts(node),
        "skip_verify" | "override_path" => matches!(node, Node::Boolean(_)),
        "server" => is_text(node),
        _ => false,
    }
}
