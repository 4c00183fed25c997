use crate::facts::{Check, NamespaceContext, WrittenUrl, written_urls};
use crate::finding::{Finding, Safety, Severity};
use crate::go::path;
use crate::toml::view::Spelling;

crate::rule! {
    /// A path in a URL that containerd appends `/v2` to.
    ///
    /// ## What it does
    ///
    /// Reports URLs whose path does not end in `/v2` and that lack `override_path = true`. It is an error where
    /// `/v2` stands in the middle of the path already, and silent about the paths of Artifactory
    /// (`/artifactory/api/docker/…`) and Nexus (`/repository/…`), whose API is at `…/v2`.
    ///
    /// ## Why
    ///
    /// containerd asks for images at `/v2/` of a registry and therefore appends `/v2` to any path. Harbor, zot, ECR and
    /// others have their projects behind it instead: of `https://harbor/v2/project` containerd
    /// makes `https://harbor/v2/project/v2`, where there is nothing.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://harbor.internal/v2/dockerhub-proxy"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://harbor.internal/v2/dockerhub-proxy"]
    /// capabilities = ["pull", "resolve"]
    /// override_path = true
    /// ```
    ///
    /// ## When not to
    ///
    /// When the API is at `…/v2` of that path. Write the `/v2` out, and nobody has to guess.
    ///
    /// ## Source
    ///
    /// containerd#6634. Recorded from containerd: `hand-url-project`, `hand-url-v2v2` in
    /// `fixtures/conformance/hand.jsonl`, `plan-path-*` in `fixtures/conformance/plan.jsonl`.
    name: "path-without-override",
    category: Urls,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: Unsafe,
    check: Check::Namespace(check),
}

/// Products whose API is at `/v2` below such a path.
const V2_BELOW: [&str; 3] = ["/artifactory/api/docker/", "/api/docker/", "/repository/"];

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context).iter().filter(|u| u.leads_somewhere()) {
        let item = url.setting("override_path");
        if item.and_then(|item| item.boolean()) == Some(true) {
            continue;
        }
        let cleaned = path::cleaned(&url.url.path);
        // docker-io-server speaks of paths into Docker's web site.
        if url.url.path.is_empty()
            || cleaned == "/"
            || cleaned.ends_with("/v2")
            || V2_BELOW.iter().any(|below| cleaned.starts_with(below))
            || url.name() == "hub.docker.com"
        {
            continue;
        }
        let has_v2 = cleaned.contains("/v2/");
        let mut finding = context
            .finding(
                &RULE,
                path_span(url),
                format!("`/v2` is appended to the path `{cleaned}`"),
            )
            .label("not the root of the API")
            .effect(format!("containerd asks {}/…", url.api_root()))
            .releases(url.entry.releases.clone());
        let base = url.api_root();
        let base = base
            .strip_suffix(&format!("{cleaned}/v2"))
            .unwrap_or(&base)
            .to_owned();
        finding = match has_v2 {
            true => finding.severity(Severity::Error).help(format!(
                "write `override_path = true`, and containerd asks {base}{cleaned}/…"
            )),
            false => finding.help(format!(
                "if the API is there, write {}; if the images are in `{}` of {base}, write {} and \
                 `override_path = true`",
                url.line_with(&format!("{base}{cleaned}/v2")),
                cleaned.trim_start_matches('/'),
                url.line_with(&format!("{base}/v2{cleaned}")),
            )),
        };
        if has_v2 {
            finding = with_override(context, url, finding);
        }
        out.push(finding);
    }
}

/// Where the path stands.
fn path_span(url: &WrittenUrl) -> std::ops::Range<usize> {
    let from = url.authority().map_or(0, |authority| authority.end);
    let to = url.text.find(['?', '#']).unwrap_or(url.text.len());
    match from < to {
        true => url.part(from..to),
        false => url.span.clone(),
    }
}

fn with_override(context: &NamespaceContext, url: &WrittenUrl, finding: Finding) -> Finding {
    const LINE: &str = "override_path = true";
    match url.setting("override_path") {
        Some(item) if item.spelling == Spelling::Plain && item.boolean().is_some() => {
            let finding = finding.related(
                context.location(item.whole()),
                "says that `/v2` is to be appended",
            );
            finding.fix(
                Safety::Unsafe,
                format!("write `{LINE}`"),
                item.span.clone(),
                "true",
            )
        }
        Some(_) => finding,
        None => match url.insertion(context, LINE) {
            Some((span, text)) => finding.fix(Safety::Unsafe, format!("add `{LINE}`"), span, text),
            None => finding,
        },
    }
}
