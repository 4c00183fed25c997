use crate::containerd::Release;
use crate::facts::host_tables::header_for;
use crate::facts::keys::HOST_KEYS;
use crate::facts::{Check, NamespaceContext, lines};
use crate::finding::{Finding, Promise, Safety};
use crate::toml::view::{Item, Node, Spelling, Table, TableHeader};

crate::rule! {
    /// A setting inside a `header` table, which containerd sends as an HTTP header.
    ///
    /// ## What it does
    ///
    /// Reports `capabilities`, `ca`, `client`, `dial_timeout` and `server` in a `header` table, if their values are
    /// strings as those of headers are.
    ///
    /// ## Why
    ///
    /// In TOML every key below `[host."…".header]` belongs to that table, up to the next header; neither a blank
    /// line nor less indentation ends it. The setting has no effect, and containerd sends its value to the mirror
    /// with every request as a header of that name.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   [host."https://mirror.internal".header]
    ///     X-Cluster = "prod-1"
    ///
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    ///
    ///   [host."https://mirror.internal".header]
    ///     X-Cluster = "prod-1"
    /// ```
    ///
    /// ## When not to
    ///
    /// When a mirror really requires a header of that name.
    ///
    /// ## Source
    ///
    /// TOML 1.0, "Table". Headers are recorded from containerd in `fixtures/conformance/hand.jsonl`.
    name: "setting-in-header-table",
    category: Hosts,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    let headers = document.headers(context.text());
    report(
        context,
        &document.root,
        None,
        &context.decoding_releases(),
        headers,
        out,
    );
    for host in context.host_tables() {
        let url = Some(host.name.value.as_str());
        let releases = context.endpoint_releases(host);
        report(context, host.table, url, &releases, headers, out);
    }
}

fn report(
    context: &NamespaceContext,
    around: &Table,
    url: Option<&str>,
    releases: &[Release],
    headers: &[TableHeader],
    out: &mut Vec<Finding>,
) {
    // In braces or with dots, what is in and what is out is plain to see.
    let Some(table) = around
        .get("header")
        .filter(|header| header.spelling == Spelling::Header)
        .and_then(Item::table)
    else {
        return;
    };
    let header = headers.iter().find(|h| h.span == table.span);
    let settings: Vec<&Item> = table
        .items
        .iter()
        .filter(|item| HOST_KEYS.contains(&item.key.value.as_str()) || item.key.value == "server")
        // The model reports values that no header can have.
        .filter(|item| is_header_value(&item.node))
        .collect();
    for item in &settings {
        let key = item.key.value.as_str();
        let line = context.text().get(item.whole()).unwrap_or(key);
        let at_root = url.is_none() || key == "server";
        let place = match url.filter(|_| !at_root) {
            Some(url) => format!("below {}", header_for(url)),
            None => "at the root of the file".to_owned(),
        };
        let twin = if key == "server" {
            context
                .document
                .as_ref()
                .is_some_and(|d| d.server().is_some())
        } else {
            around.get(key).is_some()
        };
        let mut finding = context
            .finding(
                &RULE,
                item.key.span.clone(),
                format!("`{key}` is inside a `header` table"),
            )
            .label("sent as a header")
            .related(
                context.location(table.span.clone()),
                "table that contains it",
            )
            .effect(format!(
                "containerd sends it as the header `{key}` with every request{}",
                match key {
                    _ if twin => "",
                    "capabilities" => ", and the endpoint has all capabilities",
                    _ => ", and the setting has no effect",
                }
            ))
            .help(match twin {
                true => format!("delete it: `{key}` is set {place} already"),
                false => format!("move `{line}` up, above this table, {place}"),
            })
            .releases(releases);
        if let (false, [_], Some(header)) = (at_root || twin, settings.as_slice(), header)
            && let Some(edits) = moved(context, item, header, headers)
        {
            finding = finding
                .fix_edits(
                    Safety::Safe,
                    format!("move it above the table, {place}"),
                    edits,
                )
                .promise(Promise::HeaderIsSetting);
        }
        out.push(finding);
    }
}

fn is_header_value(node: &Node) -> bool {
    match node {
        Node::String(_) => true,
        Node::Array(elements) => elements
            .iter()
            .all(|(node, _)| matches!(node, Node::String(_))),
        _ => false,
    }
}

/// Moves the lines before the header if the table of the host is right above.
fn moved(
    context: &NamespaceContext,
    item: &Item,
    header: &TableHeader,
    headers: &[TableHeader],
) -> Option<[(std::ops::Range<usize>, String); 2]> {
    let text = context.text();
    let above = headers
        .iter()
        .rev()
        .find(|other| other.span.start < header.span.start)?;
    let is_host = above.parts.len() == 2 && above.shares(header, 2);
    let taken = lines::around(text, &item.whole());
    let first =
        lines::is_first(text, item.key.span.start) && lines::is_first(text, header.span.start);
    if !is_host || !first || taken.end <= header.span.end {
        return None;
    }
    // After the table's last key rather than after the blank line, or a comment, before the header.
    let at = lines::start(text, header.span.start);
    let mut written = text.get(taken.clone())?.to_owned();
    // As far to the right as the keys that it joins.
    let hosts = context.document.as_ref()?.hosts();
    let host = hosts.into_iter().find(|host| host.table.span == above.span);
    let own = lines::indentation(text, item.key.span.start);
    if let Some(indentation) = host.and_then(|host| lines::key_indentation(context, &host))
        && !written.trim_end().contains('\n')
    {
        written.replace_range(..own.len(), indentation);
    }
    if !written.ends_with('\n') {
        written.push('\n');
    }
    Some([(at..at, written), (taken, String::new())])
}
