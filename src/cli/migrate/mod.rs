//! `migrate`: from the registry tables of an old configuration to a certs.d tree.

mod human;
mod json;
mod write;

use std::io::Write;
use std::path::{Path, PathBuf};

use super::terminal::Terminal;
use super::values::{self, Format};
use super::{Error, Exit, Result, stdin};
use crate::containerd::Release;
use crate::disk::{DEFAULT_CONFIG_PATH, read_named};
use crate::migrate::{Migration, Options, SourceError, SourceKind, guess, migrate, parse};
use crate::printable::one_line;

/// Real files have a few kilobytes.
const MAX_SOURCE: u64 = 4 * 1024 * 1024;

/// Write a certs.d tree with the same behaviour as an old configuration
///
/// SOURCE is containerd's config.toml with the tables `registry.mirrors` and `registry.configs`, registries.yaml of k3s and
/// RKE2, or Docker's daemon.json. A hosts.toml is written for every registry that it configures, and the section for
/// config.toml that replaces the tables is printed. Anything that a tree cannot contain, such as credentials, is
/// reported.
///
/// Nothing is overwritten: if a directory already exists, nothing is written. The exit code is 0 if everything was
/// carried over, 1 if something must be done manually, and 2 if nothing was done.
#[derive(Debug, clap::Args)]
pub struct MigrateArgs {
    /// The old configuration; `-` for standard input
    #[arg(value_name = "SOURCE")]
    source: PathBuf,

    /// The directory to write the tree to; it is created if it does not exist
    #[arg(short, long, value_name = "DIR", required_unless_present = "dry_run")]
    output: Option<PathBuf>,

    /// The kind of SOURCE, instead of detecting it by name and text
    #[arg(long, value_name = "KIND")]
    from: Option<SourceKind>,

    /// Releases of containerd to write for: 1.7, 2.2.7, >=1.7, 1.7..2.2
    ///
    /// Without it, every line that upstream supports and that knows the version of a config.toml.
    #[arg(
        long, value_name = "RELEASE", value_delimiter = ',', value_parser = values::releases
    )]
    containerd: Option<Vec<Vec<Release>>>,

    /// Where the tree will be on the node
    #[arg(long, value_name = "DIR", default_value = DEFAULT_CONFIG_PATH, value_parser = values::node_path)]
    deploy_path: String,

    /// Print the tree instead of writing it
    #[arg(long)]
    dry_run: bool,

    /// How to print what was done
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// The result.
struct Done<'a> {
    /// The source as the user named it.
    source: &'a str,
    /// The directory of the tree, where one was named.
    output: Option<&'a Path>,
    /// Whether the tree was printed only.
    dry_run: bool,
    /// The result.
    migration: &'a Migration,
}

/// Migrates.
pub fn run(args: &MigrateArgs, terminal: &Terminal, out: &mut dyn Write) -> Result {
    let (name, text) = source(&args.source)?;
    let kind = args
        .from
        .or_else(|| guess(&args.source, &text))
        .ok_or_else(|| {
            Error::message(format!(
                "cannot tell what kind of file {name} is; use `--from containerd`, `--from k3s` or `--from docker`"
            ))
        })?;
    let source = parse(kind, &text).map_err(|error| unreadable(&name, kind, &error))?;
    let mut releases = releases(args.containerd.as_deref());
    // Where no one said what the node runs, the file does: nothing that does not know its version.
    let version = source.written.as_ref().map_or(0, |w| i64::from(w.version));
    let knows = |release: &Release| version <= release.config_version();
    if args.containerd.is_none() && releases.iter().any(knows) {
        releases.retain(knows);
    }
    let migration = migrate(
        source,
        &Options {
            releases: &releases,
            config_path: args.deploy_path.trim_end_matches('/'),
            from: &file_name(&args.source, kind),
        },
    );
    if let Some(output) = &args.output {
        write::check(output, &migration.files)?;
        if !args.dry_run && !migration.files.is_empty() {
            write::write(output, &migration.files)?;
        }
    }
    let done = Done {
        source: &name,
        output: args.output.as_deref(),
        dry_run: args.dry_run,
        migration: &migration,
    };
    match args.format {
        Format::Human => human::print(&done, terminal, out)?,
        Format::Json => json::print(&done, out)?,
    }
    Ok(match migration.loses() {
        true => Exit::Findings,
        false => Exit::Clean,
    })
}

/// The name of standard input.
const STDIN: &str = "standard input";

/// The name of the source and its text.
fn source(path: &Path) -> Result<(String, String)> {
    let (name, bytes) = if path == Path::new("-") {
        let bytes = stdin::read(MAX_SOURCE)
            .map_err(|error| Error::message(format!("cannot read standard input: {error}")))?;
        if bytes.len() as u64 > MAX_SOURCE {
            return Err(Error::message(format!(
                "the text on standard input is larger than {} MiB, which is too large for a configuration file",
                MAX_SOURCE / (1024 * 1024)
            )));
        }
        (STDIN.to_owned(), bytes)
    } else {
        let name = one_line(&path.display().to_string()).into_owned();
        let bytes = read_named(path, MAX_SOURCE)
            .map_err(|error| Error::message(format!("cannot read {name}: {error}")))?;
        (name, bytes)
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
            + 1;
        Error::message(format!(
            "{name}:{line}: it is not UTF-8; save it as UTF-8 and try again"
        ))
    })?;
    Ok((name, text))
}

fn unreadable(name: &str, kind: SourceKind, error: &SourceError) -> Error {
    let mut place = name.to_owned();
    for number in [error.line, error.column].into_iter().flatten() {
        place += &format!(":{number}");
    }
    let message = one_line(&error.message);
    let help = match &error.help {
        Some(help) => one_line(help).into_owned(),
        None => format!(
            "it was read as {}; use `--from` for another kind",
            kind.file()
        ),
    };
    Error::message(format!("{place}: {message}; {help}"))
}

fn releases(given: Option<&[Vec<Release>]>) -> Vec<Release> {
    let mut releases: Vec<Release> = match given {
        Some(lists) => lists.iter().flatten().copied().collect(),
        None => Release::supported(),
    };
    releases.sort();
    releases.dedup();
    releases
}

/// The name of the source in comments.
fn file_name(path: &Path, kind: SourceKind) -> String {
    match path.file_name().filter(|name| *name != "-") {
        Some(name) => one_line(&name.to_string_lossy()).into_owned(),
        None => kind.file().to_owned(),
    }
}
