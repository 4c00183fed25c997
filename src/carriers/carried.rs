//! The contents of a carrier: trees, parts of a config.toml, and faults of the carrier itself.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::fact::Fact;
use super::hosts_text::{self, finish};
use super::stand_ins::StandIns;
use super::target::{self, DEFAULT_ROOT, Destination, Target};
use super::text::{Builder, Text};
use super::write::{Content, Mode, Write};

/// Where the settings of a namespace come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The text of a hosts.toml.
    Text,
    /// registries.yaml of k3s and RKE2.
    Registries,
    /// The machine configuration of Talos.
    Talos,
    /// Variables of kubespray.
    Kubespray,
}

/// A file of a tree that a carrier contains.
#[derive(Debug, Clone)]
pub struct File {
    /// Its text; `None` where that comes from elsewhere.
    pub text: Option<Text>,
    /// Where the carrier has it, for findings about it as a whole.
    pub place: Range<usize>,
    /// Where the carrier names it.
    pub named: Range<usize>,
    /// The keys of a hosts.toml whose values are not known.
    pub unknown_keys: Vec<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// A namespace of a tree that a carrier contains.
#[derive(Debug, Clone)]
pub struct Namespace {
    /// Where the carrier names it.
    pub named: Range<usize>,
    /// As the carrier names it, with stand-ins.
    pub written: String,
    /// The name is that of the directory. Otherwise it is only the registry that `server` names, or a stand-in.
    pub is_known: bool,
    /// Whether it is known which registry it is for.
    pub has_registry: bool,
    /// Its files, by their paths in it.
    pub files: BTreeMap<String, File>,
}

/// A tree that a carrier contains.
#[derive(Debug, Clone)]
pub struct CarriedTree {
    /// The config path on the node.
    pub root: String,
    /// Its namespaces.
    pub namespaces: BTreeMap<String, Namespace>,
    /// Files beside the namespaces.
    pub files: BTreeMap<String, File>,
}

impl CarriedTree {
    /// Its files.
    pub fn all_files(&self) -> impl Iterator<Item = &File> {
        let files = self.namespaces.values().flat_map(|n| n.files.values());
        files.chain(self.files.values())
    }

    /// The texts of its files.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.all_files().filter_map(|file| file.text.as_ref())
    }

    /// A file by its path in the tree, with its namespace.
    pub fn file(&self, relative: &str) -> Option<(Option<&Namespace>, &File)> {
        if let Some(file) = self.files.get(relative) {
            return Some((None, file));
        }
        let (name, rest) = relative.split_once('/')?;
        let namespace = self.namespaces.get(name)?;
        Some((Some(namespace), namespace.files.get(rest)?))
    }
}

/// A config.toml that a carrier contains, or a part of one.
#[derive(Debug, Clone)]
pub struct Config {
    /// The text.
    pub text: Text,
    /// There is more of it elsewhere.
    pub is_part: bool,
    /// Where the carrier has it.
    pub place: Range<usize>,
}

/// A file of the repository that is placed on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The file or directory as the carrier names it.
    pub source: String,
    /// Where the carrier names it.
    pub at: Range<usize>,
    /// Where on the node it is.
    pub target: String,
}

/// The contents of a carrier.
#[derive(Debug, Clone, Default)]
pub struct Carried {
    /// The trees.
    pub trees: Vec<CarriedTree>,
    /// Configurations of containerd itself.
    pub configs: Vec<Config>,
    /// The faults of the carrier.
    pub facts: Vec<Fact>,
    /// Files of the repository that it places.
    pub mounts: Vec<Mount>,
    /// Why some of it was skipped.
    pub passed_over: Vec<String>,
}

/// More files than this are not put together.
const MAX_FILES: usize = 5_000;

/// The combined writes of one document, play or script.
#[derive(Default)]
struct Pending {
    order: Vec<(Target, Written)>,
    /// Where the file of a path is in the order.
    current: HashMap<String, usize>,
}

struct Written {
    write: Write,
    text: Option<Text>,
}

