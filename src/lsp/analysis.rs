//! The findings of one open file: for its text in the editor, in its tree on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::settings::{FoundSettings, InForce};
use crate::carriers::{MAX_CARRIER, look};
use crate::disk::{
    self, FindOptions, MAX_HOSTS_FILE, MAX_NODE_CONFIG, NodeFiles, Tree, TreeOptions, absolute,
    discover, host_of_file, is_hosts_file, is_node_config_text, trees_of_nodes,
};
use crate::engine::{lint_all, lint_node_of};
use crate::facts::{Budget, Carrier, Loaded, NamespaceContext, TreeContext};
use crate::finding::{Finding, Report, Run, Settings};
use crate::fix::{Choice, HostsFiles, fix};
use crate::settings::short;

/// An open file, and what it is for the linter.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A hosts.toml: a tree that is linted in one namespace only.
    Hosts(Tree),
    /// A node's config.toml, with the trees that it reads.
    Node(NodeFiles, Vec<Tree>),
    /// A file that contains the texts of others, with the files that it mounts into a config path.
    Carrier(Carrier, Vec<Carrier>),
}

/// A file that is looked at.
pub struct Opened<'a> {
    /// Its absolute path.
    pub path: &'a Path,
    /// Its text in the editor.
    pub text: &'a str,
    /// The other open files, by their absolute paths.
    pub others: &'a BTreeMap<PathBuf, String>,
}

/// The findings.
pub struct Analysis {
    /// The kind of the file; `None` for one that the linter does not read.
    pub subject: Option<Subject>,
    /// The findings, in the order of a report.
    pub findings: Vec<Finding>,
    /// The run.
    pub run: Run,
    /// The failures.
    pub failures: Vec<String>,
    settings: std::rc::Rc<FoundSettings>,
}

impl Opened<'_> {
    /// Lints it. `None` where its settings cannot be used.
    pub fn analyze(&self, settings: &std::rc::Rc<FoundSettings>, now: i64) -> Option<Analysis> {
        let in_force = settings.settings.as_ref().ok()?;
        let run = Run {
            settings: in_force.effective.settings.clone(),
            now,
        };
        let subject = self.subject(&run.settings);
        let mut report = subject
            .as_ref()
            .map_or_else(Report::default, |subject| subject.lint(&run));
        finish(&mut report, in_force);
        let least = in_force.effective.min_severity;
        report
            .findings
            .retain_severities(|severity| severity >= least);
        Some(Analysis {
            subject,
            findings: report.findings.iter().collect(),
            failures: report.failures.iter().map(ToString::to_string).collect(),
            run,
            settings: std::rc::Rc::clone(settings),
        })
    }

    /// The kind of the file.
    pub fn subject(&self, settings: &Settings) -> Option<Subject> {
        let path = PathBuf::from(short(self.path));
        let shown = path.to_string_lossy();
        if settings.excludes(&shown) || self.text.len() as u64 > MAX_HOSTS_FILE {
            return None;
        }
        let name = path.file_name()?.to_string_lossy();
        if name == "hosts.toml" {
            return self.hosts(&path, settings);
        }
        if is_node_config_text(&path, self.text, false) {
            return self.node(&path, settings);
        }
        if host_of_file(&name).is_some() && is_hosts_file(self.text)
            || settings
                .namespaces
                .iter()
                .any(|(paths, _)| paths.is_match(&shown))
        {
            return self.lone(&path, settings);
        }
        self.carrier(&shown, settings)
    }

    fn options(&self, path: &Path, settings: &Settings) -> FindOptions {
        FindOptions {
            tree: TreeOptions {
                deploy_path: None,
                sysroot: settings.sysroot.clone(),
            },
            placing: settings.placing(),
            stdin: Some((path.to_owned(), self.text.as_bytes().to_owned())),
            ..FindOptions::default()
        }
    }

    fn hosts(&self, path: &Path, settings: &Settings) -> Option<Subject> {
        let found = discover(&[], &self.options(path, settings));
        let tree = found.trees.into_iter().next()?;
        Some(Subject::Hosts(self.with_others(tree)))
    }

    /// A hosts.toml of another name. In a config path it is not one.
    fn lone(&self, path: &Path, settings: &Settings) -> Option<Subject> {
        let options = self.options(path, settings);
        if path.exists() {
            let on_disk = FindOptions {
                stdin: None,
                ..options.clone()
            };
            let found = discover(std::slice::from_ref(&path.to_owned()), &on_disk);
            if found.trees.iter().any(|tree| tree.lone.is_none()) {
                return None;
            }
        }
        let found = discover(&[], &options);
        found.trees.into_iter().next().map(Subject::Hosts)
    }

    /// The tree with the texts of other files as they are in the editor: certificates, and the hosts.toml files of other namespaces.
    fn with_others(&self, tree: Tree) -> Tree {
        let root = absolute(&tree.disk);
        let others = self.others.iter().filter_map(|(path, text)| {
            let relative = path.strip_prefix(&root).ok()?;
            let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
            let parts = parts.filter(|parts| parts.len() > 1 && path.as_path() != self.path)?;
            Some((parts.join("/"), text.as_bytes().to_owned()))
        });
        tree.with_texts(others.collect::<Vec<_>>())
    }

    fn node(&self, path: &Path, settings: &Settings) -> Option<Subject> {
        if self.text.len() as u64 > MAX_NODE_CONFIG {
            return None;
        }
        let node = NodeFiles::open(path, settings.sysroot.as_deref())
            .with_config(self.text.as_bytes().to_owned());
        let nodes = std::slice::from_ref(&node);
        let trees = trees_of_nodes(nodes, &settings.releases, settings.sysroot.as_deref());
        // A list that is too long is for the command line to refuse: no tree of it is looked at here.
        let trees = trees.unwrap_or_default();
        Some(Subject::Node(node, trees))
    }

    fn carrier(&self, shown: &str, settings: &Settings) -> Option<Subject> {
        let bytes = self.text.as_bytes();
        if bytes.len() as u64 > MAX_CARRIER
            || look::is_binary(bytes)
            || disk::is_generated(bytes)
            || !look::may_hold(bytes)
        {
            return None;
        }
        let carrier = Carrier::read(shown, self.text)?;
        if settings.without_carriers.contains(&carrier.kind) {
            return None;
        }
        let root = self.path.parent().unwrap_or(self.path);
        let mounted = carrier.mounted(root).into_iter();
        let mounted = mounted.filter(|placed| !self.is_in_tree(placed, settings));
        let mounted = mounted.map(|placed| {
            let open = self.others.get(&absolute(Path::new(placed.path())));
            open.map(|text| placed.with_text(text)).unwrap_or(placed)
        });
        let mounted = mounted.collect();
        Some(Subject::Carrier(carrier, mounted))
    }

    /// Whether a file that is mounted is linted in a tree.
    fn is_in_tree(&self, placed: &Carrier, settings: &Settings) -> bool {
        let path = PathBuf::from(placed.path());
        let options = FindOptions {
            stdin: None,
            ..self.options(&path, settings)
        };
        let found = discover(&[path], &options);
        found.trees.iter().any(|tree| tree.lone.is_none())
    }
}

