use crate::facts::{Check, NamespaceContext, headers};
use crate::finding::secrets::is_credential_name;
use crate::finding::words::releases_in_words;
use crate::finding::{Environment, Finding, Severity};

crate::rule! {
    /// A credential in a header.
    ///
    /// ## What it does
    ///
    /// Reports headers that carry credentials: `Authorization`, `Proxy-Authorization`, `Cookie`, and names that
    /// speak of a token, a password, a secret or an API key. Over plain HTTP it is an error. The value is never shown.
    ///
    /// ## Why
    ///
    /// The file is readable on every node and lies in a repository. The header goes with every request to
    /// that endpoint, and from containerd 2.1 also to the token server that the endpoint names, whoever that is.
    /// And an `Authorization` header stands in the way of the token that a registry hands out.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal".header]
    ///   Authorization = "Basic dXNlcjpwYXNzd29yZA=="
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the mirror takes nothing else, the tree is in no repository and only root can read it.
    ///
    /// ## Source
    ///
    /// That headers go to token servers from 2.1 on is measured; see the table of releases in
    /// `src/containerd/release.rs`.
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
        let mut effect = format!("it goes to `{}` with every request", entry.host.host);
        if plain {
            effect.push_str(", readable by everyone on the way");
        }
        if !token.is_empty() {
            let who = releases_in_words(&token, &context.releases());
            effect.push_str(&format!(
                "; with {who} also to the token server that the endpoint names"
            ));
        }
        let severity = match (plain, context.environment()) {
            (_, Environment::Development) => Severity::Note,
            (true, _) => Severity::Error,
            (false, _) => Severity::Warning,
        };
        out.push(
            context
                .finding(&RULE, header.item.key.span.clone(), format!("the header `{name}` carries a credential"))
                .label("its value is in this file")
                .severity(severity)
                .effect(effect)
                .help("give containerd credentials through the kubelet (imagePullSecrets, a credential provider) or let the mirror allow anonymous pulls; treat what was committed as known")
                .releases(entry.releases.clone()),
        );
    }
}
