//! The view of a node for rules: its config.toml with its imports, and the trees that are linted with it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::containerd::node::{self, ConfigOutcome};
use crate::containerd::{Files, Release};
use crate::disk::{NodeFiles, Tree};
use crate::finding::{Finding, Location, Meta, Run, Source};
use crate::toml::Span;
use crate::toml::document::Place;
use crate::toml::view::{Document, SyntaxError};

/// A config.toml with its imports, and what containerd makes of it.
pub struct NodeContext<'a> {
    /// The run.
    pub run: &'a Run,
    /// The node's files.
    pub node: &'a NodeFiles,
    /// The trees of the run.
    pub trees: &'a [Tree],
    /// The outcome on each targeted release, oldest first.
    pub outcomes: Vec<ConfigOutcome>,
    /// The files that were read, config.toml first.
    pub(crate) files: Vec<File<'a>>,
}

/// A file of the node.
pub(crate) struct File<'a> {
    pub(crate) run: &'a Run,
    /// Its path on the node.
    path: String,
    pub(crate) source: Arc<Source>,
    pub(crate) document: Result<Document, SyntaxError>,
    pub(crate) releases: Vec<Release>,
}

/// Something that is the same for several releases.
#[derive(Debug, Clone)]
pub struct Group<T> {
    /// The fact.
    pub what: T,
    /// Where; config.toml as a whole, where it has no place in a text.
    pub location: Location,
    /// The releases, oldest first.
    pub releases: Vec<Release>,
}

impl<'a> NodeContext<'a> {
    /// Reads the files and runs the model on them. `None` when config.toml itself cannot be read: that is not a
    /// finding, and the user who named it gets an error.
    pub(crate) fn new(
        run: &'a Run,
        node: &'a NodeFiles,
        trees: &'a [Tree],
    ) -> Option<NodeContext<'a>> {
        let releases = &run.settings.releases;
        let outcomes: Vec<ConfigOutcome> = releases
            .iter()
            .map(|&release| node::load(release, node, &node.config))
            .collect();
        let mut files = vec![File::read(run, node, &node.config)?];
        for file in outcomes.iter().flat_map(|outcome| &outcome.files) {
            if files.iter().all(|known| known.path != file.path) {
                files.extend(File::read(run, node, &file.path));
            }
        }
        Some(NodeContext {
            run,
            node,
            trees,
            outcomes,
            files,
        })
    }

    /// config.toml as a document, if it is TOML.
    pub fn document(&self) -> Result<&Document, &SyntaxError> {
        self.files[0].document.as_ref()
    }

    /// The text of config.toml.
    pub fn text(&self) -> &str {
        &self.files[0].source.text
    }

    /// A place in config.toml.
    pub fn location(&self, span: Span) -> Location {
        Location::span(&self.files[0].source, span)
    }

    /// config.toml as a whole.
    fn whole(&self) -> Location {
        Location {
            source: Some(Arc::clone(&self.files[0].source)),
            ..Location::path(self.node.shown.clone())
        }
    }

    /// A place that an outcome names.
    pub fn place(&self, outcome: &ConfigOutcome, place: &Place) -> Location {
        let path = outcome.path(place).unwrap_or(&self.node.config);
        match self.files.iter().find(|file| file.path == path) {
            Some(file) => Location::span(&file.source, place.span.clone()),
            None => Location::path(self.node.shown(path)),
        }
    }

    /// The document and the text of the file in which a place is.
    pub fn file_of(&self, location: &Location) -> Option<(&Document, &str)> {
        let file = self
            .files
            .iter()
            .find(|file| file.source.path == location.path)?;
        Some((file.document.as_ref().ok()?, &file.source.text))
    }

    /// Whether a place is in config.toml itself, and not in a file that it imports.
    pub fn is_main(&self, location: &Location) -> bool {
        location.path == self.files[0].source.path
    }

    /// Only config.toml itself is written; what it imports may be another node's too.
    pub(crate) fn set_apart_fixes_of_imports(&self, findings: &mut [Finding]) {
        for finding in findings {
            let is_for_import = !self.is_main(&finding.location);
            if let Some(fix) = &mut finding.fix {
                fix.is_for_import = is_for_import;
            }
        }
    }

    /// The facts that outcomes share: equal facts at one place are grouped, in the order of the first release
    /// that has them.
    pub fn groups<T: PartialEq>(
        &self,
        of: impl Fn(&ConfigOutcome) -> Vec<(T, Option<Place>)>,
    ) -> Vec<Group<T>> {
        let mut groups: Vec<Group<T>> = Vec::new();
        let mut at: HashMap<(String, Option<usize>), Vec<usize>> = HashMap::new();
        for outcome in &self.outcomes {
            for (what, place) in of(outcome) {
                let location = match place {
                    Some(place) => self.place(outcome, &place),
                    None => self.whole(),
                };
                // The dialects agree on where something begins, and not always on where it ends.
                let start = location.span.as_ref().map(|span| span.start);
                let here = at.entry((location.path.clone(), start)).or_default();
                match here.iter().find(|index| groups[**index].what == what) {
                    Some(index) => {
                        let releases = &mut groups[*index].releases;
                        if !releases.contains(&outcome.release) {
                            releases.push(outcome.release);
                        }
                    }
                    None => {
                        here.push(groups.len());
                        groups.push(Group {
                            what,
                            location,
                            releases: vec![outcome.release],
                        });
                    }
                }
            }
        }
        groups
    }

    /// A finding about what a group has in common.
    pub fn finding<T>(
        &self,
        rule: &'static Meta,
        group: &Group<T>,
        message: impl Into<String>,
    ) -> Finding {
        let location = group.location.clone();
        Finding::new(rule, &group.releases, None, location, message.into())
    }
}

impl<'a> File<'a> {
    fn read(run: &'a Run, node: &NodeFiles, path: &str) -> Option<File<'a>> {
        let bytes = node.read(path).ok()?;
        let source = Arc::new(Source::new(node.shown(path), &bytes));
        let document = Document::parse(&source.text);
        Some(File {
            run,
            path: path.to_owned(),
            document,
            source,
            releases: run.settings.releases.clone(),
        })
    }
}
