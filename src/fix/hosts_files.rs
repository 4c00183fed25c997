//! The files of a run that can be fixed: the hosts.toml files of its trees, and the config.toml of its nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::advice;
use super::carried::{self, Part};
use super::linted::{Linted, OnDisk, Original, Refusal, Texts};
use super::{node_config, promise};
use crate::containerd::directory::DEFAULT;
use crate::containerd::{Files, Outcome, Release, load_directory};
use crate::disk::{NodeFiles, Tree, registry_host};
use crate::engine::{lint, lint_all};
use crate::facts::Carrier;
use crate::finding::{Finding, Report, Run, Safety, Settings, Severity};
use crate::go::path;
use crate::toml::view::Document;

/// The hosts.toml files of the trees of a run.
pub struct HostsFiles<'a> {
    nodes: &'a [NodeFiles],
    trees: &'a [Tree],
    carriers: &'a [Carrier],
    run: &'a Run,
    /// The last step of a report before it is shown.
    finish: &'a dyn Fn(&mut Report),
    /// Tree and namespace of each file, by the path that is shown.
    places: OnceLock<BTreeMap<String, (&'a Tree, String)>>,
    /// The run by which texts are compared: all rules, and nothing is silenced.
    strict: Run,
}

impl<'a> HostsFiles<'a> {
    /// The files of these trees; the nodes are linted with them. `finish` is applied to every report, such as the baseline.
    pub fn new(
        nodes: &'a [NodeFiles],
        trees: &'a [Tree],
        carriers: &'a [Carrier],
        run: &'a Run,
        finish: &'a dyn Fn(&mut Report),
    ) -> HostsFiles<'a> {
        let settings = Settings {
            severities: BTreeMap::new(),
            exclude: Default::default(),
            suppressions: false,
            overrides: run
                .settings
                .overrides
                .iter()
                .cloned()
                .map(|mut o| {
                    o.severities.clear();
                    o
                })
                .collect(),
            ..run.settings.clone()
        };
        HostsFiles {
            nodes,
            trees,
            carriers,
            run,
            finish,
            places: OnceLock::new(),
            strict: Run {
                settings,
                now: run.now,
            },
        }
    }

    /// Made when the first fix is looked at: most runs have none.
    fn places(&self) -> &BTreeMap<String, (&'a Tree, String)> {
        self.places.get_or_init(|| {
            let mut places = BTreeMap::new();
            for tree in self.trees {
                for namespace in tree.namespaces().unwrap_or_default() {
                    if namespace.utf8 && tree.wants(&namespace.name) {
                        let shown = tree.shown(&relative(&namespace.name));
                        places.insert(shown, (tree, namespace.name));
                    }
                }
            }
            places
        })
    }

    /// The node whose config.toml is at this path.
    fn node(&self, path: &str) -> Option<&'a NodeFiles> {
        self.nodes.iter().find(|node| node.shown == path)
    }

    /// The carrier at this path.
    fn carrier(&self, path: &str) -> Option<&'a Carrier> {
        self.carriers.iter().find(|carrier| carrier.path() == path)
    }

    fn place(&self, path: &str) -> Option<(&'a Tree, &str)> {
        let (tree, namespace) = self.places().get(path)?;
        Some((tree, namespace))
    }

    fn with_texts(&self, tree: &'a Tree, texts: &Texts) -> Tree {
        let own = texts.iter().filter_map(|(path, text)| {
            let (of, namespace) = self.place(path)?;
            std::ptr::eq(of, tree).then(|| (relative(namespace), text.clone()))
        });
        tree.with_texts(own)
    }

    fn lint_these(&self, nodes: &[NodeFiles], trees: &[Tree], carriers: &[Carrier]) -> Report {
        let mut report = lint_all(nodes, trees, carriers, self.run);
        (self.finish)(&mut report);
        report
    }

    /// The targeted releases, and the newest of every line: a fix that is right for one node is not to be
    /// wrong for the next.
    fn releases(&self, namespace: &str) -> Vec<Release> {
        let targeted = self.run.settings.all_releases();
        let others = Release::newest().filter(|release| !targeted.contains(release));
        let all = targeted.iter().copied().chain(others);
        all.filter(|release| namespace != DEFAULT || release.default_namespace())
            .collect()
    }

    /// The findings of at least this severity in a namespace with this text: how many of each rule, for each release.
    /// With `all`, also those that a fix can fix.
    fn problems(
        &self,
        tree: &Tree,
        namespace: &str,
        text: &[u8],
        severity: Severity,
        with_unsafe: bool,
        all: bool,
    ) -> BTreeMap<(&'static str, Release), usize> {
        let tree = with_text(tree, namespace, text).isolated(namespace);
        let report = lint(std::slice::from_ref(&tree), &self.strict);
        let is_mended = |finding: &Finding| {
            let fix = finding.fix.as_ref();
            fix.is_some_and(|fix| with_unsafe || fix.safety == Safety::Safe)
        };
        let counts =
            |finding: &Finding| finding.severity >= severity && (all || !is_mended(finding));
        let mut problems = BTreeMap::new();
        for finding in report.findings.iter().filter(counts) {
            for release in &finding.releases {
                *problems.entry((finding.rule.name, *release)).or_default() += 1;
            }
        }
        problems
    }
}

