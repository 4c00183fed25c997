use crate::facts::{Check, NamespaceContext, Shape, WrittenUrl, written_urls};
use crate::finding::{Consequence, Finding, Promise, Safety, Severity};

crate::rule! {
    /// A URL without `https://` or `http://`.
    ///
    /// ## What it does
    ///
    /// Reports URLs of host tables and of `server` that begin with the host. It is a warning where
    /// containerd puts `https://` in front, and an error where the name itself begins with `http`.
    ///
    /// ## Why
    ///
    /// containerd does not look for `://`: it puts `https://` in front of whatever does not begin with the four
    /// letters `http`. So a registry that speaks plain HTTP cannot be reached without a scheme, and of
    /// `httpbin.internal:5000` or `http-cache/v2` no host comes out at all.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."mirror.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Where HTTPS is meant, the warning is about clarity only.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-no-scheme*` and `hand-url-http-prefix-host` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "missing-scheme",
    category: Urls,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context) {
        match url.shape() {
            // docker-io-server has the better advice.
            Some(Shape::NoScheme) if url.is_docker_site() => {}
            Some(Shape::NoScheme) => out.push(assumed(context, url)),
            Some(Shape::TakenForScheme) => out.push(not_assumed(context, url)),
            _ => {}
        }
    }
}

fn assumed(context: &NamespaceContext, url: &WrittenUrl) -> Finding {
    let text = url.shown();
    let finding = context
        .finding(&RULE, url.span.clone(), format!("`{text}` has no scheme"))
        .label("no `https://` or `http://`")
        .effect(format!(
            "containerd puts `https://` in front: it asks {}, and never by plain HTTP",
            url.api_root()
        ))
        .help(format!(
            "write {}, or `http://{text}` if it speaks plain HTTP",
            url.line_with(&format!("https://{text}"))
        ))
        .releases(url.entry.releases.clone());
    in_front(finding, url)
}

fn not_assumed(context: &NamespaceContext, url: &WrittenUrl) -> Finding {
    let text = url.shown();
    let reason = "because the name begins with `http`, containerd does not put `https://` in front, \
                  and Go finds no host in it";
    let finding = context
        .finding(
            &RULE,
            url.span.clone(),
            format!("`{text}` is taken for a URL with a scheme"),
        )
        .label("no `https://` in front")
        .severity(Severity::Error)
        .help(format!(
            "write {}",
            url.line_with(&format!("https://{text}"))
        ))
        .releases(url.entry.releases.clone());
    let finding = match url.is_server() {
        true => finding.consequence(Consequence::Misread).effect(format!(
            "{reason}: it is as if there were no `server`, and what no host answers is asked of {} itself",
            context.registry()
        )),
        false => finding
            .consequence(Consequence::RequestsFail)
            .effect(format!("{reason}: no request to it can be made")),
    };
    // A `server` without a host was none.
    match url.is_server() {
        true => in_front(finding, url).promise(Promise::Reads),
        false => in_front(finding, url),
    }
}

/// Attaches the fix: `https://` in front, in quotes.
fn in_front(finding: Finding, url: &WrittenUrl) -> Finding {
    let text = &url.text;
    match (url.editable(), url.is_quoted()) {
        // The word alone is no host's name: there is more missing than the scheme.
        _ if matches!(
            text.split([':', '/', '?', '#']).next(),
            Some("http" | "https")
        ) =>
        {
            finding
        }
        (true, true) => finding.fix_edits(
            Safety::Safe,
            "write `https://` in front",
            url.rewrite(0..0, "https://"),
        ),
        (true, false) => finding.fix_edits(
            Safety::Safe,
            "write `https://` in front",
            url.rewrite(0..text.len(), &format!("\"https://{text}\"")),
        ),
        (false, _) => finding,
    }
}
