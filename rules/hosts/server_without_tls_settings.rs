use crate::containerd::Role;
use crate::facts::same_registry::{Twin, in_words, is_trusted_everywhere, tls_keys, twins};
use crate::facts::{Check, NamespaceContext, is_sample_path, lines};
use crate::finding::{Finding, Safety};
use crate::toml::Span;
use crate::toml::view::{Node, Spelling, Table};

crate::rule! {
    /// A server that is also a host, without the TLS settings of the host.
    ///
    /// ## What it does
    ///
    /// Reports a host table with `ca` or `client` that leads to the same registry as `server` (or, without
    /// `server`, as the namespace itself), if the root of the file has no TLS settings. `skip_verify` counts only
    /// if the rule `skip-verify` is off, which otherwise reports the host.
    ///
    /// It is a note: the host itself works, and only the error message after a failure is affected.
    ///
    /// ## Why
    ///
    /// The root of the file is an endpoint of its own, the last one, and inherits nothing from the host tables.
    /// When the host fails for any reason, even because an image does not exist, containerd tries the server next
    /// and fails with an x509 error. containerd 1.x reports that error instead of the first one.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # registry.internal:5000/hosts.toml
    /// server = "https://registry.internal:5000"
    ///
    /// [host."https://registry.internal:5000"]
    /// ca = "ca.pem"
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
    /// ca = "ca.pem"
    /// ```
    ///
    /// From containerd 1.7.32 the host table can go.
    ///
    /// ## When not to
    ///
    /// When the node trusts the registry's certificate by other means.
    ///
    /// ## Source
    ///
    /// containerd#12273, containerd#13206.
    name: "server-without-tls-settings",
    category: Hosts,
    severity: Note,
    consequence: Misread,
    releases: "all",
    fix: Unsafe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    // One finding: what is to be written is written once, at the root.
    let twins = twins(context);
    let Some(twin) = twins
        .iter()
        .find(|twin| twin.root_lacks_tls() && !is_trusted_everywhere(context, &twin.root))
    else {
        return;
    };
    let (Some(table), Some(span)) = (twin.host.table, &twin.host.host.span) else {
        return;
    };
    let url = &table.name.value;
    let mut keys = tls_keys(twin.host.host);
    // That one is a fault itself, and is not to be repeated.
    keys.retain(|key| *key != "skip_verify" || !context.runs("skip-verify"));
    if keys.is_empty() || names_sample(table.table) {
        return;
    }
    let words = in_words(&keys);
    let finding = match (&twin.root.span, twin.root.role) {
        (Some(server), Role::Server) => context
            .finding(
                &RULE,
                server.clone(),
                format!("`server` repeats the host `{url}` without {words}"),
            )
            .label("no TLS settings"),
        _ => context
            .finding(
                &RULE,
                span.clone(),
                format!("the last endpoint repeats the host `{url}` without {words}"),
            )
            .label(format!("has {words}")),
    };
    let lines = settings(context, twin, &keys);
    let mut finding = finding
        .effect(format!(
            "when the host fails, even for a missing image, containerd tries it again without {words}, and its x509 error may hide the real one"
        ))
        .help(match &lines {
            Some(lines) => format!("repeat at the top of the file:\n{lines}"),
            None => format!("repeat {words} at the top of the file"),
        })
        .releases(twin.releases.clone());
    let copy = lines.and_then(|lines| at_root(context, &keys, &lines));
    // That would be a finding of its own.
    if let Some((place, copy)) = copy.filter(|_| !keys.contains(&"skip_verify")) {
        let description = format!("repeat {words} at the root of the file");
        finding = finding.fix(Safety::Unsafe, description, place, copy);
    }
    out.push(finding);
}

/// Whether a setting names a sample path: missing-tls-file reports it, and it is not to be repeated.
fn names_sample(table: &Table) -> bool {
    fn is_sample(node: &Node) -> bool {
        match node {
            Node::String(path) => is_sample_path(path),
            Node::Array(elements) => elements.iter().any(|(element, _)| is_sample(element)),
            _ => false,
        }
    }
    ["ca", "client"]
        .iter()
        .filter_map(|key| table.get(key))
        .any(|item| is_sample(&item.node))
}

/// The host's settings as they are written, one a line.
fn settings(context: &NamespaceContext, twin: &Twin<'_, '_>, keys: &[&str]) -> Option<String> {
    let table = twin.host.table?.table;
    let lines: Option<Vec<&str>> = keys
        .iter()
        .map(|key| {
            let item = table.get(key)?;
            let plain = item.spelling == Spelling::Plain;
            let text = context.text().get(item.whole())?;
            plain.then_some(text)
        })
        .collect();
    lines.map(|lines| lines.join("\n"))
}

/// The lines at the root of the file: below `server`, or, without it, before the first table. `None` where the root has
/// one of the keys already, whatever its value.
fn at_root(context: &NamespaceContext, keys: &[&str], lines: &str) -> Option<(Span, String)> {
    let document = context.document.as_ref()?;
    if keys.iter().any(|key| document.root.get(key).is_some()) {
        return None;
    }
    let text = context.text();
    let Some(server) = document.server() else {
        let first = document.headers(text).first()?.span.start;
        let at = lines::before_table(text, first);
        return lines::is_first(text, first).then(|| (at..at, format!("{lines}\n\n")));
    };
    let at = lines::next(text, server.span.end);
    text[..at]
        .ends_with('\n')
        .then(|| (at..at, format!("{lines}\n")))
}
