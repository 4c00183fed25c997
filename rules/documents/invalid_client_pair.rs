use memchr::memmem;

use crate::containerd::release::add_releases;
use crate::containerd::{Cause, Files, Releases};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::go::path;
use crate::toml::Span;
use crate::toml::view::{Item, Node};

crate::rule! {
    /// An array in `client` that is not a pair of certificate and key.
    ///
    /// ## What it does
    ///
    /// Reports arrays inside the array `client` with other than two elements. `client` is one path, an array of
    /// paths, or an array of pairs.
    ///
    /// ## Why
    ///
    /// containerd ignores the whole file.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   client = [["client-combined.pem"]]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   client = "client-combined.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd reads such a file.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-tls-*` in `fixtures/conformance/hand.jsonl`.
    name: "invalid-client-pair",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    // One finding for each `client`, however many of its arrays are at fault.
    let mut clients: Vec<(Option<&Item>, Vec<Span>, Releases)> = Vec::new();
    for found in context.problems() {
        let (Cause::ClientPair { .. }, Some(span)) = (&found.problem.cause, &found.problem.span)
        else {
            continue;
        };
        let client = client_around(context, span);
        let key = |item: Option<&Item>| item.map(|item| item.span.clone());
        match clients
            .iter_mut()
            .find(|(known, ..)| client.is_some() && key(*known) == key(client))
        {
            Some((_, spans, releases)) => {
                if !spans.contains(span) {
                    spans.push(span.clone());
                }
                add_releases(releases, &found.releases);
            }
            None => clients.push((client, vec![span.clone()], found.releases.clone())),
        }
    }
    for (client, spans, releases) in clients {
        let [first, others @ ..] = spans.as_slice() else {
            continue;
        };
        let arrays = client.map(arrays).unwrap_or_default();
        let elements = match arrays.iter().find(|(span, _)| span == first) {
            Some((_, paths)) => paths.len(),
            None => 0,
        };
        let elements = match elements {
            1 => "1 element".to_owned(),
            n => format!("{n} elements"),
        };
        let mut finding = context
            .finding(
                &RULE,
                first.clone(),
                format!("an array in `client` has {elements} instead of 2"),
            )
            .label("not a pair")
            .releases(releases)
            .help(help(context, &arrays, first));
        for span in others {
            finding = finding.related(context.location(span.clone()), "not a pair either");
        }
        out.push(finding);
    }
}

/// The key `client` whose value contains this place.
fn client_around<'a>(context: &NamespaceContext<'a>, span: &Span) -> Option<&'a Item> {
    let items = context.document?.root.walk();
    items.into_iter().map(|(_, item)| item).find(|item| {
        item.key.value.eq_ignore_ascii_case("client")
            && item.span.start <= span.start
            && span.end <= item.span.end
    })
}

/// The arrays in `client`: their places and the paths in them.
fn arrays(client: &Item) -> Vec<(Span, Vec<&str>)> {
    let Node::Array(elements) = &client.node else {
        return Vec::new();
    };
    elements
        .iter()
        .filter_map(|(node, span)| match node {
            Node::Array(inner) => {
                let paths = inner.iter().filter_map(|(node, _)| match node {
                    Node::String(path) => Some(path.as_str()),
                    _ => None,
                });
                Some((span.clone(), paths.collect()))
            }
            _ => None,
        })
        .collect()
}

/// The remedy, by the contents of the arrays.
fn help(context: &NamespaceContext, arrays: &[(Span, Vec<&str>)], at: &Span) -> String {
    let is_empty = |paths: &[&str]| paths.iter().all(|path| path.trim().is_empty());
    let Some((_, paths)) = arrays.iter().find(|(span, _)| span == at) else {
        return "write `client = [[\"client.pem\", \"client.key\"]]`".to_owned();
    };
    if is_empty(paths) {
        return match arrays.iter().all(|(_, paths)| is_empty(paths)) {
            true => "delete `client`, which names no file".to_owned(),
            false => format!(
                "delete the empty array `{}`",
                context.text().get(at.clone()).unwrap_or("[]")
            ),
        };
    }
    let all: Vec<&str> = arrays
        .iter()
        .flat_map(|(_, paths)| paths.iter().copied())
        .collect();
    let (authorities, files): (Vec<&str>, Vec<&str>) = all.into_iter().partition(|p| is_ca(p));
    if let Some(pairs) = pairs(&files) {
        return match authorities.as_slice() {
            [] => format!("write `client = {pairs}`"),
            [ca] => format!("write `client = {pairs}` and `ca = \"{ca}\"`"),
            many => format!("write `client = {pairs}` and `ca = {many:?}`"),
        };
    }
    match paths.as_slice() {
        [path] if holds_key(context, path) => format!("write `client = \"{path}\"`"),
        [path] => match key_beside(context, path) {
            Some(key) => format!("write `client = [[\"{path}\", \"{key}\"]]`"),
            None => format!(
                "add the path of the key as the second element, or write `client = \"{path}\"` if that file contains the key too"
            ),
        },
        _ => "write one array of certificate and key for each client certificate".to_owned(),
    }
}

/// The files as pairs of certificate and key, if they alternate.
fn pairs(files: &[&str]) -> Option<String> {
    let (pairs, []) = files.as_chunks::<2>() else {
        return None;
    };
    let are_pairs = !pairs.is_empty() && pairs.iter().all(|[c, k]| !is_key(c) && is_key(k));
    are_pairs.then(|| format!("{pairs:?}"))
}

fn stem_and_extension(path: &str) -> (String, String) {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    match name.rsplit_once('.') {
        Some((stem, extension)) => (stem.to_owned(), extension.to_owned()),
        None => (name, String::new()),
    }
}

fn is_key(path: &str) -> bool {
    let (stem, extension) = stem_and_extension(path);
    extension == "key" || stem == "key" || stem.ends_with("-key") || stem.ends_with("_key")
}

fn is_ca(path: &str) -> bool {
    let (stem, _) = stem_and_extension(path);
    stem == "ca" || stem.starts_with("ca-") || stem.ends_with("-ca") || stem == "cacert"
}

/// Whether the file is in the tree and contains a private key.
fn holds_key(context: &NamespaceContext, path: &str) -> bool {
    let path = path::join(context.directory, path);
    context
        .reads
        .read(&path)
        .is_ok_and(|data| memmem::find(&data, b"PRIVATE KEY-----").is_some())
}

/// The key of the same stem in the same directory.
fn key_beside(context: &NamespaceContext, certificate: &str) -> Option<String> {
    let (stem, _) = certificate.rsplit_once('.')?;
    let key = format!("{stem}.key");
    context
        .files
        .iter()
        .any(|file| file.name == key)
        .then_some(key)
}
