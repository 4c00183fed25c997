use crate::facts::{Check, NamespaceContext, Shape, written_urls};
use crate::finding::{Finding, Safety};

crate::rule! {
    /// Docker's web site where Docker Hub's registry should be.
    ///
    /// ## What it does
    ///
    /// Reports `docker.io`, `hub.docker.com` and `www.docker.com` as the host of a host table or of `server`.
    ///
    /// ## Why
    ///
    /// Docker Hub's registry is at `registry-1.docker.io`. Images are named for `docker.io`, and for the
    /// directory `docker.io` containerd translates that name by itself, but what is written in hosts.toml it takes as it
    /// is: a web site answers, and no image is found there. With a mirror before it this goes
    /// unnoticed until the mirror does not have an image. containerd's own documentation showed it for
    /// years.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://docker.io"
    ///
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no case in which these hosts serve images.
    ///
    /// ## Source
    ///
    /// containerd#7400. Recorded from containerd: `hand-server-docker-io` in
    /// `fixtures/conformance/hand.jsonl`, `plan-docker-io-*` in `fixtures/conformance/plan.jsonl`.
    name: "docker-io-server",
    category: Urls,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

const REGISTRY: &str = "registry-1.docker.io";

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context) {
        if !url.is_docker_site() {
            continue;
        }
        let name = url.name();
        let Some(authority) = url.authority() else {
            continue;
        };
        let (span, start) = (url.part(authority.clone()), authority.start);
        // What stands before and after the host stays, but for a path into the web site.
        let end = match url.url.path.as_str() {
            "" | "/" | "/v2" | "/v2/" => authority.end,
            _ => url.text.len(),
        };
        let meant = format!("https://{REGISTRY}{}", &url.text[end..]);
        let asked = match url.is_server() {
            true => "what no host before it had is asked",
            false => "images are asked",
        };
        let finding = context
            .finding(
                &RULE,
                span,
                format!("`{name}` is a web site, not a registry"),
            )
            .label("no images here")
            .effect(format!(
                "containerd takes the name as it is: {asked} of {}, where Docker's web site answers",
                url.api_root()
            ))
            .help(format!("write {}", url.line_with(&meant)))
            .releases(url.entry.releases.clone());
        let bare = url.shape() == Some(&Shape::NoScheme);
        out.push(match url.editable() && url.is_quoted() {
            true => finding.fix_edits(
                Safety::Safe,
                format!("write `{REGISTRY}`"),
                url.rewrite(
                    start..end,
                    &format!("{}{REGISTRY}", if bare { "https://" } else { "" }),
                ),
            ),
            false => finding,
        });
    }
}
