use crate::facts::is_example_name;
use crate::facts::{Check, NamespaceContext, Shape, written_urls};
use crate::finding::{Consequence, Environment, Finding};

crate::rule! {
    /// A URL that still holds a placeholder.
    ///
    /// ## What it does
    ///
    /// Reports `<registry>`, `***`, `xxxx.mirror…`, `your-registry`, `CHANGEME`, and `${VAR}` or `{{ x }}` in a path; in
    /// production also the names that are reserved for examples, such as `mirror.example.com`. Where a
    /// placeholder makes Go refuse the URL (`https://${VAR}`), containerd drops the whole file: see
    /// `invalid-url`.
    ///
    /// ## Why
    ///
    /// containerd replaces nothing: it asks for the host as it is written. The template was not filled in, or the
    /// example was copied as it stood.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://<your-mirror>"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// For trees that are examples or templates themselves: exclude them, or name their environment
    /// `development` where the reserved names alone are at issue.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-placeholder` and `hand-url-var` in
    /// `fixtures/conformance/hand.jsonl`. RFC 2606 and RFC 6761 reserve the names.
    name: "placeholder-url",
    category: Urls,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context) {
        let Some(Shape::Placeholder(found)) = url.shape() else {
            continue;
        };
        let example = is_example_name(found);
        if example && context.environment() == Environment::Development {
            continue;
        }
        let span = match url.text.find(found.as_str()) {
            Some(at) => url.part(at..at + found.len()),
            None => url.span.clone(),
        };
        let (message, label) = match example {
            true => (
                format!("`{found}` is a name for examples"),
                "reserved by RFC 2606",
            ),
            false => (format!("`{found}` was to be replaced"), "a placeholder"),
        };
        let what = match url.is_server() {
            true => "the registry's host",
            false => "the mirror's host",
        };
        let in_host = url.authority().is_some_and(|range| {
            url.text
                .find(found.as_str())
                .is_none_or(|at| at < range.end)
        });
        let mut finding = context
            .finding(&RULE, span, message)
            .label(label)
            .effect(format!(
                "containerd replaces nothing: it asks {}, and goes on to the next endpoint",
                url.api_root()
            ))
            .help(match in_host {
                true if url.is_server() => format!("write {what}, or delete the line"),
                true => format!("write {what}, or delete the entry"),
                false => "write the path that is meant".to_owned(),
            })
            .releases(url.entry.releases.clone());
        if url.is_server() {
            finding = finding
                .effect(format!(
                    "containerd replaces nothing: it asks {} for what no host before it had, and that fails",
                    url.api_root()
                ))
                .consequence(Consequence::RequestsFail);
        }
        out.push(finding);
    }
}
