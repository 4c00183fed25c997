//! One namespace as it was read: the run, the tree, the document, and what each release makes of it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::file_cache::Reads;
use super::load::Loaded;
use super::tree::TreeContext;
use crate::containerd::directory::{self, DEFAULT};
use crate::containerd::hosts::Host;
use crate::containerd::{DirEntry, HostsToml, Outcome, Problem, Release, Releases, Role};
use crate::disk::{Namespace, Tree, is_unknown_registry, meant_host};
use crate::finding::{
    Classification, Environment, Finding, Level, Location, Meta, Run, Source, hosts as classify,
};
use crate::toml::Span;
use crate::toml::view::{self as document, Document, HostTable, SyntaxError};

/// One directory of a config path: what was loaded, and what several rules make of it, each made
/// once and when it is first asked for.
pub struct NamespaceView<'a> {
    /// The run.
    pub run: &'a Run,
    /// The tree on disk.
    pub tree: &'a Tree,
    /// The config path, for what other directories have to do with this one.
    pub whole: &'a TreeContext<'a>,
    /// The files of the node.
    pub reads: &'a Reads<'a>,
    /// The name at the first level of the tree.
    pub namespace: &'a Namespace,
    /// The registry host that leads here.
    registry_host: &'a str,
    /// The path of the directory on the node.
    pub directory: &'a str,
    /// hosts.toml, when it can be read.
    pub source: Option<&'a Arc<Source>>,
    /// hosts.toml as a document, when it is TOML.
    pub document: Option<&'a Document>,
    /// Why hosts.toml is not TOML.
    pub syntax_error: Option<&'a SyntaxError>,
    /// The outcome of the directory, for each targeted release that looks the name up.
    pub outcomes: &'a [(Release, Rc<Outcome>)],
    /// The names in the directory, sorted.
    pub files: &'a [DirEntry],
    /// The facts that several rules need.
    cells: Cells<'a>,
}

/// The facts about a directory that several rules need, each computed on first use, and documented there.
#[derive(Default)]
struct Cells<'a> {
    host: OnceCell<Cow<'a, str>>,
    host_tables: OnceCell<Vec<HostTable<'a>>>,
    entries: OnceCell<Vec<Entry<'a>>>,
    problems: OnceCell<Vec<FoundProblem<'a>>>,
}

/// A problem of the model and the releases that have it.
#[derive(Debug, Clone)]
pub struct FoundProblem<'a> {
    /// The problem.
    pub problem: &'a Problem,
    /// The releases, oldest first.
    pub releases: Releases,
    /// containerd would meet it only after something before it is fixed.
    pub masked: bool,
}

/// An entry of hosts.toml, or its root, as containerd understands it.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// As the newest release that has it understands it.
    pub host: &'a Host,
    /// The releases for which it becomes an endpoint once the file is read, oldest first.
    pub releases: Releases,
    /// The host table it is written in; `None` for the root.
    pub table: Option<HostTable<'a>>,
}

