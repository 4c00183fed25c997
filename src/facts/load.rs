//! Reads one directory of a config path and runs the model on it.

use std::rc::Rc;
use std::sync::Arc;

use super::file_cache::Reads;
use super::tree::TreeContext;
use crate::containerd::directory::DEFAULT;
use crate::containerd::{Directory, Files, Outcome, Release};
use crate::disk::{Namespace, is_unknown_registry, registry_host};
use crate::finding::{Run, Source};
use crate::go::path;
use crate::toml::view::{Document, SyntaxError};

/// The files of a directory, and its outcomes. It is dropped as soon as the rules have seen it.
pub struct Loaded<'a> {
    /// The run, as it is here.
    pub run: &'a Run,
    /// The files of the node.
    pub reads: Reads<'a>,
    /// The name at the first level of the tree.
    pub namespace: &'a Namespace,
    /// The registry host that leads here. Of a namespace that no one knows, the one that `server` names, if it names one.
    pub host: String,
    /// hosts.toml, when it can be read.
    pub source: Option<Arc<Source>>,
    /// hosts.toml as a document, when it is TOML.
    pub document: Option<Document>,
    /// Why hosts.toml is not TOML.
    pub syntax_error: Option<SyntaxError>,
    /// The outcome of the directory, for each targeted release that looks the name up.
    pub outcomes: Vec<(Release, Rc<Outcome>)>,
}

impl<'a> Loaded<'a> {
    /// Reads the directory of this name.
    pub fn read(whole: &'a TreeContext<'_>, run: &'a Run, namespace: &'a Namespace) -> Loaded<'a> {
        let tree = whole.tree;
        let dir = path::join(&tree.root, &namespace.name);
        let reads = Reads::new(tree, dir, &whole.authorities, &whole.budget);
        let host = match is_unknown_registry(&namespace.name) {
            true => host_of_server(&reads).unwrap_or_else(|| namespace.name.clone()),
            false => registry_host(&namespace.name).into_owned(),
        };
        let mut directory = Directory::read(&reads, reads.path(), &host);
        let source = directory
            .text()
            .map(|bytes| Arc::new(Source::new(tree.shown_hosts_file(&namespace.name), bytes)));
        let (document, syntax_error) = match source.as_deref() {
            None => (None, None),
            Some(source) => match Document::parse(&source.text) {
                Ok(document) if source.invalid_utf8.is_none() => (Some(document), None),
                Ok(_) => (None, None),
                Err(error) => (None, Some(error)),
            },
        };
        let outcomes = run
            .settings
            .releases
            .iter()
            .filter(|release| namespace.name != DEFAULT || release.default_namespace())
            .map(|&release| (release, directory.load(release)))
            .collect();
        Loaded {
            run,
            reads,
            namespace,
            host,
            source,
            document,
            syntax_error,
            outcomes,
        }
    }
}

/// The registry host that the `server` of hosts.toml names.
fn host_of_server(reads: &Reads) -> Option<String> {
    let bytes = reads.read(&path::join(reads.path(), "hosts.toml")).ok()?;
    let document = Document::parse(std::str::from_utf8(&bytes).ok()?).ok()?;
    registry_of_url(document.server()?.string()?)
}

/// The registry whose own endpoint a URL is, as images name it.
fn registry_of_url(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest
        .split(['/', '?', '#'])
        .next()?
        .trim()
        .to_ascii_lowercase();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if host.is_empty() || !host.bytes().all(is_part) {
        return None;
    }
    let host = host.strip_suffix(":443").unwrap_or(&host);
    Some(match host {
        "registry-1.docker.io" | "index.docker.io" | "registry.docker.io" => "docker.io".to_owned(),
        host => host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_of_a_server() {
        for (url, registry) in [
            ("https://registry-1.docker.io", Some("docker.io")),
            ("quay.io/v2", Some("quay.io")),
            ("http://Reg.internal:5000", Some("reg.internal:5000")),
            ("https://user@host", None),
            ("https://${REGISTRY}", None),
            ("", None),
        ] {
            assert_eq!(registry_of_url(url).as_deref(), registry, "{url}");
        }
    }
}
