//! Reads one directory of a config path and asks the model about it.

use std::rc::Rc;
use std::sync::Arc;

use super::reads::Reads;
use super::tree_context::TreeContext;
use crate::containerd::directory::DEFAULT;
use crate::containerd::go::path;
use crate::containerd::{DirEntry, Directory, Files, Outcome, Release};
use crate::document::{Document, Source, SyntaxError};
use crate::tree::{Namespace, registry_host};

/// What is read of a directory, and what containerd makes of it. It is let go as soon as the rules have seen it.
pub struct Loaded<'a> {
    /// The files of the node.
    pub reads: Reads<'a>,
    /// The name at the first level of the tree.
    pub namespace: &'a Namespace,
    /// The path of the directory on the node.
    pub directory: String,
    /// hosts.toml, when it can be read.
    pub source: Option<Arc<Source>>,
    /// hosts.toml as a document, when it is TOML.
    pub document: Option<Document>,
    /// Why hosts.toml is no TOML.
    pub syntax_error: Option<SyntaxError>,
    /// What containerd makes of the directory, for each targeted release that looks the name up.
    pub outcomes: Vec<(Release, Rc<Outcome>)>,
    /// What lies in the directory, sorted.
    pub files: Vec<DirEntry>,
}

impl<'a> Loaded<'a> {
    /// Reads the directory of this name.
    pub fn read(whole: &'a TreeContext<'_>, namespace: &'a Namespace) -> Loaded<'a> {
        let tree = whole.tree;
        let dir = path::join(&tree.root, &namespace.name);
        let shown = tree.shown(&format!("{}/hosts.toml", namespace.name));
        let reads = Reads::new(tree, &whole.authorities);
        let host = registry_host(&namespace.name);
        let mut directory = Directory::read(&reads, &dir, &host);
        let source = directory
            .text()
            .map(|bytes| Arc::new(Source::new(shown, bytes)));
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
        let files = reads.list(&dir).unwrap_or_default();
        Loaded {
            reads,
            namespace,
            directory: dir,
            source,
            document,
            syntax_error,
            outcomes,
            files,
        }
    }
}
