//! The view of a whole config path for rules.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use super::budget::Budget;
use super::file_cache::Authorities;
use crate::containerd::FileError;
use crate::disk::{Namespace, Tree};
use crate::finding::{Finding, Location, Meta, Run};

/// A config path: its names. What is in its directories is read one directory at a time, and not kept.
pub struct TreeContext<'a> {
    /// The run.
    pub run: &'a Run,
    /// The tree on disk.
    pub tree: &'a Tree,
    /// Its namespaces, sorted, those that were not asked for included.
    pub namespaces: Vec<Namespace>,
    /// The names of files at the first level, sorted.
    pub root_files: Vec<String>,
    /// The certificate files that were parsed.
    pub(crate) authorities: Authorities,
    /// The budget of the run.
    pub(crate) budget: Arc<Budget>,
    pub(super) named_elsewhere: OnceLock<HashSet<String>>,
}

impl<'a> TreeContext<'a> {
    /// Lists the config path.
    pub fn new(
        run: &'a Run,
        tree: &'a Tree,
        budget: &Arc<Budget>,
    ) -> Result<TreeContext<'a>, FileError> {
        let (namespaces, root_files) = tree.list_root()?;
        Ok(TreeContext {
            run,
            tree,
            namespaces,
            root_files,
            authorities: Authorities::default(),
            budget: Arc::clone(budget),
            named_elsewhere: OnceLock::new(),
        })
    }

    /// A finding about a file or directory; `relative` is its path in the tree.
    pub fn finding_at(
        &self,
        rule: &'static Meta,
        relative: &str,
        message: impl Into<String>,
    ) -> Finding {
        Finding::new(
            rule,
            &self.run.settings.releases,
            None,
            Location::path(self.tree.shown(relative)),
            message.into(),
        )
    }

    /// The run as it is in a namespace.
    pub(crate) fn run_at(&self, namespace: &Namespace) -> Cow<'a, Run> {
        match self.run.settings.are_the_same_everywhere() {
            true => Cow::Borrowed(self.run),
            false => self.run.at(&self.tree.shown_hosts_file(&namespace.name)),
        }
    }

    /// The namespace of this name.
    pub fn namespace(&self, name: &str) -> Option<&Namespace> {
        let at = self
            .namespaces
            .partition_point(|namespace| namespace.name.as_str() < name);
        self.namespaces.get(at).filter(|found| found.name == name)
    }
}
