use crate::disk::Tracked;
use crate::facts::{Check, Entry, NamespaceContext, headers};
use crate::finding::secrets::is_credential_name;
use crate::finding::words::releases_in_words;
use crate::finding::{Environment, Finding, Severity};

crate::rule! {
    /// A credential in a header.
    ///
    /// ## What it does
    ///
    /// Reports headers that carry credentials: `Authorization`, `Proxy-Authorization`, `Cookie`, and names that
    /// contain the words token, password, secret or API key. The value is never shown.
    ///
    /// ## Why
    ///
    /// Everyone who can read the file knows the credential: on each node, and in each copy of the repository.
    /// containerd sends the header with every request to the endpoint, and from 2.1 on also to the token server
    /// that the endpoint names. An `Authorization` header also replaces the token that a registry issues.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal".header]
    ///   Authorization = "Basic dXNlcjpwYXNzd29yZA=="
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the mirror accepts no other credentials, the tree is in no repository and only root can read it. An
    /// `Authorization` header is one of the few ways to give a mirror credentials of its own.
    ///
    /// ## Source
    ///
    /// Measured: headers go to token servers from 2.1 on. See the table of releases in `src/containerd/release.rs`.
    name: "credential-in-header",
    category: Headers,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    security_severity: "6.5",
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for header in headers(context).iter().flatten() {
        let name = &header.item.key.value;
        let filled = header
            .values
            .iter()
            .any(|(value, _)| !value.trim().is_empty());
        if !is_credential_name(name) || !filled {
            continue;
        }
        let entry = &header.entry;
        let plain = entry.host.scheme == "http" && entry.host.tls() == Default::default();
        let token: Vec<_> = entry
            .releases
            .iter()
            .copied()
            .filter(|r| r.headers_to_token_server())
            .collect();
        let mut effect = format!(
            "containerd sends it to {} with every request",
            entry.host.host
        );
        if plain {
            effect.push_str(" in plain text");
        }
        if !token.is_empty() {
            let who = releases_in_words(&token, &context.releases());
            effect.push_str(&format!(
                " and, with {who}, also to the token server that the endpoint names"
            ));
        }
        let severity = match context.environment() {
            Environment::Development => Severity::Note,
            _ => Severity::Warning,
        };
        out.push(
            context
                .finding(
                    &RULE,
                    header.item.key.span.clone(),
                    format!("header `{name}` contains a credential"),
                )
                .label("credential in hosts.toml")
                .severity(severity)
                .effect(effect)
                .help(help(context, entry))
                .releases(entry.releases.clone()),
        );
    }
}

/// Where the credential belongs. A pull secret is looked up by the name of the image, so it serves the registry and no
/// mirror.
fn help(context: &NamespaceContext, entry: &Entry) -> String {
    let host = &entry.host.host;
    let mut help = match context.is_own_registry(host) {
        true => format!("use an image pull secret for {host}"),
        false => format!("let {host} serve anonymous pulls, or set `auth` for it in config.toml"),
    };
    let file = format!("{}/hosts.toml", context.name());
    if context.tree.tracked(&file) == Tracked::Yes {
        help += ". Replace the credential, because it is in the Git history";
    }
    help
}
