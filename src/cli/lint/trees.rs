//! From the arguments to the trees that are linted.

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};

use super::args::LintArgs;
use super::{carriers, nested, nodes};
use crate::cli::stdin;
use crate::cli::terminal::Terminal;
use crate::cli::{Cli, Error, Result};
use crate::containerd::FileError;
use crate::disk::{
    DEFAULT_CONFIG_PATH, Deployment, Discovery, FindError, FindOptions, MAX_HOSTS_FILE, NodeFiles,
    PathKind, Tree, TreeOptions, Unread, below_sysroot, discover, is_node_config, name_unread,
    trees_of_nodes, usual_config,
};
use crate::facts::Carrier;
use crate::finding::{Failure, Settings};
use crate::settings::short;

/// The inputs on the command line.
#[derive(Debug)]
pub struct Input {
    /// The paths without `-`.
    pub paths: Vec<PathBuf>,
    /// The hosts.toml that standard input replaces.
    pub stdin: Option<PathBuf>,
    /// The root of the node's file system, where the arguments name one.
    sysroot: Option<PathBuf>,
}

/// The default inputs: on this machine the usual config path; below a sysroot, never this machine's,
/// the node's config.toml with the trees that it reads, or the usual config path where there is none.
fn default_path(sysroot: Option<&Path>) -> PathBuf {
    let Some(sysroot) = sysroot else {
        return PathBuf::from(DEFAULT_CONFIG_PATH);
    };
    usual_config(Some(sysroot))
        .unwrap_or_else(|| sysroot.join(DEFAULT_CONFIG_PATH.trim_start_matches('/')))
}

/// The trees of a run.
#[derive(Debug, Default)]
pub struct FoundTrees {
    /// The trees.
    pub trees: Vec<Tree>,
    /// The config.toml files.
    pub nodes: Vec<NodeFiles>,
    /// Files with embedded configuration.
    pub carriers: Vec<Carrier>,
    /// Paths that could not be read, or contain nothing to lint. They have been reported.
    pub failures: Vec<Failure>,
    /// The text of standard input, when it was named.
    pub stdin: Option<Vec<u8>>,
}

impl Input {
    /// Reads the arguments; nothing is opened yet.
    pub fn new(args: &LintArgs) -> Result<Input> {
        let is_stdin = |path: &PathBuf| path == Path::new("-");
        let sysroot = args.sysroot.clone();
        let on_node = |path: &PathBuf| below_sysroot(path, sysroot.as_deref());
        let mut paths: Vec<PathBuf> = args.paths.iter().map(on_node).collect();
        let stdin_is_named = paths.iter().any(is_stdin);
        paths.retain(|path| !is_stdin(path));
        let stdin = match &args.stdin_filename {
            Some(name) if name.file_name().is_none_or(|n| n != "hosts.toml") => {
                return Err(Error::message(format!(
                    "--stdin-filename {} is not a hosts.toml: give the path that the text is for, such as certs.d/docker.io/hosts.toml",
                    name.display()
                )));
            }
            Some(name) if stdin_is_named || paths.is_empty() => Some(name.clone()),
            Some(_) => {
                return Err(Error::message(
                    "--stdin-filename names the text on standard input: add `-` to the paths",
                ));
            }
            None if stdin_is_named => {
                return Err(Error::message(
                    "`-` is standard input: give its path with --stdin-filename, such as --stdin-filename certs.d/docker.io/hosts.toml",
                ));
            }
            None => None,
        };
        Ok(Input {
            paths,
            stdin,
            sysroot,
        })
    }

    /// Everything that is named, standard input as the file that it replaces; where nothing is, what is linted then.
    pub fn all(&self) -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> = self.paths.iter().chain(&self.stdin).cloned().collect();
        if all.is_empty() {
            all.push(default_path(self.sysroot.as_deref()));
        }
        all
    }
}

