//! The directories in which a release looks, as they are given or as the node's config.toml has them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::found::FoundDirectory;
use super::secrets::without_userinfo;
use super::{Args, Error, Format, meant};
use crate::carriers::{MAX_CARRIER, look};
use crate::cli::clients::{Client, NERDCTL_PATHS};
use crate::containerd::directory::DEFAULT;
use crate::containerd::failures::default_pull;
use crate::containerd::node::{self, ConfigOutcome, Cri, Pull};
use crate::containerd::{Files, Release};
use crate::disk::{
    DEFAULT_CONFIG_PATH, Deployment, Namespace, NodeFiles, Tree, TreeOptions, below_sysroot,
    registry_host, text, usual_config,
};
use crate::engine::planted_in;
use crate::toml::document::Table;

/// The config path, as text and as its directories.
pub struct ConfigPath {
    /// As given, or the config.toml that says it.
    pub text: String,
    /// The client of these pulls.
    pub client: Client,
    /// All directories that any release looks in.
    trees: Vec<Tree>,
    /// Those that are a list, read as the name of one directory.
    lists: Vec<usize>,
    /// The behaviour of each release.
    plans: Plans,
}

/// A registry host that has no directory in any tree: the name is reserved.
pub const NO_DIRECTORY: &str = "example.invalid";

/// The tree in a script, a YAML file or another carrier.
fn planted(path: &Path) -> Option<Tree> {
    if !path.is_file() {
        return None;
    }
    let file = text(path, MAX_CARRIER, look::may_hold).ok().flatten()?;
    planted_in(&file.path, &file.text)
}

/// The behaviour of the releases for the config path.
enum Plans {
    /// It was given: whether it is split is a matter of the release and of the pull.
    Given {
        split: Vec<usize>,
        /// The text as the name of one directory, where that is another thing.
        whole: Option<usize>,
    },
    /// The client splits it, whatever the release.
    Split(Vec<usize>),
    /// The client reads nothing.
    Nothing,
    /// config.toml says all of it.
    Node(Vec<(Release, Plan)>),
}

/// The behaviour of one release, by its config.toml.
enum Plan {
    /// It looks in these directories.
    Look {
        roots: Vec<usize>,
        as_one: bool,
        pull: Pull,
    },
    /// It does not come to that.
    Not(NoLookup),
}

/// Why a release looks nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoLookup {
    /// There is no CRI that could pull.
    NoCri(String),
    /// The old registry tables of config.toml say where pulls go.
    OldTables,
    /// The config path is one of Windows, which is not judged.
    Windows(String),
}

/// Where a release looks: indices of trees.
pub struct Lookup {
    /// By default.
    pub by_default: (Vec<usize>, bool),
    /// The component that then fetches the image.
    pub pull: Pull,
    /// By local pulls, where that is another thing.
    pub by_local_pull: Option<Vec<usize>>,
}

impl ConfigPath {
    /// Finds the directories, and sees that there is one to look in.
    pub fn open(args: &Args, releases: &[Release]) -> Result<ConfigPath, Error> {
        let sysroot = args.sysroot.as_deref();
        let config = args.containerd_config.as_ref();
        let config = config.map(|config| below_sysroot(config, sysroot));
        match (args.client, config, args.config_path.as_deref()) {
            (Client::Ctr, _, None) => Ok(ConfigPath {
                text: "no directory, because ctr was given no --hosts-dir".to_owned(),
                client: Client::Ctr,
                trees: Vec::new(),
                lists: Vec::new(),
                plans: Plans::Nothing,
            }),
            (Client::Cri, Some(config), _) => ConfigPath::of_node(&config, args, releases),
            // A node's own configuration is the answer, where the node is known.
            (Client::Cri, None, None) if sysroot.is_some() => match usual_config(sysroot) {
                Some(config) => ConfigPath::of_node(&config, args, releases),
                None => ConfigPath::given(args, DEFAULT_CONFIG_PATH),
            },
            (Client::Nerdctl, _, None) => ConfigPath::given(args, NERDCTL_PATHS),
            (_, _, given) => ConfigPath::given(args, given.unwrap_or(DEFAULT_CONFIG_PATH)),
        }
    }