fn relative(namespace: &str) -> String {
    format!("{namespace}/hosts.toml")
}

fn with_text(tree: &Tree, namespace: &str, text: &[u8]) -> Tree {
    tree.with_texts([(relative(namespace), text.to_owned())])
}

fn outcome(release: Release, tree: &Tree, namespace: &str) -> Outcome {
    let directory = path::join(&tree.root, namespace);
    load_directory(release, tree, &directory, &registry_host(namespace))
}

/// Whether this tool can read the text at all; of one that it cannot, it has found one error.
fn is_document(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| Document::parse(text).is_ok())
}

impl Linted for HostsFiles<'_> {
    fn lint(&self, texts: &Texts) -> Report {
        let trees: Vec<Tree> = self
            .trees
            .iter()
            .map(|tree| self.with_texts(tree, texts))
            .collect();
        let carriers = carried::with_texts(self.carriers.iter(), texts);
        self.lint_these(
            &node_config::with_texts(self.nodes, texts),
            &trees,
            &carriers,
        )
    }

    fn lint_files(&self, texts: &Texts, paths: &BTreeSet<String>) -> Report {
        let mut trees = Vec::new();
        for tree in self.trees {
            let of_tree = paths.iter().filter_map(|path| self.place(path));
            let namespaces = of_tree.filter(|(of, _)| std::ptr::eq(*of, tree));
            let only: BTreeSet<String> = namespaces.map(|(_, name)| name.to_owned()).collect();
            if !only.is_empty() {
                let mut tree = self.with_texts(tree, texts);
                tree.only = Some(only);
                trees.push(tree);
            }
        }
        let nodes = self.nodes.iter().filter(|node| paths.contains(&node.shown));
        let nodes: Vec<NodeFiles> = nodes.cloned().collect();
        let carriers = self.carriers.iter().filter(|c| paths.contains(c.path()));
        let carriers = carried::with_texts(carriers, texts);
        self.lint_these(&node_config::with_texts(&nodes, texts), &trees, &carriers)
    }

    fn original(&self, shown: &str) -> Option<Original> {
        if let Some(node) = self.node(shown) {
            return node_config::original(node);
        }
        if let Some(carrier) = self.carrier(shown) {
            return Some(carried::original(carrier));
        }
        let (tree, namespace) = self.place(shown)?;
        let relative = relative(namespace);
        if let Some(bytes) = tree.text_from_elsewhere(&relative) {
            let bytes = bytes.to_owned();
            return Some(Original { bytes, disk: None });
        }
        let node_path = path::join(&tree.root, &relative);
        let path = tree.real(&node_path).ok()?;
        let real = path.canonicalize().ok()?;
        Some(Original {
            bytes: tree.read(&node_path).ok()?.into_owned(),
            disk: Some(OnDisk {
                path: tree.on_disk(&node_path)?,
                real,
                root: tree.disk.clone(),
            }),
        })
    }

    fn check_fix(
        &self,
        shown: &str,
        before: &[u8],
        after: &[u8],
        finding: &Finding,
    ) -> Result<(), Refusal> {
        if let Some(node) = self.node(shown) {
            return node_config::check_fix(node, self.run, before, after, finding);
        }
        if let Some(carrier) = self.carrier(shown) {
            for part in carried::parts(carrier, before, after)? {
                match part {
                    Part::Hosts(tree, namespace, before, after) => {
                        self.check_hosts_fix(&tree, &namespace, (&before, &after), finding)?;
                    }
                    Part::Config(node, before, after) => {
                        node_config::check_fix(&node, self.run, &before, &after, finding)?;
                    }
                }
            }
            return Ok(());
        }
        match self.place(shown) {
            Some((tree, namespace)) => {
                self.check_hosts_fix(tree, namespace, (before, after), finding)
            }
            None => Ok(()),
        }
    }

    fn check_text(
        &self,
        shown: &str,
        before: &[u8],
        after: &[u8],
        with_unsafe: bool,
        is_last: bool,
    ) -> Result<(), Refusal> {
        if let Some(node) = self.node(shown) {
            return node_config::check_text(node, self.run, before, after);
        }
        if let Some(carrier) = self.carrier(shown) {
            for part in carried::parts(carrier, before, after)? {
                match part {
                    Part::Hosts(tree, namespace, before, after) => {
                        let texts = (before.as_slice(), after.as_slice());
                        self.check_hosts_text(&tree, &namespace, texts, with_unsafe, is_last)?;
                    }
                    Part::Config(node, before, after) => {
                        node_config::check_text(&node, self.run, &before, &after)?;
                    }
                }
            }
            return Ok(());
        }
        match self.place(shown) {
            Some((tree, namespace)) => {
                self.check_hosts_text(tree, namespace, (before, after), with_unsafe, is_last)
            }
            None => Ok(()),
        }
    }
}

