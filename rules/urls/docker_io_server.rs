use crate::facts::{Check, NamespaceContext, Shape, written_urls};
use crate::finding::{Finding, Safety, Severity};

crate::rule! {
    /// Docker's web site in place of Docker Hub's registry.
    ///
    /// ## What it does
    ///
    /// Reports `docker.io`, `hub.docker.com` and Docker's other web sites as the host of `server` or of a host table. It is
    /// a warning while another endpoint can do the same, and an error when none is left, because pulls then fail.
    ///
    /// ## Why
    ///
    /// Docker Hub's registry is `registry-1.docker.io`. Image names say `docker.io`, and without a `server` containerd
    /// translates that name itself, but it takes the URLs in hosts.toml literally. The web site answers with a page, and no
    /// image is found. With a mirror in front, no one notices until the mirror lacks an image. containerd's own
    /// documentation showed this `server` for years.
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
    /// Never: these hosts do not serve images.
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
        // The text around the host stays, except for a path into the web site.
        let end = match url.url.path.as_str() {
            "" | "/" | "/v2" | "/v2/" => authority.end,
            _ => url.text.len(),
        };
        let meant = format!("https://{REGISTRY}{}", &url.text[end..]);
        let message = match url.is_server() {
            true => format!("`server` is not a registry: `{name}` is Docker's web site"),
            false => format!("`{name}` is Docker's web site, not a registry"),
        };
        let finding = context
            .finding(&RULE, span, message)
            .label("a web site")
            .help(match (context.is_default(), url.is_server()) {
                // Docker Hub has no images of other registries.
                (true, true) => "delete `server`".to_owned(),
                (true, false) => "delete the host table".to_owned(),
                (false, _) => url.write(&meant),
            })
            .releases(url.entry.releases.clone());
        let answer = format!(
            "requests go to {}, which returns a web page",
            url.api_root()
        );
        // A page with status 200 ends the pull: later endpoints are not tried.
        let finding = match url.is_server() || context.works_before(&url.entry) {
            true => context.without_endpoint(&url.entry, finding.effect(answer)),
            false => finding.severity(Severity::Error).effect(format!(
                "{answer}: every pull of a tag ends there with an error"
            )),
        };
        let bare = url.shape() == Some(&Shape::NoScheme);
        out.push(
            match url.editable() && url.is_quoted() && !context.is_default() {
                true => finding.fix_edits(
                    Safety::Safe,
                    format!("write `{REGISTRY}`"),
                    url.rewrite(
                        start..end,
                        &format!("{}{REGISTRY}", if bare { "https://" } else { "" }),
                    ),
                ),
                false => finding,
            },
        );
    }
}
