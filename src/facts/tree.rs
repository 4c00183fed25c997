//! What a rule sees of a config path as a whole.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::file_cache::Authorities;
use super::load::Loaded;
use super::namespace::NamespaceContext;
use super::rule::Rule;
use super::tls;
use crate::containerd::{FileError, Files};
use crate::disk::{Namespace, Tree};
use crate::finding::{Finding, Location, Run};
use crate::go::path;

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
    named_elsewhere: OnceLock<HashSet<String>>,
}

impl<'a> TreeContext<'a> {
    /// Lists the config path.
    pub fn new(run: &'a Run, tree: &'a Tree) -> Result<TreeContext<'a>, FileError> {
        let (namespaces, root_files) = tree.list_root()?;
        Ok(TreeContext {
            run,
            tree,
            namespaces,
            root_files,
            authorities: Authorities::default(),
            named_elsewhere: OnceLock::new(),
        })
    }

    /// A finding about a file or directory; `relative` is its path in the tree.
    pub fn finding_at(
        &self,
        rule: &'static Rule,
        relative: &str,
        message: impl Into<String>,
    ) -> Finding {
        Finding::new(
            &rule.meta,
            &self.run.settings.releases,
            None,
            Location::path(self.tree.shown(relative)),
            message.into(),
        )
    }

    /// The namespace of this name.
    pub fn namespace(&self, name: &str) -> Option<&Namespace> {
        let at = self
            .namespaces
            .partition_point(|namespace| namespace.name.as_str() < name);
        self.namespaces.get(at).filter(|found| found.name == name)
    }

    /// Whether a hosts.toml names this file, as a path of the node, that lies in another directory than itself.
    ///
    /// The first who asks makes all the files be read; ask when nothing else is left to ask.
    pub fn is_named_elsewhere(&self, path: &str) -> bool {
        let named = self.named_elsewhere.get_or_init(|| {
            let namespaces = self.namespaces.iter();
            namespaces
                .flat_map(|namespace| self.names_elsewhere(namespace))
                .collect()
        });
        named.contains(path)
    }

    /// The files in other directories that the hosts.toml of this one names.
    fn names_elsewhere(&self, namespace: &Namespace) -> Vec<String> {
        let directory = path::join(&self.tree.root, &namespace.name);
        let may_name_some = self
            .tree
            .read(&path::join(&directory, "hosts.toml"))
            .is_ok_and(|text| may_leave_its_directory(&text));
        if !may_name_some {
            return Vec::new();
        }
        let loaded = Loaded::read(self, namespace);
        let mut named = tls::named_files(&NamespaceContext::new(self, &loaded));
        named.retain(|path| {
            path.strip_prefix(&directory)
                .is_none_or(|rest| !rest.starts_with('/'))
        });
        named
    }
}

/// Whether a hosts.toml can name a file of another directory at all: by an absolute path, or one that leads upwards. This
/// is asked of every file of a tree; the answer may be yes too often, but never no where it is yes.
fn may_leave_its_directory(text: &[u8]) -> bool {
    let mut before = b'\n';
    text.iter().any(|&byte| {
        let pair = (std::mem::replace(&mut before, byte), byte);
        matches!(
            pair,
            (b'.', b'.') | (_, b'\\') | (b'"' | b'\'' | b'\n' | b'\r', b'/')
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_directory_are_noticed() {
        for text in [
            "ca = \"../a.crt\"",
            "ca = '/etc/a.crt'",
            "ca = \"\\u002fetc/a.crt\"",
            "ca = \"\"\"\n/etc/a.crt\"\"\"",
        ] {
            assert!(may_leave_its_directory(text.as_bytes()), "{text}");
        }
        let usual = "server = \"https://a.b\"\n[host.\"https://m/v2\"]\nca = \"certs/a.crt\"\n";
        assert!(!may_leave_its_directory(usual.as_bytes()));
    }
}