impl<'a> NamespaceView<'a> {
    /// The view of a directory for rules.
    pub fn new(whole: &'a TreeContext<'a>, loaded: &'a Loaded<'a>) -> NamespaceView<'a> {
        NamespaceView {
            run: loaded.run,
            tree: whole.tree,
            whole,
            reads: &loaded.reads,
            namespace: loaded.namespace,
            registry_host: &loaded.host,
            directory: loaded.reads.path(),
            source: loaded.source.as_ref(),
            document: loaded.document.as_ref(),
            syntax_error: loaded.syntax_error.as_ref(),
            outcomes: &loaded.outcomes,
            files: loaded.reads.entries(),
            cells: Cells::default(),
        }
    }

    /// The name of the directory.
    pub fn name(&self) -> &str {
        &self.namespace.name
    }

    /// Whether it is `_default`.
    pub fn is_default(&self) -> bool {
        self.name() == DEFAULT
    }

    /// The registry host that is meant to lead here: `reg:5000` for `reg_5000_`, and also for `reg_5000`, which containerd does
    /// not look up. For `_default`, which many lead to, its own name; where no one knows the namespace, that of `server`.
    pub fn host(&self) -> &str {
        let host = &self.cells.host;
        host.get_or_init(|| match meant_host(self.name()) {
            Some(meant) => Cow::Owned(meant),
            None => Cow::Borrowed(self.registry_host),
        })
    }

    /// Whether no one knows for which registry this hosts.toml is: it is copied into a namespace by something else.
    pub fn is_unknown(&self) -> bool {
        is_unknown_registry(self.name())
    }

    /// Whether it is known for which registry it is, if only by its `server`.
    pub fn knows_registry(&self) -> bool {
        !is_unknown_registry(self.registry_host)
    }

    /// The host tables of hosts.toml, in the order of the text; none when it is not TOML.
    pub fn host_tables(&self) -> &[HostTable<'a>] {
        let tables = &self.cells.host_tables;
        tables.get_or_init(|| self.document.map(Document::hosts).unwrap_or_default())
    }

    /// The registry in words: `docker.io`, or for `_default` what it represents.
    pub fn registry(&self) -> String {
        if self.is_default() {
            "registries without a directory of their own".to_owned()
        } else if !self.knows_registry() {
            "its registry".to_owned()
        } else {
            self.host().to_owned()
        }
    }

    /// The environment it is for.
    pub fn environment(&self) -> Environment {
        self.run.settings.environment(&self.hosts_file())
    }

    /// Whether a rule that is on by default runs here: another may then leave things to it.
    pub fn runs(&self, rule: &str) -> bool {
        self.run.settings.level(rule, &self.hosts_file()) != Some(Level::Off)
    }

    /// The path of hosts.toml, whether it is there or not, as the user knows it.
    fn hosts_file(&self) -> Cow<'a, str> {
        match self.source {
            Some(source) => Cow::Borrowed(&source.path),
            None => Cow::Owned(self.tree.shown_hosts_file(self.name())),
        }
    }

    /// The class of a host.
    pub fn classify(&self, host: &str) -> Classification {
        classify::classify(host, &self.run.settings.private, &self.run.settings.public)
    }

    /// Whether a host (with or without port) is the namespace's own registry, under any of its names. A misspelled
    /// directory counts as the registry that it was meant for.
    pub fn is_own_registry(&self, host: &str) -> bool {
        if self.is_default() {
            return false;
        }
        const DOCKER: [&str; 4] = [
            "docker.io",
            "index.docker.io",
            "registry-1.docker.io",
            "registry.docker.io",
        ];
        fn without_port(host: &str) -> &str {
            host.strip_suffix(":443").unwrap_or(host)
        }
        let is_docker = |host: &str| DOCKER.iter().any(|name| name.eq_ignore_ascii_case(host));
        let (own, host) = (without_port(self.meant_host()), without_port(host));
        own.eq_ignore_ascii_case(host) || is_docker(own) && is_docker(host)
    }

    /// A finding about a place in hosts.toml. It applies for all targeted releases until
    /// [`Finding::releases`] says otherwise.
    pub fn finding(&self, rule: &'static Meta, span: Span, message: impl Into<String>) -> Finding {
        let location = match self.source {
            Some(source) => Location::span(source, span),
            None => Location::path(self.hosts_file()),
        };
        Finding::new(
            rule,
            &self.releases(),
            Some(self.name()),
            location,
            message.into(),
        )
    }

    /// A finding about a file or directory; `relative` is its path in the tree.
    pub fn finding_at(
        &self,
        rule: &'static Meta,
        relative: &str,
        message: impl Into<String>,
    ) -> Finding {
        let location = Location::path(self.tree.shown(relative));
        Finding::new(
            rule,
            &self.releases(),
            Some(self.name()),
            location,
            message.into(),
        )
    }

    /// A place in hosts.toml.
    pub fn location(&self, span: Span) -> Location {
        match self.source {
            Some(source) => Location::span(source, span),
            None => Location::path(self.hosts_file()),
        }
    }

    /// The place of a file: in hosts.toml where it is named there, the file itself otherwise.
    pub fn file_location(&self, span: Option<Span>, path: &str) -> Location {
        match span {
            Some(span) => self.location(span),
            None => Location::path(self.tree.shown_node_path(path)),
        }
    }

    /// The text of hosts.toml, empty when there is none.
    pub fn text(&self) -> &'a str {
        self.source.map_or("", |source| source.text.as_str())
    }

    /// The targeted releases that read this directory.
    pub fn releases(&self) -> Releases {
        self.outcomes.iter().map(|(release, _)| *release).collect()
    }

    /// The targeted releases whose outcome satisfies a condition.
    pub fn releases_where(&self, holds: impl Fn(Release, &Outcome) -> bool) -> Releases {
        self.outcomes
            .iter()
            .filter(|(r, o)| holds(*r, o))
            .map(|(r, _)| *r)
            .collect()
    }

    /// The model's problems, equal ones of several releases together, in the order of the first
    /// release that has them.
    pub fn problems(&self) -> &[FoundProblem<'a>] {
        self.cells.problems.get_or_init(|| self.find_problems())
    }

    fn find_problems(&self) -> Vec<FoundProblem<'a>> {
        let mut found: Vec<FoundProblem<'a>> = Vec::new();
        let mut known_at: HashMap<&Option<Span>, Vec<usize>> = HashMap::new();
        for (release, outcome) in self.outcomes {
            let decided = outcome.problems.iter().map(|p| (p, false));
            for (problem, masked) in decided.chain(outcome.masked.iter().map(|p| (p, true))) {
                // A problem may be met in one release and masked in another; it is one anyway.
                let here = known_at.entry(&problem.span).or_default();
                let known = here.iter().find(|&&at| found[at].problem == problem);
                match known.copied().map(|at| &mut found[at]) {
                    Some(known) => {
                        if !known.releases.contains(release) {
                            known.releases.push(*release);
                        }
                        known.masked &= masked;
                    }
                    None => {
                        here.push(found.len());
                        found.push(FoundProblem {
                            problem,
                            releases: Releases::from_slice(&[*release]),
                            masked,
                        });
                    }
                }
            }
        }
        found
    }

    /// The entries of hosts.toml and its root, in the order of the text, each as the newest release that
    /// has it understands it. Empty when no targeted release can read the text.
    pub fn entries(&self) -> &[Entry<'a>] {
        self.cells.entries.get_or_init(|| self.find_entries())
    }

    fn find_entries(&self) -> Vec<Entry<'a>> {
        let tables = self.host_tables();
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let is_one = |a: &(_, Rc<Outcome>), b: &(_, Rc<Outcome>)| Rc::ptr_eq(&a.1, &b.1);
        for of_one in self.outcomes.chunk_by(is_one) {
            let releases: Releases = of_one.iter().map(|(release, _)| *release).collect();
            let read = of_one.first().map(|(_, outcome)| outcome.entries.iter());
            for (index, host) in read.into_iter().flatten().enumerate() {
                let is_server = |host: &Host| host.role == Role::Server;
                let is_same = |known: &Entry| {
                    known.host.span == host.span && is_server(known.host) == is_server(host)
                };
                // Releases that read the file alike have the same entries at the same places.
                let known = match entries.get(index).is_some_and(is_same) {
                    true => Some(index),
                    false => entries.iter().position(is_same),
                };
                match known.map(|at| &mut entries[at]) {
                    Some(known) => {
                        known.host = host;
                        // One release may have an entry twice.
                        if known.releases.last() != releases.last() {
                            known.releases.extend_from_slice(&releases);
                        }
                    }
                    None => {
                        let table = match host.role {
                            Role::Host(_) => tables
                                .iter()
                                .find(|t| host.span.as_ref().is_some_and(|s| *s == t.name.span))
                                .or_else(|| {
                                    let name = self.text_at(host)?;
                                    tables.iter().find(|t| t.name.value == name)
                                })
                                .copied(),
                            _ => None,
                        };
                        entries.push(Entry {
                            host,
                            releases: releases.clone(),
                            table,
                        });
                    }
                }
            }
        }
        entries.sort_by_cached_key(|e| match (e.host.role, &e.host.span) {
            (Role::Host(_), Some(span)) => (0_usize, span.start),
            (Role::Host(index), None) => (0, index),
            _ => (1, 0),
        });
        entries
    }

    /// The name of a host table as its key spells it, without quotes.
    fn text_at(&self, host: &Host) -> Option<String> {
        document::key(self.text().get(host.span.clone()?)?)
    }

    /// Whether the key of a host table spells this name. Most keys have no escapes, and are not read as TOML to see that.
    fn is_written(&self, host: &Host, name: &str) -> bool {
        let written = host.span.clone().and_then(|span| self.text().get(span));
        match written {
            Some(written)
                if !written.contains('\\')
                    && !written.contains("\"'")
                    && !written.contains("'\"") =>
            {
                written.trim_matches(['"', '\'']) == name
                    && document::key(written).is_some_and(|key| key == name)
            }
            Some(_) => self.text_at(host).is_some_and(|key| key == name),
            None => false,
        }
    }

    /// The targeted releases that can decode hosts.toml, whether or not they use it in the end.
    pub fn decoding_releases(&self) -> Releases {
        self.releases_where(|_, outcome| !outcome.entries.is_empty())
    }

    /// The targeted releases for which this host table becomes an endpoint once the file is read.
    pub fn endpoint_releases(&self, table: &HostTable<'_>) -> Releases {
        let same = |host: &Host| {
            matches!(host.role, Role::Host(_))
                && (host.span.as_ref() == Some(&table.name.span)
                    || self.is_written(host, &table.name.value))
        };
        self.releases_where(|_, outcome| outcome.entries.iter().any(same))
    }

    /// Where pulls go as the file is, in words: `pulls from docker.io go to
    /// https://registry-1.docker.io/v2 alone`. `None` when no targeted release has endpoints.
    pub fn endpoints_in_words(&self) -> Option<String> {
        let endpoints = self
            .outcomes
            .iter()
            .rev()
            .map(|(_, outcome)| outcome.endpoints())
            .find(|endpoints| !endpoints.is_empty())?;
        let registry = self.registry();
        let host = self.host();
        let urls: Vec<String> = endpoints
            .iter()
            .map(|endpoint| {
                match (self.is_default() || !self.knows_registry()) && endpoint.host == host {
                    true => "the registry itself".to_owned(),
                    false => endpoint.url(),
                }
            })
            .collect();
        Some(match urls.as_slice() {
            [only] => format!("pulls from {registry} go only to {only}"),
            [first, .., last] if urls.len() == 2 => {
                format!("pulls from {registry} go to {first}, then to {last}")
            }
            _ => format!("pulls from {registry} go to {}", urls.join(", then to ")),
        })
    }

    /// Where pulls go when hosts.toml is not read, in words.
    pub fn without_hosts_toml(&self) -> String {
        let ignored = self
            .outcomes
            .iter()
            .map(|(_, outcome)| outcome)
            .find(|o| o.hosts_toml == HostsToml::Ignored && !o.endpoints().is_empty());
        let registry = self.registry();
        match ignored.and_then(|outcome| outcome.endpoints().last()) {
            Some(_) if self.is_default() || !self.knows_registry() => {
                format!("pulls from {registry} go straight to that registry")
            }
            Some(endpoint) if endpoint.tls.ca.is_some() || !endpoint.tls.client.is_empty() => {
                format!(
                    "pulls from {registry} go straight to {}, with the certificate files of this directory",
                    endpoint.url()
                )
            }
            Some(endpoint) => {
                let url = endpoint.url();
                let host = url.strip_prefix("https://").unwrap_or(&url);
                let host = host.strip_suffix("/v2").unwrap_or(&url);
                format!("pulls from {registry} go straight to {host}")
            }
            None => format!("pulls from {registry} bypass the mirrors"),
        }
    }

    /// Other names under which this registry host could be looked up before this directory.
    pub fn earlier_names(&self) -> Vec<String> {
        directory::underscore_form(self.registry_host)
            .into_iter()
            .filter(|name| name != self.name())
            .collect()
    }
}
