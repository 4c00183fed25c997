use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::Finding;
use crate::go::path;

crate::rule! {
    /// `override_path = true` with a URL whose path is not a registry API root.
    ///
    /// ## What it does
    ///
    /// Reports `override_path = true` if the URL has no path, or a path without `/v2`.
    ///
    /// ## Why
    ///
    /// With `override_path`, containerd appends nothing to the URL. It requests
    /// `https://mirror.internal/library/nginx/manifests/latest`, without the `/v2` that registries expect.
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
    /// For registries whose API has no `/v2`: containerd's documentation has the key for those.
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
            // 1.x reads the key in lower case only.
            .filter(|release| release.is_v2() || item.key.value == "override_path")
            .collect();
        let root = url.api_root();
        let (message, help) = match cleaned.as_str() {
            "" | "/" => (
                format!("`override_path` is set, but `{}` has no path", url.shown()),
                "delete `override_path`; containerd then appends `/v2`".to_owned(),
            ),
            _ => {
                let base = root.strip_suffix(&cleaned).unwrap_or(&root);
                (
                    format!(
                        "`override_path` is set, but the path of `{}` lacks `/v2`",
                        url.shown()
                    ),
                    url.write(&format!("{base}/v2{cleaned}")),
                )
            }
        };
        out.push(
            context
                .finding(&RULE, item.whole(), message)
                .label("containerd appends nothing")
                .effect(format!(
                    "containerd requests {root}/IMAGE/manifests/TAG, without the `/v2` of the registry API"
                ))
                .help(help)
                .related(context.location(url.span.clone()), "the URL")
                .releases(releases),
        );
    }
}
