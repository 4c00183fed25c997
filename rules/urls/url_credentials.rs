use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::{Finding, Safety, Severity};

crate::rule! {
    /// A user name or a password in a URL.
    ///
    /// ## What it does
    ///
    /// Reports URLs of the form `https://user:password@host`; a warning where it is a user name alone.
    ///
    /// ## Why
    ///
    /// containerd drops what stands before the `@` and asks without credentials. All that is left is a
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
    /// Credentials come with the pull: from `imagePullSecrets`, from the kubelet's credential provider, or
    /// from `nerdctl login`. A password that has been in a repository has to be changed.
    ///
    /// ## When not to
    ///
    /// There is no case in which containerd uses them.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-userinfo` in `fixtures/conformance/hand.jsonl`.
    name: "url-credentials",
    category: Urls,
    severity: Error,
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
        // `https://@host` gives nobody away, and in `@https://host` the host is not where it seems.
        if userinfo.is_empty() {
            continue;
        }
        let has_password = userinfo
            .split_once(':')
            .is_some_and(|(_, password)| !password.is_empty());
        let shown = &url.text[host.clone()];
        let (what, severity) = match has_password {
            true => ("a password", Severity::Error),
            false => ("a user name", Severity::Warning),
        };
        // Neither of them is repeated here: reports are read by more people than the file.
        let finding = context
            .finding(
                &RULE,
                url.part(start..host.start),
                format!("{what} stands in the URL of `{shown}`"),
            )
            .severity(severity)
            .label("containerd drops this")
            .effect(format!(
                "containerd asks {} without it; whoever reads the file has it",
                url.api_root()
            ))
            .help(format!(
                "delete all up to the `@`, and give the credentials with the pull (imagePullSecrets, a \
                 credential provider, `nerdctl login`){}",
                if has_password {
                    "; change the password if the file has been in a repository"
                } else {
                    ""
                }
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
