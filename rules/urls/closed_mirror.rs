use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::Finding;
use crate::finding::hosts::closed_mirror;

crate::rule! {
    /// A public mirror that has closed.
    ///
    /// ## What it does
    ///
    /// Reports host tables and a `server` for a public mirror that is closed according to certsd-lint's own list. It is a
    /// warning while another endpoint can do the same, and an error when none is left, because pulls then fail.
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
    /// If the mirror has opened again.
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
        let Some(operator) = closed_mirror(&url.url.host) else {
            continue;
        };
        let help = match (url.is_server(), context.meant_host()) {
            (false, _) => "delete the host table".to_owned(),
            (true, "docker.io") => url.write("https://registry-1.docker.io"),
            (true, own) if !context.is_default() => url.write(&format!("https://{own}")),
            (true, _) => "write another mirror, or delete `server`".to_owned(),
        };
        let finding = context
            .finding(
                &RULE,
                url.span.clone(),
                format!(
                    "the public mirror `{}` ({operator}) has closed",
                    url.url.host
                ),
            )
            .label("closed")
            .help(help)
            .releases(url.entry.releases.clone());
        out.push(context.without_endpoint(&url.entry, finding));
    }
}
