use std::net::IpAddr;
use std::ops::Range;

use crate::facts::{Check, NamespaceContext, WrittenUrl, in_environment, written_urls};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// Plain HTTP to another machine.
    ///
    /// ## What it does
    ///
    /// Reports `http://` URLs of hosts that are not the node itself. In a development environment it is a note.
    ///
    /// ## Why
    ///
    /// Whoever is on the way can answer in the registry's place: name another digest for a tag, see which
    /// images run where, and read credentials and headers. Layers are checked against their digest, but nobody
    /// checks the digest that a tag stands for.
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
    /// When the way to the registry is secured below HTTP, or for clusters that hold nothing of value: name
    /// their environment `development` in the settings.
    ///
    /// ## Source
    ///
    /// The registry is asked by the scheme that is written: `hand-url-http80` in
    /// `fixtures/conformance/hand.jsonl`. What it means to resolve a tag: containerd's `docs/hosts.md` on
    /// `capabilities`.
    name: "plain-http",
    category: Urls,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    security_severity: "5.9",
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let urls = written_urls(context);
    let plain: Vec<&WrittenUrl> = urls.iter().filter(|url| is_plain(url)).collect();
    for (index, url) in plain.iter().enumerate() {
        let same = |other: &&&WrittenUrl| other.url.host == url.url.host;
        if plain[..index].iter().any(|other| same(&other)) {
            continue;
        }
        // One host by HTTP is one exposure, wherever it is named.
        let finding = plain[index + 1..]
            .iter()
            .filter(same)
            .fold(finding(context, url), |finding, other| {
                finding.related(context.location(scheme_of(other)), "and here")
            });
        out.push(finding);
    }
}

fn is_plain(url: &WrittenUrl) -> bool {
    // With TLS settings the remedy is tls-settings-on-http's, at port 443 it is
    // port-scheme-mismatch's: the same `https://`.
    url.leads_somewhere()
        && url.url.scheme == "http"
        && !is_this_node(&url.name())
        && !url.entry.host.tls().is_set()
        && url.port() != "443"
}

/// Where `http://` stands.
fn scheme_of(url: &WrittenUrl) -> Range<usize> {
    url.part(0..url.text.find("://").map_or(0, |at| at + 3))
}

fn finding(context: &NamespaceContext, url: &WrittenUrl) -> Finding {
    let name = &url.url.host;
    let meant = url.shown().replacen("http://", "https://", 1);
    context
        .finding(
            &RULE,
            scheme_of(url),
            format!("`{name}` is asked by plain HTTP"),
        )
        .severity(in_environment(context, Severity::Warning))
        .label("not encrypted")
        .effect(
            "whoever is on the way can name another digest for a tag, and reads credentials and headers",
        )
        .help(format!(
            "write {}, and `ca` with the file of its CA if that is your own",
            url.line_with(&meant)
        ))
        .releases(url.entry.releases.clone())
}

/// `localhost`, names below it, and loopback addresses.
fn is_this_node(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}
