use super::plain_http::is_plain_http;
use crate::containerd::Releases;
use crate::containerd::loader::tries_https_first;
use crate::facts::http_tls::{HttpTls, http_tls, https, in_lines};
use crate::facts::{Check, NamespaceContext, WrittenUrl, written_urls};
use crate::finding::{Consequence, Finding, Severity};
use crate::toml::view::Item;

crate::rule! {
    /// TLS settings for an `http://` URL.
    ///
    /// ## What it does
    ///
    /// Reports `ca`, `client` and `skip_verify` (even `false`) in entries whose URL begins with `http://`, and what
    /// each targeted release does with them. From 2.0.7 to 2.0.11, `dial_timeout` alone has the same effect. For hosts that
    /// `plain-http` reports, the settings are part of that finding. It is a note for loopback hosts, where a failed
    /// handshake costs little.
    ///
    /// ## Why
    ///
    /// From 1.6.25 and 1.7.7, such settings make containerd try HTTPS first and fall back to plain HTTP: from
    /// 1.7.24 and 2.0 on every port but 80, before that on fewer. Each new connection then begins with a TLS handshake
    /// that fails, and error messages mention TLS. On releases that do not try HTTPS, the settings do nothing.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."http://127.0.0.1:5000"]
    /// capabilities = ["pull", "resolve"]
    /// skip_verify = true
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."http://127.0.0.1:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// For a registry that serves TLS, write `https://`.
    ///
    /// ## When not to
    ///
    /// While a registry moves from HTTP to HTTPS, the fallback may be intended.
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
        match http_tls(url) {
            // One cause, one finding: without the settings, the same host would still be plain HTTP.
            Some(_) if is_plain_http(url) && context.runs("plain-http") => {}
            Some(tls) => out.push(with_settings(context, url, &tls)),
            // On the node itself, the failed handshake costs nothing.
            None if !is_plain_http(url) => {}
            None => out.extend(with_timeout(context, url)),
        }
    }
}

fn with_settings(context: &NamespaceContext, url: &WrittenUrl, tls: &HttpTls) -> Finding {
    let host = &url.url.host;
    let verb = if tls.settings.len() == 1 { "is" } else { "are" };
    let (first, others) = match tls.settings.split_first() {
        Some((first, others)) => (first.whole(), others),
        None => (url.span.clone(), [].as_slice()),
    };
    let finding = context
        .finding(
            &RULE,
            first,
            format!("{} {verb} set for `http://{host}`", tls.names()),
        )
        .label("a TLS setting")
        .effect(tls.effect())
        .help(tls.help(&url.write(&https(url))))
        .releases(url.entry.releases.clone());
    let finding = others.iter().fold(finding, |finding, other| {
        finding.related(context.location(other.whole()), "a TLS setting")
    });
    // On the node itself, the failed handshake costs little.
    let finding = match is_plain_http(url) {
        true => finding,
        false => finding.severity(Severity::Note),
    };
    let finding = tls.with_fix(context, finding);
    match tls.https_first.is_empty() {
        true => finding.consequence(Consequence::KeyIgnored),
        false => finding,
    }
}

fn with_timeout(context: &NamespaceContext, url: &WrittenUrl) -> Option<Finding> {
    let timeout: &Item = url.setting("dial_timeout")?;
    let host = &url.url.host;
    let releases: Releases = url
        .entry
        .releases
        .iter()
        .copied()
        .filter(|&release| tries_https_first(release, url.entry.host))
        .collect();
    Some(
        context
            .finding(
                &RULE,
                timeout.whole(),
                format!("`dial_timeout` makes containerd 2.0 try HTTPS on `http://{host}`"),
            )
            .severity(Severity::Note)
            .label("counts as a TLS setting")
            .effect(format!(
                "on {} containerd tries HTTPS on `{host}` first and falls back to plain HTTP",
                in_lines(&releases)
            ))
            .help(
                "no action is needed if one failed TLS handshake per connection is acceptable; otherwise delete \
                 `dial_timeout`",
            )
            .releases(releases),
    )
}
