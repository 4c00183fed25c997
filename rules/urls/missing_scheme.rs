use crate::containerd::loader::is_loopback;
use crate::facts::same_registry::address;
use crate::facts::{Check, NamespaceContext, Shape, WrittenUrl, written_urls};
use crate::finding::{Classification, Consequence, Finding, Promise, Safety};

crate::rule! {
    /// A URL without `https://` or `http://`.
    ///
    /// ## What it does
    ///
    /// Reports URLs of host tables and of `server` that begin with the host. If the file names the same host with a scheme
    /// elsewhere, that scheme is proposed. A name that itself begins with `http` cannot work without a scheme: that is an
    /// error when no other endpoint can do the same.
    ///
    /// ## Why
    ///
    /// containerd does not look for `://`: it puts `https://` in front of everything that does not begin with the four
    /// letters `http`. A registry that serves plain HTTP cannot be reached without a scheme, and URLs like
    /// `httpbin.internal:5000` or `http-cache/v2` end up without a host.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."mirror.internal"]
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
    /// If HTTPS is meant, the finding is about clarity only.
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

/// The scheme that was probably meant.
enum Meant {
    /// The file uses it for the same host elsewhere.
    Written(&'static str),
    /// HTTPS: nothing suggests otherwise.
    Https,
    /// Either: a private host on a port of its own.
    Unclear,
}

fn meant(context: &NamespaceContext, url: &WrittenUrl) -> Meant {
    let same_host = |other: &&WrittenUrl| {
        other.shape().is_none() && other.url.host.eq_ignore_ascii_case(&url.url.host)
    };
    let schemes: Vec<&str> = written_urls(context)
        .iter()
        .filter(same_host)
        .map(|other| other.url.scheme.as_ref())
        .collect();
    let is_private =
        is_loopback(&url.url.host) || context.classify(&url.url.host) == Classification::Private;
    let (_, port) = address("https", &url.url.host);
    match (schemes.contains(&"http"), schemes.contains(&"https")) {
        (true, false) => Meant::Written("http"),
        (false, true) => Meant::Written("https"),
        _ if port == "80" || is_private && !matches!(port, "443" | "8443") => Meant::Unclear,
        _ => Meant::Https,
    }
}

fn assumed(context: &NamespaceContext, url: &WrittenUrl) -> Finding {
    let text = url.shown();
    let finding = context
        .finding(
            &RULE,
            url.span.clone(),
            format!("missing scheme in `{text}`"),
        )
        .label("no `https://` or `http://`")
        .releases(url.entry.releases.clone());
    if let Some(meant) = slipped(&text) {
        return finding
            .effect(format!(
                "containerd puts `https://` in front and connects to {}",
                url.api_root()
            ))
            .help(url.write(&meant));
    }
    let https = url.write(&format!("https://{text}"));
    let assumed = format!(
        "containerd assumes HTTPS and connects to {}",
        url.api_root()
    );
    match meant(context, url) {
        Meant::Written("http") => {
            let finding = finding
                .effect(format!(
                    "{assumed}, although the file names this host with `http://` elsewhere"
                ))
                .help(url.write(&format!("http://{text}")));
            in_front(finding, url, "http://", Safety::Unsafe)
        }
        Meant::Unclear => finding.effect(assumed).help(format!(
            "{https} if the registry serves TLS, or `http://{text}` if it serves plain HTTP"
        )),
        Meant::Written(_) | Meant::Https => in_front(
            finding.effect(assumed).help(https),
            url,
            "https://",
            Safety::Safe,
        ),
    }
}

fn not_assumed(context: &NamespaceContext, url: &WrittenUrl) -> Finding {
    let text = url.shown();
    let reason = "containerd does not add `https://` to a name that begins with `http`, and Go's URL parser finds no host \
                  in it";
    let finding = context
        .finding(
            &RULE,
            url.span.clone(),
            format!("missing scheme in `{text}`, which is parsed as a scheme itself"),
        )
        .label("no `https://` or `http://`")
        .help(url.write(&slipped(&text).unwrap_or_else(|| format!("https://{text}"))))
        .releases(url.entry.releases.clone());
    match url.is_server() {
        // A `server` without a host counts as absent.
        true => {
            let finding = finding.consequence(Consequence::Misread).effect(format!(
                "{reason}: the file loads as if there were no `server`, and the last endpoint is {}",
                context.registry()
            ));
            in_front(finding, url, "https://", Safety::Safe).promise(Promise::Reads)
        }
        false => {
            let finding = finding
                .consequence(Consequence::RequestsFail)
                .effect(format!("{reason}, so no request can be made"));
            let finding = context.without_endpoint(&url.entry, finding);
            in_front(finding, url, "https://", Safety::Safe)
        }
    }
}

/// The URL that was meant by a text such as `https;//mirror.internal`, whose scheme is there and not what follows it.
fn slipped(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-'))?;
    let (scheme, rest) = text.split_at(end);
    let rest = rest.trim_start_matches([';', ',', ':', '/', '\\', ' ', '\'']);
    let is_scheme = matches!(scheme, "http" | "https");
    (is_scheme && !rest.is_empty()).then(|| format!("{scheme}://{rest}"))
}

/// Adds the fix that writes the scheme in front, in quotes.
fn in_front(finding: Finding, url: &WrittenUrl, scheme: &str, safety: Safety) -> Finding {
    let text = &url.text;
    let description = format!("write `{scheme}` in front");
    match (url.editable(), url.is_quoted()) {
        // The word alone is not a host name: more than the scheme is missing.
        _ if matches!(&**text, "http" | "https") || slipped(text).is_some() => finding,
        (true, true) => finding.fix_edits(safety, description, url.rewrite(0..0, scheme)),
        (true, false) => {
            let edits = url.rewrite(0..text.len(), &format!("\"{scheme}{text}\""));
            finding.fix_edits(safety, description, edits)
        }
        (false, _) => finding,
    }
}
