use crate::facts::is_example_name;
use crate::facts::{Check, NamespaceContext, Shape, WrittenUrl, written_urls};
use crate::finding::{Environment, Finding, Severity};

crate::rule! {
    /// A URL that still contains a placeholder.
    ///
    /// ## What it does
    ///
    /// Reports hosts like `<registry>`, `***`, `xxxx.mirror…`, `your-registry`, `REGISTRY_HOST` and `CHANGEME`, and variables like
    /// `${VAR}` or `{{ x }}` in a path; in production also names and addresses that are reserved for examples, such as
    /// `mirror.example.com`. It is a warning while another endpoint can do the same, and an error when none is left, because
    /// pulls then fail. If the directory itself has the placeholder's name, it is a note; a directory with a reserved name is
    /// an example as a whole and is not reported. If Go rejects the URL because of the placeholder (`https://${VAR}`),
    /// containerd drops the file: see `invalid-url`.
    ///
    /// ## Why
    ///
    /// containerd replaces nothing: it sends requests to the host as written. Either a template was not filled in, or an
    /// example was copied.
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
    /// For trees that are examples or templates: exclude them, or set their environment to `development` if only the
    /// reserved names are in the way.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-placeholder` and `hand-url-var` in
    /// `fixtures/conformance/hand.jsonl`. RFC 2606, 6761, 5737 and 3849 reserve the names and addresses.
    name: "placeholder-url",
    category: Urls,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let urls = written_urls(context);
    let placeholders: Vec<(&WrittenUrl, &str)> = urls
        .iter()
        .filter_map(|url| match url.shape() {
            Some(Shape::Placeholder(found)) => Some((url, found.as_str())),
            _ => None,
        })
        .collect();
    for (index, &(url, found)) in placeholders.iter().enumerate() {
        let is_example = is_example_name(found);
        let is_development = context.environment() == Environment::Development;
        // No image is named after a reserved name, so such a directory is an example as a whole, and does nothing.
        if is_example && (is_development || is_of_namespace(context, url)) {
            continue;
        }
        // One placeholder is one mistake, wherever it is repeated.
        let is_same = |other: &WrittenUrl| other.url.host == url.url.host;
        if placeholders[..index]
            .iter()
            .any(|(other, _)| is_same(other))
        {
            continue;
        }
        let others = placeholders[index + 1..].iter();
        let others = others.filter(|(other, _)| is_same(other));
        let finding = finding(context, url, found, is_example).releases(url.entry.releases.clone());
        out.push(others.fold(finding, |finding, (other, found)| {
            finding.related(context.location(place(other, found)), "also here")
        }));
    }
}

fn finding(context: &NamespaceContext, url: &WrittenUrl, found: &str, is_example: bool) -> Finding {
    let (message, label) = match is_example {
        true => (
            format!("`{found}` is reserved for examples"),
            "an example's name",
        ),
        false => (
            format!("placeholder `{found}` was not replaced"),
            "a placeholder",
        ),
    };
    let finding = context
        .finding(&RULE, place(url, found), message)
        .label(label);
    if is_of_namespace(context, url) {
        return finding
            .severity(Severity::Note)
            .effect("the directory is named after it, so the file looks like a copied example")
            .help("name the directory and the URLs after your registry, or exclude this tree");
    }
    let in_host = url.authority().is_some_and(|range| {
        let at = url.text.find(found);
        at.is_none_or(|at| at < range.end)
    });
    let help = match (in_host, url.is_server()) {
        (true, true) => "write the registry's host, or delete the line",
        (true, false) => "write the mirror's host, or delete the host table",
        (false, _) => "write the real path",
    };
    let finding = finding
        .effect(format!(
            "containerd sends requests to {} as written, and they fail",
            url.api_root()
        ))
        .help(help);
    context.without_endpoint(&url.entry, finding)
}

/// Whether the directory is named after the same host.
fn is_of_namespace(context: &NamespaceContext, url: &WrittenUrl) -> bool {
    url.name() == context.host().split(':').next().unwrap_or_default()
}

/// The span of the placeholder.
fn place(url: &WrittenUrl, found: &str) -> std::ops::Range<usize> {
    match url.text.find(found) {
        Some(at) => url.part(at..at + found.len()),
        None => url.span.clone(),
    }
}