/// Finds the trees, reports obstacles, and lints paths that are named and also excluded,
/// unless `--force-exclude` is given.
pub fn find_trees(
    args: &LintArgs,
    input: Input,
    settings: &mut Settings,
    terminal: &Terminal,
) -> Result<FoundTrees> {
    let Input {
        mut paths,
        mut stdin,
        ..
    } = input;
    // The settings file may name the sysroot too.
    let sysroot = settings.sysroot.clone();
    let on_node = |path: &PathBuf| below_sysroot(path, sysroot.as_deref());
    paths = paths.iter().map(on_node).collect();
    let named = settings.containerd_config.as_ref().map(on_node);
    let is_for_its_trees = named.is_some() && paths.is_empty() && stdin.is_none();
    if named.is_none() && paths.is_empty() && stdin.is_none() {
        paths.push(default_path(sysroot.as_deref()));
    }
    let mut exempt = Vec::new();
    let mut keeps = |path: &PathBuf| {
        let shown = path.to_string_lossy();
        if !settings.exclude.excludes(&shown) {
            return true;
        }
        if args.force_exclude {
            terminal.info(format!("{shown} is excluded"));
            return false;
        }
        // hosts.toml represents its namespace.
        let is_hosts_file = path.file_name().is_some_and(|name| name == "hosts.toml");
        exempt.push(match path.parent() {
            Some(parent) if is_hosts_file => parent.to_owned(),
            _ => path.clone(),
        });
        true
    };
    paths.retain(&mut keeps);
    let stdin_is_named = stdin.is_some();
    stdin = stdin.filter(&mut keeps);
    for path in exempt {
        settings.exclude.exempt(&path);
    }
    if paths.is_empty() && stdin.is_none() && named.is_none() {
        terminal.info("every path is excluded");
        let stdin = match stdin_is_named && args.fix {
            // Anyone who replaces a text by what is printed is not to lose it.
            true => Some(read_stdin()?),
            false => None,
        };
        return Ok(FoundTrees {
            stdin,
            ..FoundTrees::default()
        });
    }
    let (configs, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths
        .into_iter()
        // A hook names what was changed, whatever it is.
        .partition(|path| is_node_config(path, !args.force_exclude));
    // Named alone, a config.toml represents all that the node reads.
    let is_for_its_trees = is_for_its_trees || paths.is_empty() && stdin.is_none();
    let mut nodes = nodes::open(named.iter().chain(&configs), settings.sysroot.as_deref())?;
    let of_nodes = match is_for_its_trees {
        true => trees_of_nodes(&nodes, &settings.releases, settings.sysroot.as_deref())
            .map_err(|error| Error::message(error.to_string()))?,
        false => Vec::new(),
    };
    let text = match &stdin {
        Some(_) => Some(read_stdin()?),
        None => None,
    };
    let mut options = FindOptions {
        kind: args.kind,
        tree: TreeOptions {
            deploy_path: args.deploy_path.clone(),
            sysroot: settings.sysroot.clone(),
        },
        placing: settings.placing(),
        exclude: settings.exclude.clone(),
        may_be_deleted: args.force_exclude,
        stdin: stdin.zip(text.clone()),
        ..FindOptions::default()
    };
    let mut found = discover(&paths, &options);
    settings.nested = nested::settings(args, settings, &found, terminal)?;
    if !settings.nested.is_empty() {
        // They say where trees belong, too.
        let nested = settings.nested.iter();
        options.nested = nested
            .map(|nested| (nested.base.clone(), nested.settings.placing()))
            .collect();
        found = discover(&paths, &options);
    }
    let Discovery {
        mut trees,
        configs,
        mut unused,
        mut errors,
    } = found;
    nodes::add_of_paths(&mut nodes, settings)?;
    if args.force_exclude {
        // A hook names each file for itself, and not as one that goes with others.
        let is_named = |node: &NodeFiles| named.as_deref().is_some_and(|path| node.is_at(path));
        for node in nodes.iter_mut().filter(|node| !is_named(node)) {
            node.is_found = true;
        }
    }
    nodes::add_found(&mut nodes, &configs, settings.sysroot.as_deref());
    for tree in of_nodes {
        if trees.iter().all(|known| known.disk != tree.disk) {
            trees.push(tree);
        }
    }
    let is_searched = !args.no_carriers && matches!(args.kind, None | Some(PathKind::Search));
    let carriers = match is_searched {
        true => carriers::find(&paths, &trees, settings, terminal),
        false => Vec::new(),
    };
    // Configuration in other files counts as something to lint.
    errors.retain(|error| match error {
        FindError::Nothing { path, .. } | FindError::Unrelated { path, .. } => {
            let path = Path::new(path.trim_start_matches("./"));
            let is_below =
                |c: &Carrier| path == Path::new(".") || Path::new(c.path()).starts_with(path);
            !carriers.iter().any(is_below)
        }
        FindError::Unreadable { .. } => true,
    });
    name_unread(&mut errors, &settings.exclude);
    unused.retain(|unread| carriers.iter().all(|c| c.path() != unread.path));
    let carriers = carriers::beside(carriers, &mut trees);
    for Unread { path, why } in &unused {
        terminal.warning(format!("{path} is not linted: {why}"));
    }
    let is_something = !trees.is_empty() || !nodes.is_empty() || !carriers.is_empty();
    let failures = tell(&errors, args, settings, is_something, terminal);
    for tree in &trees {
        terminal.info(describe(tree));
    }
    for node in &nodes {
        terminal.info(nodes::describe(node));
    }
    note_unknown(&trees, terminal);
    for carrier in &carriers {
        let path = carrier.source.path.as_str();
        let is_named = args.paths.iter().any(|named| named == Path::new(path));
        if is_named
            && path
                .rsplit('/')
                .next()
                .is_some_and(|name| name.starts_with("registries."))
        {
            terminal.note(format!(
                "{path} is linted as the hosts.toml files that k3s and RKE2 generate from it; `certsd-lint migrate {path}` shows them"
            ));
        }
    }
    note_generated(&trees, terminal);
    Ok(FoundTrees {
        trees,
        nodes,
        carriers,
        failures,
        stdin: text,
    })
}

/// Reports why paths contain nothing to lint. Returns the failures of the run.
fn tell(
    errors: &[FindError],
    args: &LintArgs,
    settings: &Settings,
    is_something: bool,
    terminal: &Terminal,
) -> Vec<Failure> {
    let mut failures = Vec::new();
    let excluding = match settings.exclude.globs.is_empty() {
        true => "",
        false => "; excluded paths were skipped",
    };
    for error in errors {
        match error {
            FindError::Unreadable { path, error: why } => {
                let remedy = match why {
                    _ if args.paths.is_empty() && path == DEFAULT_CONFIG_PATH => Some(
                        "; name the config path, or a folder with trees below it: certsd-lint PATH"
                            .to_owned(),
                    ),
                    FileError::NotFound => no_path(path),
                    _ => None,
                };
                terminal.error(format!("{error}{}", remedy.unwrap_or_default()));
                failures.push(Failure::Unreadable {
                    path: path.clone(),
                    error: why.clone(),
                });
            }
            FindError::Nothing { unread, .. } => {
                let text = format!("{error}{excluding}");
                failures.extend(tell_empty(text, args, is_something, terminal));
                for Unread { path, why } in unread {
                    let text = format!("{path} was not read: {why}");
                    match args.allow_empty {
                        true => terminal.info(text),
                        false => terminal.note(text),
                    }
                }
            }
            FindError::Unrelated { .. } => {
                let text = format!("{error}{excluding}");
                failures.extend(tell_empty(text, args, is_something, terminal));
            }
        }
    }
    failures
}

/// Reports that there is nothing to lint. That is a failure where nothing else is linted, either.
fn tell_empty(
    what: String,
    args: &LintArgs,
    is_something: bool,
    terminal: &Terminal,
) -> Option<Failure> {
    if args.allow_empty {
        terminal.info(what);
    } else if is_something {
        terminal.warning(what);
    } else {
        terminal.error(&what);
        return Some(Failure::Undone { what });
    }
    None
}

/// Notes, once a run, which hosts.toml files were linted without knowing for which registry they are.
fn note_unknown(trees: &[Tree], terminal: &Terminal) {
    let lone = trees.iter().filter_map(|tree| tree.lone.as_ref());
    let unknown: Vec<&str> = lone
        .filter(|lone| lone.is_unknown())
        .map(|lone| lone.shown.as_str())
        .collect();
    let [first, rest @ ..] = unknown.as_slice() else {
        return;
    };
    let (others, are) = match rest.len() {
        0 => (String::new(), "is"),
        1 => (format!(" and {}", rest[0]), "are"),
        more => (format!(" and {more} more files"), "are"),
    };
    terminal.note(format!(
        "{first}{others} {are} not in a directory named after a registry, so rules about the registry do not run; set it in the settings: \
         [[namespaces]] path = \"{first}\", registry = \"quay.io\""
    ));
}

/// Notes which trees another program writes.
fn note_generated(trees: &[Tree], terminal: &Terminal) {
    for tree in trees {
        if let Some(generator) = tree.generator() {
            terminal.note(format!(
                "{} is generated by {} from {}: change that file; no fixes are offered for this one",
                tree.shown(""),
                generator.program,
                generator.source(),
            ));
        }
    }
}

/// The remedy for a path that does not exist and was meant as a command or an option.
fn no_path(path: &str) -> Option<String> {
    if path.starts_with('-') {
        return Some("; everything after `--` is a path, so put options before it".to_owned());
    }
    if matches!(path, "lint" | "check") {
        return Some("; there is no `lint` command; run `certsd-lint PATH`".to_owned());
    }
    let cli = Cli::command();
    let mut names = cli.get_subcommands().map(Command::get_name);
    let meant = names.find(|name| strsim::damerau_levenshtein(name, path) == 1)?;
    Some(format!("; did you mean the command `{meant}`?"))
}

/// A tree in words, for `-v`.
fn describe(tree: &Tree) -> String {
    let what = match &tree.only {
        None => String::new(),
        Some(only) => {
            let only: Vec<_> = only.iter().map(String::as_str).collect();
            format!(" ({} only)", only.join(", "))
        }
    };
    let how = match &tree.deployment {
        Deployment::InPlace => "in use on this machine".to_owned(),
        Deployment::Elsewhere => format!("deployed to {} on the node", tree.root),
        Deployment::Sysroot(sysroot) => {
            format!("{} below the root {}", tree.root, short(sysroot))
        }
    };
    match &tree.lone {
        Some(lone) if lone.is_unknown() => {
            format!("file {}: unknown registry", lone.shown)
        }
        Some(lone) => format!("file {}: for {}", lone.shown, lone.namespace),
        None => format!("tree {}{what}: {how}", tree.shown("")),
    }
}

fn read_stdin() -> Result<Vec<u8>> {
    let text = stdin::read(MAX_HOSTS_FILE)
        .map_err(|error| Error::message(format!("cannot read standard input: {error}")))?;
    if text.len() as u64 > MAX_HOSTS_FILE {
        return Err(Error::message(format!(
            "the text on standard input is larger than {} MiB, which is too large for a hosts.toml",
            MAX_HOSTS_FILE / (1024 * 1024)
        )));
    }
    Ok(text)
}
