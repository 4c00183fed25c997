use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::Finding;
use crate::go::path;

crate::rule! {
    /// `override_path = true` where the URL's path is not that of a registry's API.
    ///
    /// ## What it does
    ///
    /// Reports `override_path = true` beside a URL without a path, and beside one without `/v2` in its path.
    ///
    /// ## Why
    ///
    /// With `override_path` containerd appends nothing to the URL: it asks for
    /// `https://mirror.internal/library/nginx/manifests/latest`, without the `/v2` that every registry
    /// expects.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// override_path = true
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
    /// ## When not to
    ///
    /// For registries whose API lacks the `/v2`, for which containerd's documentation has the key.
    ///
    /// ## Source
    ///
    /// containerd's `docs/hosts.md` on `override_path`. Recorded from containerd: `plan-override-none-*` and `plan-override-slash-*` in
    /// `fixtures/conformance/plan.jsonl`.
    name: "override-without-path",
    category: Urls,
    severity: Warning,
    consequence: Misread,
    releases: "1.6 and later",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context).iter().filter(|u| u.leads_somewhere()) {
        let Some(item) = url.setting("override_path") else {
            continue;
        };
        let cleaned = match url.url.path.as_str() {
            "" => String::new(),
            path => path::clean(path),
        };
        let has_v2 = cleaned.split('/').any(|part| part == "v2");
        if item.boolean() != Some(true) || has_v2 {
            continue;
        }
        let releases: Vec<_> = url
            .entry
            .releases
            .iter()
            .copied()
            .filter(|release| release.override_path())
            // 1.x does not read the key in another case.
            .filter(|release| release.is_v2() || item.key.value == "override_path")
            .collect();
        let root = url.api_root();
        let (message, help) = match cleaned.as_str() {
            "" | "/" => (
                format!("`{}` has no path to override with", url.shown()),
                "delete `override_path`, and containerd appends `/v2`".to_owned(),
            ),
            _ => {
                let base = root.strip_suffix(&cleaned).unwrap_or(&root);
                (
                    format!("no `/v2` in the path of `{}`", url.shown()),
                    format!("write {}", url.line_with(&format!("{base}/v2{cleaned}"))),
                )
            }
        };
        out.push(
            context
                .finding(&RULE, item.whole(), message)
                .label("nothing is appended")
                .effect(format!(
                    "containerd asks {root}/IMAGE/manifests/TAG, without the `/v2` of the registry API"
                ))
                .help(help)
                .related(context.location(url.span.clone()), "the path is here")
                .releases(releases),
        );
    }
}
