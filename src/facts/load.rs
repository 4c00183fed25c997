//! Reads one directory of a config path and asks the model about it.

use std::rc::Rc;
use std::sync::Arc;

use super::file_cache::Reads;
use super::tree::TreeContext;
use crate::containerd::directory::DEFAULT;
use crate::containerd::{Directory, Outcome, Release};
use crate::disk::{Namespace, registry_host};
use crate::finding::Source;
use crate::go::path;
use crate::toml::view::{Document, SyntaxError};

/// What is read of a directory, and what containerd makes of it. It is let go as soon as the rules have seen it.
pub struct Loaded<'a> {
    /// The files of the node.
    pub reads: Reads<'a>,
    /// The name at the first level of the tree.
    pub namespace: &'a Namespace,
    /// hosts.toml, when it can be read.
    pub source: Option<Arc<Source>>,
    /// hosts.toml as a document, when it is TOML.
    pub document: Option<Document>,
    /// Why hosts.toml is no TOML.
    pub syntax_error: Option<SyntaxError>,
    /// What containerd makes of the directory, for each targeted release that looks the name up.
    pub outcomes: Vec<(Release, Rc<Outcome>)>,
}

impl<'a> Loaded<'a> {
    /// Reads the directory of this name.
    pub fn read(whole: &'a TreeContext<'_>, namespace: &'a Namespace) -> Loaded<'a> {
        let tree = whole.tree;
        let dir = path::join(&tree.root, &namespace.name);
        let reads = Reads::new(tree, dir, &whole.authorities);
        let host = registry_host(&namespace.name);
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
        let outcomes = whole
            .run
            .settings
            .releases
            .iter()
            .filter(|release| namespace.name != DEFAULT || release.default_namespace())
            .map(|&release| (release, directory.load(release)))
            .collect();
        Loaded {
            reads,
            namespace,
            source,
            document,
            syntax_error,
            outcomes,
        }
    }
}