impl Carried {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.trees.is_empty()
            && self.configs.is_empty()
            && self.facts.is_empty()
            && self.mounts.is_empty()
            && self.passed_over.is_empty()
    }

    /// Puts the files together that one document, play or script writes. What is a registries.yaml is returned: it is read
    /// by who called.
    pub fn collect(&mut self, writes: Vec<Write>, stand_ins: &mut StandIns<'_>) -> Vec<Text> {
        let mut pending = Pending::default();
        for write in writes.into_iter().take(MAX_FILES) {
            let target = self.target(&write);
            match target {
                Target::Other => {}
                target => self.add(&mut pending, target, write),
            }
        }
        let mut registries = Vec::new();
        let mut places = Vec::new();
        for (target, Written { write, text }) in pending.order {
            match target {
                Target::Tree(place) => {
                    let is_known = !write.path.touches_unknown(&place.namespace_span);
                    places.push(Placed::new(place, is_known, write, text, stand_ins));
                }
                Target::HostsFile { near } => {
                    if let Some(near) = near {
                        self.facts.push(Fact::NearConfigPath {
                            at: write.path.in_carrier(&near.span),
                            name: near.name,
                            meant: near.meant,
                        });
                    }
                    let end = write.path.as_str().len();
                    let place = Destination {
                        root: DEFAULT_ROOT.to_owned(),
                        namespace: Some(write.path.as_str().to_owned()),
                        namespace_span: 0..end,
                        file: "hosts.toml".to_owned(),
                    };
                    places.push(Placed::new(place, false, write, text, stand_ins));
                }
                Target::Registries => registries.extend(text),
                Target::Config => {
                    if let Some(text) = text {
                        self.configs.push(Config {
                            text,
                            is_part: write.mode == Mode::Append,
                            place: write.content_span,
                        });
                    }
                }
                Target::ConfigPath | Target::Other => {}
            }
        }
        self.plant(places);
        registries
    }

    /// Makes trees of the files.
    fn plant(&mut self, places: Vec<Placed>) {
        // An unnamed one is recognised by its hosts.toml.
        let mut registries: HashMap<(String, String), String> = HashMap::new();
        for placed in &places {
            if let (Some(namespace), Some(registry)) = (&placed.place.namespace, &placed.registry) {
                let key = (placed.place.root.clone(), namespace.clone());
                registries.entry(key).or_insert_with(|| registry.clone());
            }
        }
        let first = self.trees.len();
        for Placed {
            place,
            is_known,
            file,
            facts,
            ..
        } in places
        {
            self.facts.extend(facts);
            let Some(written) = place.namespace else {
                if is_told_of(&place.file) {
                    let tree = self.tree(first, place.root, |t| !t.files.contains_key(&place.file));
                    tree.files.insert(place.file, file);
                } else {
                    self.facts.push(Fact::UnreadPath {
                        at: file.named,
                        file: place.file,
                        root: place.root,
                    });
                }
                continue;
            };
            let registry = registries.get(&(place.root.clone(), written.clone()));
            let name = match (is_known, registry) {
                (true, _) => written.clone(),
                (false, Some(registry)) => registry.clone(),
                (false, None) => UNKNOWN_NAMESPACE.to_owned(),
            };
            let has_registry = is_known || registry.is_some();
            let has_room = |tree: &CarriedTree| {
                let known = tree.namespaces.get(&name);
                known.is_none_or(|n| n.written == written && !n.files.contains_key(&place.file))
            };
            let tree = self.tree(first, place.root, has_room);
            let entry = tree.namespaces.entry(name).or_insert(Namespace {
                named: place.namespace_span,
                written,
                is_known,
                has_registry,
                files: BTreeMap::new(),
            });
            entry.files.insert(place.file, file);
        }
    }

    fn target(&self, write: &Write) -> Target {
        match (target::of(&write.path), &write.content) {
            // Named by something else than its end: by a variable, or for nothing but its text.
            (Target::Other, Content::Text(text)) if hosts_text::is_hosts_text(text.as_str()) => {
                let name = write.path.as_str().rsplit('/').next().unwrap_or_default();
                match name.ends_with(".sh") || name.ends_with(".md") || name.ends_with(".go") {
                    true => Target::Other,
                    false => Target::HostsFile { near: None },
                }
            }
            (Target::ConfigPath, _) => Target::Other,
            (target, _) => target,
        }
    }

    fn add(&mut self, pending: &mut Pending, target: Target, write: Write) {
        let text = match &write.content {
            Content::Text(text) if !text.is_unknown() => Some(text.clone()),
            _ => None,
        };
        let path = write.path.as_str().to_owned();
        let known = pending.current.get(&path).copied();
        if write.mode == Mode::Append {
            if let Some((_, before)) = known.and_then(|at| pending.order.get_mut(at)) {
                before.text = match (before.text.take(), text) {
                    (Some(before), Some(more)) => {
                        let mut builder = Builder::after(before, &more);
                        builder.keep(0..more.as_str().len());
                        Some(builder.finish())
                    }
                    _ => None,
                };
                return;
            }
            let is_hosts = match &target {
                Target::Tree(place) => place.file == "hosts.toml",
                Target::HostsFile { .. } => true,
                _ => false,
            };
            if let (true, false, Some(operator)) = (is_hosts, write.is_guarded, &write.operator) {
                let operator = operator.clone();
                self.facts.push(Fact::Appended { at: operator });
            }
        }
        pending.current.insert(path, pending.order.len());
        pending.order.push((target, Written { write, text }));
    }

    /// The first tree of this root, of those that came last, that has room; a new one where none has.
    pub fn tree(
        &mut self,
        first: usize,
        root: String,
        has_room: impl Fn(&CarriedTree) -> bool,
    ) -> &mut CarriedTree {
        let found = self.trees[first..]
            .iter()
            .take(64)
            .position(|tree| tree.root == root && has_room(tree));
        let at = match found {
            Some(at) => first + at,
            None => {
                self.trees.push(CarriedTree {
                    root,
                    namespaces: BTreeMap::new(),
                    files: BTreeMap::new(),
                });
                self.trees.len() - 1
            }
        };
        &mut self.trees[at]
    }
}

