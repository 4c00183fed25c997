use std::net::IpAddr;
use std::ops::Range;

use crate::containerd::release::add_releases;
use crate::facts::http_tls::{HttpTls, http_tls, https};
use crate::facts::{
    Check, NamespaceContext, TreeContext, WrittenUrl, in_environment, is_cluster_service,
    is_public_namespace, written_urls,
};
use crate::finding::hosts::bare_name;
use crate::finding::words::list;
use crate::finding::{Classification, Consequence, Finding, Severity};

crate::rule! {
    /// Plain HTTP to another machine.
    ///
    /// ## What it does
    ///
    /// Reports `http://` URLs whose host is not the node itself. It is a warning for public names, and a note in a
    /// development environment. Private names and addresses share one note for each tree; there is none for registries
    /// called `localhost`, which exist on one machine. TLS settings beside such a URL are part of the same finding,
    /// which is then a warning: they make containerd try HTTPS first, or do nothing. A host that is named as `server` and
    /// as a host table is reported once, unless `server` replaces a public registry.
    ///
    /// ## Why
    ///
    /// Anyone on the network path can change what a tag resolves to, see which images run where, and read credentials and
    /// headers. Layers are checked against their digest, but nothing checks the digest that a tag resolves to.
    ///
    /// From 1.6.25 and 1.7.7, `ca`, `client` or `skip_verify` (even `false`) make containerd try HTTPS first and fall
    /// back to plain HTTP: from 1.7.24 and 2.0 on every port but 80, before that on fewer. Each new connection then begins
    /// with a TLS handshake that fails, error messages mention TLS, and an attacker can force the fallback, so that a CA
    /// protects nothing.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."http://mirror.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// If the network path to the registry is protected in another way. `plain-http = "off"` in the settings silences
    /// the rule; `tls-settings-on-http` then still reports TLS settings.
    ///
    /// ## Source
    ///
    /// Requests use the scheme as written: `hand-url-http80` and `hand-tls-*-http-*` in
    /// `fixtures/conformance/hand.jsonl`. What `resolve` means: containerd's `docs/hosts.md` on `capabilities`.
    name: "plain-http",
    category: Urls,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    security_severity: "5.9",
    check: Check::Both(check, over_all),
}

/// The label of notes about private hosts, by which they are folded into one.
const PRIVATE: &str = "not encrypted, private host";

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let urls = written_urls(context);
    // Another host is to be written there, as cluster-service-host says.
    let is_left = |url: &&WrittenUrl| {
        is_cluster_service(&url.name())
            && http_tls(url).is_none()
            && context.runs("cluster-service-host")
    };
    let plain = urls
        .iter()
        .filter(|url| is_plain_http(url) && !is_left(url));
    let plain: Vec<&WrittenUrl> = plain.collect();
    let is_local = is_this_node(&bare_name(context.meant_host()));
    for (index, url) in plain.iter().enumerate() {
        // One host over HTTP is one exposure, wherever it is named.
        let same = |other: &&&WrittenUrl| {
            other.url.host == url.url.host
                && replaces_registry(context, other) == replaces_registry(context, url)
        };
        if plain[..index].iter().any(|other| same(&other)) {
            continue;
        }
        let group: Vec<&WrittenUrl> = plain[index..].iter().filter(same).copied().collect();
        // TLS settings say more than the URL alone, and are to be deleted first.
        let main = group.iter().find(|url| http_tls(url).is_some());
        let main = main.copied().unwrap_or(url);
        let finding = match http_tls(main) {
            Some(tls) => with_settings(context, main, &tls, group.len()),
            None => without_settings(context, main, group.len()),
        };
        if is_local && finding.label == PRIVATE {
            continue;
        }
        let finding = match is_local {
            true => finding.severity(Severity::Note),
            false => finding,
        };
        let others = group.iter().filter(|other| other.span != main.span);
        out.push(others.fold(finding, |finding, other| {
            finding.related(context.location(scheme_of(other)), "plain HTTP")
        }));
    }
}

/// Whether it is a `server` in the place of a public registry, which serves TLS: that is a decision of its own, which a host
/// table for the same host does not explain.
fn replaces_registry(context: &NamespaceContext, url: &WrittenUrl) -> bool {
    url.is_server() && is_public_namespace(context) && !context.is_own_registry(&url.name())
}

