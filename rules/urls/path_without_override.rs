use crate::facts::{Check, NamespaceContext, WrittenUrl, written_urls};
use crate::finding::{Classification, Finding, Safety};
use crate::go::path;
use crate::toml::view::Spelling;

crate::rule! {
    /// A path in a URL to which containerd appends `/v2`.
    ///
    /// ## What it does
    ///
    /// Reports URLs with a path that does not end in `/v2`, unless `override_path = true` is set. If `/v2` is already in the
    /// middle of the path, the endpoint cannot work: that is an error when no other endpoint can do the same. The paths of
    /// Artifactory (`/artifactory/api/docker/…`) and Nexus (`/repository/…`) are not reported, because their API is below
    /// them.
    ///
    /// ## Why
    ///
    /// Registries serve their API at `/v2/`, so containerd appends `/v2` to every other path. Harbor, zot, ECR and
    /// others have their projects behind it: containerd turns `https://harbor/v2/project` into
    /// `https://harbor/v2/project/v2`, which does not exist.
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
    /// If the API is at `…/v2` below that path. Writing the `/v2` makes that explicit.
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
    let urls = written_urls(context);
    for (index, url) in urls.iter().enumerate() {
        let Some(cleaned) = reported_path(url) else {
            continue;
        };
        // The same URL as `server` and as host is one mistake.
        let is_same =
            |other: &&WrittenUrl| other.text == url.text && reported_path(other).is_some();
        if urls[..index].iter().any(|other| is_same(&other)) {
            continue;
        }
        let mut finding = context
            .finding(
                &RULE,
                path_span(url),
                format!("containerd appends `/v2` to the path of `{}`", url.shown()),
            )
            .label("not an API root")
            .effect(format!("requests go to {}/…", url.api_root()))
            .releases(url.entry.releases.clone());
        for other in urls[index + 1..].iter().filter(is_same) {
            finding = finding.related(context.location(other.span.clone()), "also here");
        }
        let base = url.api_root();
        let base = base
            .strip_suffix(&format!("{cleaned}/v2"))
            .unwrap_or(&base)
            .to_owned();
        let as_prefix = format!(
            "{}, with `override_path = true`",
            url.write(&format!("{base}/v2{cleaned}"))
        );
        out.push(match cleaned.contains("/v2/") {
            true => {
                let finding = finding.help(format!(
                    "write `override_path = true`; requests then go to {base}{cleaned}/…"
                ));
                let finding = context.without_endpoint(&url.entry, finding);
                with_override(context, url, finding)
            }
            // The public registries have their API at the root.
            false if matches!(context.classify(&url.url.host), Classification::KnownPublic(_)) => {
                finding.help(as_prefix)
            }
            false => finding.help(format!(
                "if the API is below this path, {}; if `{}` is a project or repository prefix, {as_prefix}",
                url.write(&format!("{base}{cleaned}/v2")),
                cleaned.trim_start_matches('/'),
            )),
        });
    }
}

/// The path to which `/v2` is appended, if that is probably wrong.
fn reported_path(url: &WrittenUrl) -> Option<String> {
    let item = url.setting("override_path");
    if !url.leads_somewhere() || item.and_then(|item| item.boolean()) == Some(true) {
        return None;
    }
    let cleaned = path::cleaned(&url.url.path);
    let is_plain = url.url.path.is_empty() || cleaned == "/" || cleaned.ends_with("/v2");
    let is_product = V2_BELOW.iter().any(|below| cleaned.starts_with(below));
    // docker-io-server reports paths into Docker's web site.
    (!is_plain && !is_product && !url.is_docker_site()).then(|| cleaned.into_owned())
}

/// The span of the path.
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
            let finding = finding.related(context.location(item.whole()), "appends `/v2`");
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