impl HostsFiles<'_> {
    fn check_hosts_fix(
        &self,
        tree: &Tree,
        namespace: &str,
        (before, after): (&[u8], &[u8]),
        finding: &Finding,
    ) -> Result<(), Refusal> {
        let trees = [before, after].map(|text| with_text(tree, namespace, text));
        let is_safe = finding
            .fix
            .as_ref()
            .is_some_and(|fix| fix.safety == Safety::Safe);
        let mut decoded = Vec::new();
        for release in self.releases(namespace) {
            let [before, after] = trees
                .each_ref()
                .map(|tree| outcome(release, tree, namespace));
            if promise::is_decoded(&before) {
                decoded.push(release);
            }
            if is_safe {
                // Of a release that is not targeted the finding cannot speak.
                let named = finding.releases.contains(&release)
                    || !self.run.settings.releases.contains(&release);
                promise::keeps(finding.promised(), named, release, &before, &after)?;
            } else {
                promise::no_worse(release, &before, &after)?;
            }
        }
        // A text that could not be read says nothing about what is in it.
        match !is_document(before) {
            true => Ok(()),
            false => {
                let of = (finding.severity.min(Severity::Warning), true, false);
                self.brings_nothing_new(tree, namespace, (before, after), of, &decoded)
            }
        }
    }

    fn check_hosts_text(
        &self,
        tree: &Tree,
        namespace: &str,
        (before, after): (&[u8], &[u8]),
        with_unsafe: bool,
        is_last: bool,
    ) -> Result<(), Refusal> {
        let trees = [before, after].map(|text| with_text(tree, namespace, text));
        let mut decoded = Vec::new();
        for release in self.releases(namespace) {
            let [before, after] = trees
                .each_ref()
                .map(|tree| outcome(release, tree, namespace));
            promise::no_worse(release, &before, &after)?;
            if promise::is_decoded(&before) {
                decoded.push(release);
            }
        }
        match is_document(before) {
            true => {
                let texts = (before, after);
                let of = (Severity::Error, with_unsafe, is_last);
                self.brings_nothing_new(tree, namespace, texts, of, &decoded)
            }
            false => Ok(()),
        }
    }

    /// Follows the help of a finding in memory, where it says what to write in a hosts.toml; `false` where it does not.
    ///
    /// # Errors
    /// When the file would fare worse, or there would be a finding that matters as much and was not there before.
    pub fn try_help(&self, finding: &Finding) -> Result<bool, Refusal> {
        let Some(source) = finding.location.source.as_ref() else {
            return Ok(false);
        };
        let Some((tree, namespace)) = self.place(&source.path) else {
            return Ok(false);
        };
        if source.invalid_utf8.is_some() {
            return Ok(false);
        }
        let Some(after) = advice::followed(&source.text, finding) else {
            return Ok(false);
        };
        let texts = (source.text.as_bytes(), after.as_bytes());
        let tried = self.check_hosts_fix(tree, namespace, texts, finding);
        tried.map_err(|refusal| refusal.without_secrets(source.secrets()))?;
        Ok(true)
    }

    /// Refuses a text with a finding of at least this severity that was not there before, for these releases.
    fn brings_nothing_new(
        &self,
        tree: &Tree,
        namespace: &str,
        (before, after): (&[u8], &[u8]),
        (severity, with_unsafe, is_last): (Severity, bool, bool),
        releases: &[Release],
    ) -> Result<(), Refusal> {
        let old = self.problems(tree, namespace, before, severity, with_unsafe, true);
        let new = self.problems(tree, namespace, after, severity, with_unsafe, is_last);
        let more = new
            .iter()
            .find(|(key, count)| releases.contains(&key.1) && *count > old.get(key).unwrap_or(&0));
        match more {
            Some(((rule, release), _)) => Err(Refusal::HeldBack(format!(
                "there would be a new finding, {rule}, in {release}"
            ))),
            None => Ok(()),
        }
    }
}
