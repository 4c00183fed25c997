use crate::containerd::loader::tries_https_first;
use crate::containerd::{Release, Releases};
use crate::facts::{Check, NamespaceContext, WrittenUrl, lines, written_urls};
use crate::finding::{Consequence, Finding, Safety, Severity};
use crate::toml::view::Item;

crate::rule! {
    /// TLS settings beside a URL with `http://`.
    ///
    /// ## What it does
    ///
    /// Reports `ca`, `client` and `skip_verify` (`false` too) in entries whose URL begins with `http://`, and says what
    /// each targeted release does with them. On 2.0, from 2.0.7, `dial_timeout` alone has the same effect.
    ///
    /// ## Why
    ///
    /// From 1.6.24 and 1.7.7 such settings make containerd try HTTPS first, and plain HTTP when no TLS comes about: from
    /// 1.7.24 and 2.0 at every port but 80, before that at fewer. Each new connection then begins with a
    /// handshake that fails, and the errors speak of TLS. Whoever is on the way can force the fall back to plain
    /// HTTP, so a CA here secures nothing. Where HTTPS is not tried, the settings do nothing.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."http://mirror.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// skip_verify = true
    /// ```
    ///
    /// ## Use instead
    ///
    /// For a registry that speaks plain HTTP:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."http://mirror.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// For one that speaks TLS, write `https://`.
    ///
    /// ## When not to
    ///
    /// While a registry moves from HTTP to HTTPS, the fall back may be what is wanted.
    ///
    /// ## Source
    ///
    /// containerd#9188, #9299, #11032, #11647, #12668. Recorded from containerd: `hand-tls-*-http-*` and
    /// `hand-dial-http` in `fixtures/conformance/hand.jsonl`.
    name: "tls-settings-on-http",
    category: Urls,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: Unsafe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context) {
        if url.url.scheme != "http" || !url.leads_somewhere() {
            continue;
        }
        let (first, plain): (Releases, Releases) = url
            .entry
            .releases
            .iter()
            .copied()
            .partition(|&release| tries_https_first(release, url.entry.host));
        let settings: Vec<&Item> = ["skip_verify", "ca", "client"]
            .into_iter()
            .filter_map(|key| url.setting(key))
            .collect();
        match settings.first() {
            Some(setting) if url.entry.host.tls().is_set() => {
                out.push(with_settings(
                    context, url, setting, &settings, &first, &plain,
                ));
            }
            _ => {
                if let Some(timeout) = url.setting("dial_timeout")
                    && !first.is_empty()
                {
                    out.push(with_timeout(context, url, timeout, first));
                }
            }
        }
    }
}

fn with_settings(
    context: &NamespaceContext,
    url: &WrittenUrl,
    setting: &Item,
    settings: &[&Item],
    first: &[Release],
    plain: &[Release],
) -> Finding {
    let names: Vec<String> = settings
        .iter()
        .map(|item| format!("`{}`", item.key.value))
        .collect();
    let names = names.join(" and ");
    let host = &url.url.host;
    let effect = match (first.is_empty(), plain.is_empty()) {
        (true, _) => {
            format!("containerd speaks plain HTTP to `{host}` and does nothing with {names}")
        }
        (false, true) => format!(
            "containerd tries HTTPS on `{host}` first, and plain HTTP when no TLS comes about"
        ),
        (false, false) => format!(
            "on {} containerd tries HTTPS on `{host}` first, and plain HTTP when no TLS comes about; on {} it \
             speaks plain HTTP and does nothing with {names}",
            in_lines(first),
            in_lines(plain)
        ),
    };
    let meant = url.shown().replacen("http://", "https://", 1);
    let mut finding = context
        .finding(
            &RULE,
            setting.whole(),
            format!("{names} beside `http://{host}`"),
        )
        .label("a TLS setting")
        .effect(effect)
        .help(format!(
            "if it speaks TLS, write {}; if not, delete {names}",
            url.line_with(&meant)
        ))
        .related(
            context.location(url.part(0..url.text.find("://").map_or(0, |at| at + 3))),
            "the scheme is here",
        )
        .releases(url.entry.releases.clone());
    // A CA or a client certificate says that TLS was meant, and then the URL is what is wrong.
    if let [only] = settings
        && only.key.value.eq_ignore_ascii_case("skip_verify")
        && let Some(line) = lines::of_setting(context.text(), &only.whole())
    {
        finding = finding.fix(Safety::Unsafe, format!("delete {names}"), line, "");
    }
    for other in &settings[1..] {
        finding = finding.related(context.location(other.whole()), "a TLS setting too");
    }
    match first.is_empty() {
        true => finding.consequence(Consequence::KeyIgnored),
        false => finding,
    }
}

fn with_timeout(
    context: &NamespaceContext,
    url: &WrittenUrl,
    timeout: &Item,
    releases: Releases,
) -> Finding {
    let host = &url.url.host;
    context
        .finding(
            &RULE,
            timeout.whole(),
            format!("`dial_timeout` beside `http://{host}` makes containerd 2.0 try HTTPS"),
        )
        .severity(Severity::Note)
        .label("taken for a TLS setting")
        .effect(format!(
            "on {} containerd tries HTTPS on `{host}` first, and plain HTTP when no TLS comes about",
            in_lines(&releases)
        ))
        .help("delete it for these releases, or bear the failed handshake before each connection")
        .releases(releases)
}

/// The release lines: `1.7 and 2.0`.
fn in_lines(releases: &[Release]) -> String {
    let mut lines: Vec<String> = releases.iter().map(|release| release.line()).collect();
    lines.dedup();
    match lines.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => lines.join(""),
    }
}
