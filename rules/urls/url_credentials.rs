use crate::facts::{Check, NamespaceContext, credentials_help, written_urls};
use crate::finding::{Finding, Safety};

crate::rule! {
    /// A user name or a password in a URL.
    ///
    /// ## What it does
    ///
    /// Reports URLs of the form `https://user:password@host` and `https://user@host`.
    ///
    /// ## Why
    ///
    /// containerd drops everything before the `@` and sends requests without credentials. What remains is a
    /// secret in a file that every user of the node, and often of a repository, can read.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://puller:secret@mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// Credentials for the registry in the image name come with the pull: from an image pull secret, or from a credential
    /// provider of the kubelet. A mirror's own credentials belong in containerd's config.toml. A password that was in a
    /// repository must be changed, because it stays in the history.
    ///
    /// ## When not to
    ///
    /// Never: containerd does not use them.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-userinfo` in `fixtures/conformance/hand.jsonl`.
    name: "url-credentials",
    category: Urls,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: Unsafe,
    security_severity: "7.5",
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context).iter().filter(|u| u.url.has_userinfo) {
        let Some(host) = url.authority() else {
            continue;
        };
        let start = url.text.find("://").map_or(0, |at| at + 3);
        let userinfo = &url.text[start..host.start.saturating_sub(1).max(start)];
        // `https://@host` has no user, and in `@https://host` the host is elsewhere.
        if userinfo.is_empty() {
            continue;
        }
        let has_password = userinfo
            .split_once(':')
            .is_some_and(|(_, password)| !password.is_empty());
        let shown = &url.text[host.clone()];
        let (what, change) = match has_password {
            true => (
                "password",
                "; change the password, because repositories keep a history",
            ),
            false => ("user name", ""),
        };
        // Neither is repeated here: more people read reports than the file.
        let finding = context
            .finding(
                &RULE,
                url.part(start..host.start),
                format!("{what} in the URL of `{shown}`"),
            )
            .label("dropped by containerd")
            .effect(format!(
                "requests go to {} without it, but everyone who can read the file has it",
                url.api_root()
            ))
            .help(format!(
                "delete everything up to the `@`{change}. To authenticate, {}",
                credentials_help(context, shown)
            ))
            .releases(url.entry.releases.clone());
        out.push(match url.editable() {
            true => finding.fix_edits(
                Safety::Unsafe,
                "delete the credentials",
                url.rewrite(start..host.start, ""),
            ),
            false => finding,
        });
    }
}