    fn given(args: &Args, text: &str) -> Result<ConfigPath, Error> {
        // ctr takes it for one directory, whatever is in it.
        let is_one = args.client == Client::Ctr;
        let parts = |text: &str| -> Vec<String> {
            text.split(|c| c == ':' && !is_one)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let mut deploy_paths = args
            .deploy_path
            .as_deref()
            .map(parts)
            .unwrap_or_default()
            .into_iter();
        let mut open = |text: &str| {
            let options = TreeOptions {
                deploy_path: deploy_paths.next(),
                sysroot: args.sysroot.clone(),
            };
            let path = below_sysroot(Path::new(text), args.sysroot.as_deref());
            if let Some(tree) = planted(&path) {
                return tree;
            }
            Tree::open(&path, &path.to_string_lossy(), &options)
        };
        let mut trees: Vec<Tree> = parts(text).iter().map(|part| open(part)).collect();
        // One missing root of a list is as good as an empty one; the built-in list names
        // a directory that most nodes do not have.
        let on_disk = below_sysroot(Path::new(text), args.sysroot.as_deref());
        let is_there = |root: &Tree| root.is_planted() || root.disk.exists();
        if !trees.iter().any(is_there) && !on_disk.is_dir() {
            return Err(Error::NoConfigPath(match args.sysroot {
                Some(_) if !text.contains(':') => on_disk.to_string_lossy().into_owned(),
                _ => text.to_owned(),
            }));
        }
        if let Some(file) = trees.iter().find(|root| root.disk.is_file()) {
            return Err(Error::NotADirectory(file.shown("")));
        }
        // A program that names a registry gets an answer in the same form.
        let for_people = args.format == Format::Human || !args.images.is_empty();
        for root in trees.iter().filter(|root| for_people && root.disk.is_dir()) {
            meant::check_config_path(&root.disk)?;
        }
        let split: Vec<usize> = (0..trees.len()).collect();
        let by_release = args.client == Client::Cri;
        let whole = (by_release && text.contains(':')).then(|| {
            trees.push(open(text));
            trees.len() - 1
        });
        Ok(ConfigPath {
            text: text.to_owned(),
            trees,
            client: args.client,
            lists: whole.into_iter().collect(),
            plans: match by_release {
                true => Plans::Given { split, whole },
                false => Plans::Split(split),
            },
        })
    }

    fn of_node(config: &Path, args: &Args, releases: &[Release]) -> Result<ConfigPath, Error> {
        let files = NodeFiles::open(config, args.sysroot.as_deref());
        if let Err(error) = files.read(&files.config) {
            return Err(Error::NoConfig(files.shown, error.predicate()));
        }
        let mut trees: Vec<Tree> = Vec::new();
        let mut index = |root: &str| {
            let tree = open_root(&files, root, args.sysroot.as_ref());
            match trees.iter().position(|known| known.disk == tree.disk) {
                Some(at) => at,
                None => {
                    trees.push(tree);
                    trees.len() - 1
                }
            }
        };
        let plans = releases
            .iter()
            .map(|&release| {
                let outcome = node::load(release, &files, &files.config);
                let plan = match no_lookup(&outcome) {
                    Some(why) => Plan::Not(why),
                    None => Plan::Look {
                        roots: outcome.roots.iter().map(|root| index(root)).collect(),
                        as_one: outcome.roots.iter().any(|root| root.contains(':')),
                        pull: outcome.pull,
                    },
                };
                (release, plan)
            })
            .collect();
        let is_list = |index: &usize| trees[*index].root.contains(':');
        Ok(ConfigPath {
            text: files.shown,
            client: Client::Cri,
            lists: (0..trees.len()).filter(is_list).collect(),
            trees,
            plans: Plans::Node(plans),
        })
    }

    /// Where a release looks, or why it does not.
    pub fn lookup(&self, release: Release) -> Result<Lookup, NoLookup> {
        let pull = default_pull(release);
        let plan = match &self.plans {
            Plans::Given { split, whole } => {
                return Ok(match whole {
                    Some(whole) if release.transfer_service() => Lookup {
                        by_default: (vec![*whole], true),
                        pull,
                        by_local_pull: Some(split.clone()),
                    },
                    _ => Lookup {
                        by_default: (split.clone(), false),
                        pull,
                        by_local_pull: None,
                    },
                });
            }
            Plans::Split(split) => {
                return Ok(Lookup {
                    by_default: (split.clone(), false),
                    pull,
                    by_local_pull: None,
                });
            }
            Plans::Nothing => None,
            Plans::Node(plans) => plans.iter().find(|(r, _)| *r == release),
        };
        match plan {
            Some((_, Plan::Not(why))) => Err(why.clone()),
            Some((
                _,
                Plan::Look {
                    roots,
                    as_one,
                    pull,
                },
            )) => Ok(Lookup {
                by_default: (roots.clone(), *as_one),
                pull: *pull,
                by_local_pull: None,
            }),
            None => Ok(Lookup {
                by_default: (Vec::new(), false),
                pull,
                by_local_pull: None,
            }),
        }
    }

    /// A tree by its index.
    pub fn at(&self, index: usize) -> &Tree {
        &self.trees[index]
    }

    /// The trees but for a list that is read as the name of one directory.
    pub fn roots(&self) -> impl Iterator<Item = &Tree> {
        let trees = self.trees.iter().enumerate();
        trees
            .filter(|(index, _)| !self.lists.contains(index))
            .map(|(_, tree)| tree)
    }

    /// The registries that have a directory in any of the trees, each once; [`NO_DIRECTORY`] where one has `_default`, or none has
    /// any. Where containerd looks nowhere, those of the usual config path are asked for: they are what the node misses.
    pub fn registries(&self, sysroot: Option<&Path>) -> Vec<String> {
        let mut namespaces: Vec<Namespace> = self
            .roots()
            .filter_map(|tree| tree.namespaces().ok())
            .flatten()
            .collect();
        if namespaces.is_empty() && matches!(self.plans, Plans::Node(_)) {
            let usual = below_sysroot(Path::new(DEFAULT_CONFIG_PATH), sysroot);
            let options = TreeOptions {
                sysroot: sysroot.map(Path::to_owned),
                ..TreeOptions::default()
            };
            let usual = Tree::open(&usual, &usual.to_string_lossy(), &options);
            namespaces = usual.namespaces().unwrap_or_default();
        }
        let mut names: BTreeSet<String> = namespaces
            .into_iter()
            .map(|namespace| match namespace.name.as_str() {
                DEFAULT => NO_DIRECTORY.to_owned(),
                name => registry_host(name).into_owned(),
            })
            .collect();
        if names.is_empty() {
            names.insert(NO_DIRECTORY.to_owned());
        }
        names.into_iter().collect()
    }

    /// The tree in which something was found.
    pub fn tree(&self, found: &FoundDirectory) -> Option<&Tree> {
        found.root.map(|index| self.at(index))
    }

    /// The trees behind it, which are not looked in any more.
    pub fn later(&self, found: &FoundDirectory) -> Vec<&Tree> {
        let place = found.searched.iter().position(|i| Some(*i) == found.root);
        let later = place.map_or(&[][..], |at| &found.searched[at + 1..]);
        later.iter().map(|&index| self.at(index)).collect()
    }
}

fn open_root(files: &NodeFiles, root: &str, sysroot: Option<&PathBuf>) -> Tree {
    let options = TreeOptions {
        deploy_path: match files.deployment {
            Deployment::Elsewhere => Some(root.to_owned()),
            _ => None,
        },
        sysroot: sysroot.cloned(),
    };
    let disk = files.real(root).ok().or_else(|| files.on_disk(root));
    let disk = disk.unwrap_or_else(|| PathBuf::from(root));
    Tree::open(&disk, &files.shown(root), &options)
}

fn no_lookup(outcome: &ConfigOutcome) -> Option<NoLookup> {
    let why = outcome
        .fault
        .as_ref()
        .map(|fault| without_userinfo(&fault.reason.to_string(), false).into_owned());
    let reason = |text: &str| match &why {
        Some(why) => format!("{text}: {why}"),
        None => text.to_owned(),
    };
    if !outcome.starts {
        return Some(NoLookup::NoCri(reason("containerd does not start")));
    }
    if outcome.cri == Cri::Absent || outcome.server_disabled.is_some() {
        return Some(NoLookup::NoCri("CRI is disabled".to_owned()));
    }
    if outcome.cri == Cri::Fails {
        return Some(NoLookup::NoCri(reason("CRI does not load")));
    }
    if node::is_windows_path(&outcome.config_path) {
        return Some(NoLookup::Windows(outcome.config_path.clone()));
    }
    let mirrors = outcome.registry.settings.table(&["mirrors"]);
    let has_mirrors = mirrors.is_some_and(|table: &Table| !table.is_empty());
    has_mirrors.then_some(NoLookup::OldTables)
}
