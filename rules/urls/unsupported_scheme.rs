use crate::facts::{Check, NamespaceContext, Shape, WrittenUrl, written_urls};
use crate::finding::{Consequence, Finding, Promise, Safety, Severity};

crate::rule! {
    /// A URL whose scheme is not exactly `https://` or `http://`.
    ///
    /// ## What it does
    ///
    /// Reports other schemes (`docker://`, `oci://`, `ftp://`), upper-case letters in the scheme (`HTTPS://`), a missing
    /// slash or colon (`https:/host`, `https//host`), and two schemes in a row. It is a warning while another endpoint can do
    /// the same, and an error when none is left, because pulls then fail.
    ///
    /// ## Why
    ///
    /// containerd puts `https://` in front of everything that does not begin with `http`, so `HTTPS://mirror.internal`
    /// becomes `https://HTTPS://mirror.internal`, whose host is `HTTPS`. With a slash missing, the URL has no host.
    /// Every request to the endpoint fails, and containerd tries the next one.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."docker://mirror.internal"]
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
    /// ## When not to
    ///
    /// Never: requests to such an endpoint cannot succeed.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-upper-scheme`, `hand-url-docker`, `hand-url-one-slash` and their
    /// neighbours in `fixtures/conformance/hand.jsonl`.
    name: "unsupported-scheme",
    category: Urls,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context)
        .iter()
        .filter(|url| url.shape().is_some())
    {
        let text = url.shown();
        let rest = |from: usize| {
            let rest = text.get(from..).unwrap_or_default();
            rest.trim_start_matches('/')
        };
        // The message, the URL that was meant, and whether that is certain.
        let (message, meant, is_certain) = match url.shape() {
            Some(Shape::SchemeCase) => {
                let end = text.find("://").unwrap_or(0);
                let scheme = text[..end].to_ascii_lowercase();
                (
                    format!("the scheme of `{text}` is not in lower case"),
                    format!("{scheme}{}", &text[end..]),
                    true,
                )
            }
            Some(Shape::OtherScheme(scheme)) => {
                let end = text.find("://").map_or(0, |at| at + 3);
                (
                    format!("unsupported URL scheme `{scheme}`"),
                    format!("https://{}", rest(end)),
                    false,
                )
            }
            Some(Shape::BrokenScheme) => {
                // Text before an `@` is not shown, and may have been the scheme.
                let (scheme, rest) = match text.find([':', '/']) {
                    Some(end) => (text[..end].to_ascii_lowercase(), rest(end + 1)),
                    None => ("https".to_owned(), text.as_str()),
                };
                (
                    format!("missing `://` after the scheme of `{text}`"),
                    format!("{scheme}://{rest}"),
                    true,
                )
            }
            Some(Shape::TwoSchemes) => {
                let last = text.rfind("://").unwrap_or(0);
                let scheme = match text[..last].ends_with("http") {
                    true => "http",
                    false => "https",
                };
                (
                    format!("`{text}` has two schemes"),
                    format!("{scheme}://{}", rest(last + 3)),
                    false,
                )
            }
            _ => continue,
        };
        let finding = context
            .finding(&RULE, url.span.clone(), message)
            .label("not `https://` or `http://`")
            .help(url.write(&meant))
            .releases(url.entry.releases.clone());
        let mut finding = with_effect(context, url, finding);
        // A text with credentials is not shown as it is, and not repeated.
        if is_certain && url.editable() && url.is_quoted() && text == url.text {
            let description = format!("write `{meant}`");
            let edits = url.rewrite(0..url.text.len(), &meant);
            finding = finding.fix_edits(Safety::Safe, description, edits);
            if url.url.host.is_empty() && url.is_server() {
                // A `server` without a host counts as absent.
                finding = finding.promise(Promise::Reads);
            }
        }
        out.push(finding);
    }
}

fn with_effect(context: &NamespaceContext, url: &WrittenUrl, finding: Finding) -> Finding {
    let host = url.name();
    if host.is_empty() && url.is_server() {
        return finding
            .severity(Severity::Warning)
            .consequence(Consequence::Misread)
            .effect(format!(
                "containerd finds no host in it and ignores `server`: the last endpoint is {} itself",
                context.registry()
            ));
    }
    let effect = match host.is_empty() {
        true => "containerd finds no host in it, so no request can be made".to_owned(),
        false => {
            let in_front = match url.text.starts_with("http") {
                true => "",
                false => "adds `https://` and ",
            };
            format!(
                "containerd {in_front}sends requests to {}, whose host is `{}`",
                url.api_root(),
                url.url.host.trim_end_matches(':')
            )
        }
    };
    context.without_endpoint(&url.entry, finding.effect(effect))
}