/// The name of a namespace whose name and registry are unknown.
pub const UNKNOWN_NAMESPACE: &str = "unknown.registry.invalid";

/// A file with its place.
struct Placed {
    place: Destination,
    is_known: bool,
    file: File,
    registry: Option<String>,
    facts: Vec<Fact>,
}

impl Placed {
    /// Its place; the span of the namespace is then that in the carrier.
    fn new(
        place: Destination,
        is_known: bool,
        write: Write,
        text: Option<Text>,
        stand_ins: &mut StandIns<'_>,
    ) -> Placed {
        let is_hosts = place.file == "hosts.toml";
        let (text, unknown_keys, facts) = match text {
            Some(text) if is_hosts => {
                let finished = finish(&text, stand_ins);
                (Some(finished.text), finished.unknown_keys, finished.facts)
            }
            text => (text, Vec::new(), Vec::new()),
        };
        let registry = text.as_ref().filter(|_| is_hosts && !is_known);
        Placed {
            facts,
            registry: registry.and_then(hosts_text::registry),
            place: Destination {
                namespace_span: write.path.in_carrier(&place.namespace_span),
                ..place
            },
            is_known,
            file: File {
                text,
                place: write.content_span,
                named: write.path_span,
                unknown_keys,
                origin: Origin::Text,
            },
        }
    }
}

/// Whether rules can report a file beside the namespaces.
fn is_told_of(file: &str) -> bool {
    let is_document = [
        ".toml", ".j2", ".yaml", ".yml", ".tmpl", ".conf", ".tpl", ".json", ".txt",
    ]
    .iter()
    .any(|end| file.ends_with(end));
    file == "hosts.toml" || file == "_default" || !is_document && file.contains(['.', ':'])
}