/// One note for all private hosts of a tree: whether the network is closed is one decision.
fn over_all(_: &TreeContext, out: &mut Vec<Finding>) {
    let mut notes = out.extract_if(.., |finding| finding.label == PRIVATE);
    let Some(mut first) = notes.next() else {
        return;
    };
    let rest: Vec<Finding> = notes.collect();
    let mut hosts = vec![host_of(&first).to_owned()];
    for note in rest {
        let host = host_of(&note).to_owned();
        add_releases(&mut first.releases, &note.releases);
        first = first.related(note.location, format!("`{host}`"));
        first.related.extend(note.related);
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    if hosts.len() > 1 {
        let names: Vec<String> = hosts.iter().map(|host| format!("`{host}`")).collect();
        first.message = format!(
            "{} private hosts are contacted over plain HTTP: {}",
            hosts.len(),
            list(&names)
        );
        first.help =
            "serve them over TLS and write `https://`, with `ca` if their CA is private".to_owned();
    }
    out.push(first);
}

/// The host of a note, which is the first word of its message.
fn host_of(note: &Finding) -> &str {
    note.message.split('`').nth(1).unwrap_or_default()
}

/// Whether this rule reports the URL. At port 443 the mistake is the scheme, which port-scheme-mismatch reports.
pub(super) fn is_plain_http(url: &WrittenUrl) -> bool {
    url.leads_somewhere()
        && url.url.scheme == "http"
        && !is_this_node(&url.name())
        && url.port() != "443"
}

/// The span of `http://`.
fn scheme_of(url: &WrittenUrl) -> Range<usize> {
    url.part(0..url.text.find("://").map_or(0, |at| at + 3))
}

fn without_settings(context: &NamespaceContext, url: &WrittenUrl, named: usize) -> Finding {
    let host = &url.url.host;
    let (severity, label) = match context.classify(host) {
        Classification::Private => (Severity::Note, PRIVATE),
        _ => (in_environment(context, Severity::Warning), "not encrypted"),
    };
    context
        .finding(
            &RULE,
            scheme_of(url),
            format!("`{host}` is contacted over plain HTTP"),
        )
        .severity(severity)
        .label(label)
        .effect("anyone on the network path can replace tagged images and read credentials")
        .help(serve_over_tls(context, url, named))
        .releases(url.entry.releases.clone())
}

/// The help where plain HTTP itself is the fault.
fn serve_over_tls(context: &NamespaceContext, url: &WrittenUrl, named: usize) -> String {
    let over_tls = write_https(url, named);
    match context.classify(&url.url.host) {
        Classification::KnownPublic(_) | Classification::DeclaredPublic => {
            format!("{over_tls}; if the mirror serves no TLS, delete the host table")
        }
        _ => format!("serve it over TLS and {over_tls}, with `ca` if its CA is private"),
    }
}

/// The remedy if the registry serves TLS. `named` is the number of URLs that name the host.
fn write_https(url: &WrittenUrl, named: usize) -> String {
    let https = https(url);
    let host = https.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    match named {
        1 => url.write(&https),
        2 => format!("write `{host}` in both URLs"),
        some => format!("write `{host}` in all {some} URLs"),
    }
}

fn with_settings(
    context: &NamespaceContext,
    url: &WrittenUrl,
    tls: &HttpTls,
    named: usize,
) -> Finding {
    let host = &url.url.host;
    let is_private = context.classify(host) == Classification::Private;
    let (span, verb) = match tls.settings.as_slice() {
        [only] => (only.whole(), "is"),
        [first, ..] => (first.whole(), "are"),
        [] => (scheme_of(url), "are"),
    };
    let over_tls = write_https(url, named);
    let finding = context
        .finding(
            &RULE,
            span,
            format!("{} {verb} set for `http://{host}`", tls.names()),
        )
        .severity(in_environment(context, Severity::Warning))
        .consequence(match (is_private, tls.https_first.is_empty()) {
            (false, _) => Consequence::Exposure,
            (true, false) => Consequence::Misread,
            (true, true) => Consequence::KeyIgnored,
        })
        .label("a TLS setting")
        .effect(match is_private {
            true => tls.effect(),
            false => format!(
                "{}; anyone on the network path can replace tagged images",
                tls.effect()
            ),
        })
        .help(match (is_private, url.setting("skip_verify")) {
            (true, _) => tls.help(&over_tls),
            (false, None) => serve_over_tls(context, url, named),
            (false, Some(_)) => format!("serve it over TLS, {over_tls} and delete `skip_verify`"),
        })
        .releases(url.entry.releases.clone());
    let others = tls.settings.iter().skip(1);
    // No fix: without the settings, it is still plain HTTP.
    others.fold(finding, |finding, other| {
        finding.related(context.location(other.whole()), "a TLS setting")
    })
}

/// `localhost`, names below it, and loopback addresses.
fn is_this_node(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}