fn finish(report: &mut Report, in_force: &InForce) {
    if let Some(baseline) = &in_force.baseline {
        report.apply_baseline(baseline, &in_force.paths, &in_force.effective.settings);
    }
}

impl Subject {
    /// Lints it.
    pub fn lint(&self, run: &Run) -> Report {
        match self {
            Subject::Hosts(tree) => lint_all(&[], std::slice::from_ref(tree), &[], run),
            Subject::Node(node, trees) => lint_node_of(node, trees, run),
            Subject::Carrier(carrier, mounted) => {
                let all = [std::slice::from_ref(carrier), mounted].concat();
                lint_all(&[], &[], &all, run)
            }
        }
    }
}

impl Analysis {
    /// Whether a file is one that this one mounts into a config path.
    pub fn mounts(&self, path: &Path) -> bool {
        let Some(Subject::Carrier(_, mounted)) = &self.subject else {
            return false;
        };
        mounted
            .iter()
            .any(|placed| absolute(Path::new(placed.path())) == path)
    }

    /// The text with its safe fixes, as `--fix` would write it; `None` where there is nothing to fix.
    pub fn fixed(&self, path: &Path) -> Option<String> {
        let in_force = self.settings.settings.as_ref().ok()?;
        let (nodes, trees, carriers) = match self.subject.as_ref()? {
            Subject::Hosts(tree) => (Vec::new(), vec![tree.clone()], Vec::new()),
            Subject::Node(node, _) => (vec![node.clone()], Vec::new(), Vec::new()),
            Subject::Carrier(carrier, _) => (Vec::new(), Vec::new(), vec![carrier.clone()]),
        };
        let done = |report: &mut Report| finish(report, in_force);
        let files = HostsFiles::new(&nodes, &trees, &carriers, &self.run, &done);
        let mut report = lint_all(&nodes, &trees, &carriers, &self.run);
        done(&mut report);
        let choice = Choice {
            with_unsafe: false,
            min_severity: in_force.effective.min_severity,
        };
        let fixing = fix(&files, report, choice);
        let is_own = |shown: &str| absolute(Path::new(shown)) == path;
        let fixed = fixing.files.into_iter().find(|file| is_own(&file.path))?;
        String::from_utf8(fixed.text).ok()
    }

    /// Computes something about the namespace of a hosts.toml; `None` where the file is not one, or not the one that is read for its
    /// namespace.
    pub fn of_namespace<R>(
        &self,
        path: &Path,
        ask: impl FnOnce(&NamespaceContext<'_>) -> R,
    ) -> Option<R> {
        let Subject::Hosts(tree) = self.subject.as_ref()? else {
            return None;
        };
        let run = self.run.at(&tree.shown(""));
        let budget = Arc::new(Budget::new(run.settings.work));
        let whole = TreeContext::new(&run, tree, &budget).ok()?;
        let wanted = tree.only.as_ref()?.first()?;
        let namespace = whole.namespace(wanted)?;
        let run = whole.run_at(namespace);
        let loaded = Loaded::read(&whole, &run, namespace);
        let context = NamespaceContext::new(&whole, &loaded);
        let source = context.source?;
        (absolute(Path::new(&source.path)) == path).then(|| ask(&context))
    }
}
