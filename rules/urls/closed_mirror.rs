use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::hosts::closed_mirror;
use crate::finding::public_mirrors::Access;
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A public mirror that has closed.
    ///
    /// ## What it does
    ///
    /// Reports host tables and a `server` for a public mirror that is closed according to certsd-lint's own list. It is a
    /// warning while another endpoint can do the same, and an error when none is left, because pulls then fail. A mirror
    /// that was open once and now serves only clients in one network, such as a university's, is always a warning.
    ///
    /// ## Why
    ///
    /// Every request to a mirror that no longer exists costs a timeout or an error before containerd tries the next
    /// endpoint. Its domain can change hands, and the new owner then decides which images tags refer to.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://registry.docker-cn.com"]
    /// capabilities = ["pull"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull"]
    /// ```
    ///
    /// ## When not to
    ///
    /// If the mirror has opened again, or if the nodes are in the network that it serves.
    ///
    /// ## Source
    ///
    /// The list in `src`, `public_mirrors.rs`, where each entry has its own source.
    name: "closed-mirror",
    category: Urls,
    severity: Warning,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context).iter().filter(|u| u.leads_somewhere()) {
        let Some(mirror) = closed_mirror(&url.url.host) else {
            continue;
        };
        let (host, operator) = (&url.url.host, mirror.operator);
        let help = match (url.is_server(), context.meant_host()) {
            (false, _) => "delete the host table".to_owned(),
            (true, "docker.io") => url.write("https://registry-1.docker.io"),
            (true, own) if !context.is_default() => url.write(&format!("https://{own}")),
            (true, _) => "write another mirror, or delete `server`".to_owned(),
        };
        let (message, label, help) = match mirror.access {
            Access::Only(network) => (
                format!("the public mirror `{host}` ({operator}) only serves clients in {network}"),
                "not open to everyone",
                format!("{help}, unless the nodes are in {network}"),
            ),
            Access::Closed | Access::Open => (
                format!("the public mirror `{host}` ({operator}) has closed"),
                "closed",
                help,
            ),
        };
        let finding = context
            .finding(&RULE, url.span.clone(), message)
            .label(label)
            .help(help)
            .releases(url.entry.releases.clone());
        out.push(match mirror.access {
            // Where the nodes are is not known here.
            Access::Only(network) => finding.severity(Severity::Warning).effect(format!(
                "outside {network}, requests to it fail, and containerd tries the next endpoint"
            )),
            Access::Closed | Access::Open => context.without_endpoint(&url.entry, finding),
        });
    }
}
