use std::net::IpAddr;
use std::ops::Range;

use crate::containerd::release::add_releases;
use crate::facts::http_tls::{http_tls, https};
use crate::facts::{
    Check, NamespaceContext, TreeContext, WrittenUrl, in_environment, written_urls,
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
    /// which is then a warning: they make containerd try HTTPS first, or do nothing.
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
    let plain: Vec<&WrittenUrl> = urls.iter().filter(|url| is_plain_http(url)).collect();
    for (index, url) in plain.iter().enumerate() {
        let has_settings = http_tls(url).is_some();
        // One host over HTTP is one exposure, wherever it is named. Settings that do not belong there are another mistake.
        let same = |other: &&&WrittenUrl| {
            other.url.host == url.url.host && http_tls(other).is_some() == has_settings
        };
        if plain[..index].iter().any(|other| same(&other)) {
            continue;
        }
        let group = || std::iter::once(url).chain(plain[index + 1..].iter().filter(same));
        let finding = match has_settings {
            true => with_settings(context, url),
            false => without_settings(context, url),
        };
        let is_local = is_this_node(&bare_name(context.meant_host()));
        if is_local && finding.label == PRIVATE {
            continue;
        }
        let start = finding.location.span.clone();
        let others = group().map(|other| scheme_of(other));
        let others = others.filter(|span| Some(span) != start.as_ref());
        out.push(others.fold(finding, |finding, span| {
            finding.related(context.location(span), "plain HTTP")
        }));
    }
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

fn without_settings(context: &NamespaceContext, url: &WrittenUrl) -> Finding {
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
        .effect(
            "anyone on the network path can change what a tag resolves to, and read credentials and headers",
        )
        .help(format!(
            "serve it over TLS and {}, with `ca` if its CA is private",
            url.write(&https(url))
        ))
        .releases(url.entry.releases.clone())
}

fn with_settings(context: &NamespaceContext, url: &WrittenUrl) -> Finding {
    let Some(tls) = http_tls(url) else {
        return without_settings(context, url);
    };
    let host = &url.url.host;
    let is_private = context.classify(host) == Classification::Private;
    let (span, verb) = match tls.settings.as_slice() {
        [only] => (only.whole(), "is"),
        [first, ..] => (first.whole(), "are"),
        [] => return without_settings(context, url),
    };
    let finding = context
        .finding(
            &RULE,
            span,
            format!(
                "`{host}` is contacted over plain HTTP, but {} {verb} set",
                tls.names()
            ),
        )
        .severity(in_environment(context, Severity::Warning))
        .consequence(match (is_private, tls.https_first.is_empty()) {
            (false, _) => Consequence::Exposure,
            (true, false) => Consequence::Misread,
            (true, true) => Consequence::KeyIgnored,
        })
        .label("a TLS setting")
        .effect(format!(
            "{}; without TLS, anyone on the network path can change what a tag resolves to",
            tls.effect(host)
        ))
        .help(match is_private {
            true => tls.help(url),
            false => {
                let over_tls = url.write(&https(url));
                match url.setting("skip_verify") {
                    Some(_) => format!("serve it over TLS and {over_tls}, without `skip_verify`"),
                    None => format!("serve it over TLS and {over_tls}"),
                }
            }
        })
        .releases(url.entry.releases.clone());
    let others = tls.settings.iter().skip(1);
    let finding = others.fold(finding, |finding, other| {
        finding.related(context.location(other.whole()), "a TLS setting")
    });
    // No fix: without the settings, it is still plain HTTP.
    finding.related(context.location(scheme_of(url)), "plain HTTP")
}

/// `localhost`, names below it, and loopback addresses.
fn is_this_node(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}
