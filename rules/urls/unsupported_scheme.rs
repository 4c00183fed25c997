use crate::facts::{Check, NamespaceContext, Shape, WrittenUrl, written_urls};
use crate::finding::{Consequence, Finding, Promise, Safety};

crate::rule! {
    /// A URL whose scheme is not exactly `https://` or `http://`.
    ///
    /// ## What it does
    ///
    /// Reports schemes that containerd does not speak (`docker://`, `oci://`, `ftp://`), upper-case letters in
    /// the scheme (`HTTPS://`), a slash or a colon too few (`https:/host`, `https//host`), and two
    /// schemes in a row.
    ///
    /// ## Why
    ///
    /// What does not begin with `http` gets `https://` put in front, so `HTTPS://mirror.internal` becomes
    /// `https://HTTPS://mirror.internal`: a host called `HTTPS`. With a slash too few no host comes out.
    /// Every request to the endpoint fails, and containerd goes on to the next.
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
    /// There is no case in which requests to such an endpoint succeed.
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
        // The message, the URL that was meant, and whether that is beyond doubt.
        let (message, meant, plain) = match url.shape() {
            Some(Shape::SchemeCase) => {
                let end = text.find("://").unwrap_or(0);
                let scheme = text[..end].to_ascii_lowercase();
                (
                    format!("the scheme of `{text}` is not in lower-case letters"),
                    format!("{scheme}{}", &text[end..]),
                    true,
                )
            }
            Some(Shape::OtherScheme(scheme)) => {
                let end = text.find("://").map_or(0, |at| at + 3);
                (
                    format!("containerd does not speak `{scheme}`"),
                    format!("https://{}", rest(end)),
                    false,
                )
            }
            Some(Shape::BrokenScheme) => {
                // What stands before an `@` is not shown, and was the scheme then.
                let (scheme, rest) = match text.find([':', '/']) {
                    Some(end) => (text[..end].to_ascii_lowercase(), rest(end + 1)),
                    None => ("https".to_owned(), text.as_str()),
                };
                (
                    format!("`{text}` lacks the `://` after its scheme"),
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
        let mut finding = context
            .finding(&RULE, url.span.clone(), message)
            .label("not `https://` or `http://`")
            .help(format!("write {}", url.line_with(&meant)))
            .releases(url.entry.releases.clone());
        let (consequence, effect) = what_happens(context, url);
        finding = finding.consequence(consequence).effect(effect);
        // With credentials in it the text is not what is shown, and not repeated.
        if plain && url.editable() && url.is_quoted() && text == url.text {
            let description = format!("write \"{meant}\"");
            let edits = url.rewrite(0..url.text.len(), &meant);
            finding = finding.fix_edits(Safety::Safe, description, edits);
            if url.url.host.is_empty() && url.is_server() {
                // A `server` without a host was none.
                finding = finding.promise(Promise::Reads);
            }
        }
        out.push(finding);
    }
}

fn what_happens(context: &NamespaceContext, url: &WrittenUrl) -> (Consequence, String) {
    let host = url.name();
    if host.is_empty() && url.is_server() {
        let effect = format!(
            "containerd finds no host in it: it is as if there were no `server`, and what no host \
             answers is asked of {} itself",
            context.registry()
        );
        return (Consequence::Misread, effect);
    }
    let effect = match host.is_empty() {
        true => "containerd finds no host in it, and no request can be made".to_owned(),
        false => {
            let in_front = match url.text.starts_with("http") {
                true => "",
                false => "puts `https://` in front and ",
            };
            let then = match url.is_server() {
                true => "what no host before it had is not found",
                false => "nothing answers, and it goes on to the next endpoint",
            };
            format!(
                "containerd {in_front}asks {}, a host called `{}`: {then}",
                url.api_root(),
                url.url.host.trim_end_matches(':')
            )
        }
    };
    (Consequence::RequestsFail, effect)
}
