use crate::facts::{Check, NamespaceContext, written_urls};
use crate::finding::{Consequence, Finding, Part, Promise, Safety, Severity};

crate::rule! {
    /// A port that does not exist: 0, above 65535, or nothing after the colon.
    ///
    /// ## What it does
    ///
    /// Reports ports that are numbers, and yet none that can be connected to; and, as a warning, a colon
    /// with no port behind it. Ports that are not numbers make containerd drop the whole file, see
    /// `invalid-url`.
    ///
    /// ## Why
    ///
    /// containerd does not check ports when it reads the file. Every connection fails, and it goes on to the next
    /// endpoint. A colon alone is dropped when a request is made; until then containerd
    /// takes the host for another one than the same without the colon.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:50000000"]
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
    /// There is no case in which such a port can be connected to.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-port-big` and `hand-url-port-empty` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "invalid-port",
    category: Urls,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context).iter().filter(|u| u.leads_somewhere()) {
        let Some(authority) = url.authority() else {
            continue;
        };
        let (host, port) = (&url.url.host, url.port());
        let colon = authority.end - port.len();
        if host.ends_with(':') {
            let finding = context
                .finding(
                    &RULE,
                    url.part(colon.saturating_sub(1)..authority.end),
                    format!("no port follows the colon in `{}`", url.shown()),
                )
                .label("no port")
                .severity(Severity::Warning)
                .consequence(Consequence::Misread)
                .effect(format!(
                    "containerd asks the usual port of `{}`",
                    url.url.scheme
                ))
                .help("write the port, or leave out the colon")
                .releases(url.entry.releases.clone());
            out.push(match url.editable() {
                true => finding
                    .fix_edits(
                        Safety::Safe,
                        "leave out the colon",
                        url.rewrite(authority.end - 1..authority.end, ""),
                    )
                    .promise(Promise::Mends(Part::Url)),
                false => finding,
            });
            continue;
        }
        let valid = port.is_empty() || port.parse::<u16>().is_ok_and(|number| number > 0);
        if valid || !port.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        out.push(
            context
                .finding(
                    &RULE,
                    url.part(colon..authority.end),
                    format!("`{port}` is no port"),
                )
                .label("ports go from 1 to 65535")
                .help("write the port that the registry listens on")
                .releases(url.entry.releases.clone()),
        );
    }
}
