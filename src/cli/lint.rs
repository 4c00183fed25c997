//! Linting: what the program does when no command is named.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::values::SelectorParser;
use super::{Error, Exit, Result, Terminal};
use crate::containerd::Release;
use crate::containerd::release::parse_releases;
use crate::lint::{Level, RULES, Report, Run, Settings, Severity, lint};
use crate::settings::Selector;
use crate::tree::{
    DEFAULT_CONFIG_PATH, FindError, FindOptions, Kind, MAX_HOSTS_FILE, Tree, TreeOptions, find,
};

/// The arguments of linting.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Trees, namespaces, files of a tree, or folders with trees below them; `-` for standard input
    /// [default: /etc/containerd/certs.d]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to take each PATH that is a directory, instead of looking at what it holds
    #[arg(long = "as", value_name = "KIND", help_heading = "Input")]
    kind: Option<Kind>,

    /// Lint the text on standard input as this hosts.toml
    #[arg(long, value_name = "PATH", help_heading = "Input")]
    stdin_filename: Option<PathBuf>,

    /// It is no failure when there is nothing to lint
    #[arg(long, help_heading = "Input")]
    allow_empty: bool,

    /// Releases of containerd to lint for: 1.7, 2.2.7, >=1.7, 1.7..2.2
    #[arg(
        long, value_name = "RELEASE", value_delimiter = ',', help_heading = "Node",
        value_parser = |text: &str| parse_releases(text)
    )]
    containerd: Option<Vec<Vec<Release>>>,

    /// Rules or categories that do not run
    #[arg(
        long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules",
        hide_possible_values = true, value_parser = SelectorParser
    )]
    ignore: Vec<Selector>,

    /// The lowest severity for which the exit code is 1
    #[arg(
        long,
        value_name = "SEVERITY",
        default_value = "warning",
        help_heading = "Exit code"
    )]
    fail_on: FailOn,

    /// Exit with 0 in spite of findings; the same as --fail-on never
    #[arg(long, conflicts_with = "fail_on", help_heading = "Exit code")]
    exit_zero: bool,
}

/// From which severity on findings decide the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Errors only.
    Error,
    /// Warnings and errors.
    Warning,
    /// Any finding.
    Note,
    /// No finding.
    Never,
}

impl FailOn {
    fn fails(self, report: &Report) -> bool {
        let least = match self {
            FailOn::Never => return false,
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Note => Severity::Note,
        };
        report.findings.iter().any(|f| f.severity >= least)
    }
}

/// Lints.
pub fn run(args: &LintArgs, terminal: &Terminal, out: &mut dyn Write) -> Result {
    let mut settings = Settings::default();
    if let Some(releases) = &args.containerd {
        settings.releases = releases.concat();
        settings.releases.sort();
        settings.releases.dedup();
    }
    for rule in RULES {
        if args.ignore.iter().any(|selector| selector.matches(rule)) {
            settings.severities.insert(rule.name, Level::Off);
        }
    }
    let found = find_trees(args, &settings, terminal)?;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let report = lint(&found.trees, &Run { settings, now });
    for finding in &report.findings {
        let place = &finding.location;
        let position = match (&place.source, &place.span) {
            (Some(source), Some(span)) => source.lines.characters(&source.text, span.start),
            _ => crate::document::Position { line: 1, column: 1 },
        };
        writeln!(
            out,
            "{}:{}:{}: {}[{}]: {}",
            place.path,
            position.line,
            position.column,
            finding.severity.word(),
            finding.rule.name,
            finding.message
        )?;
    }
    for failure in &report.failures {
        terminal.error(failure);
    }
    let fail_on = if args.exit_zero {
        FailOn::Never
    } else {
        args.fail_on
    };
    Ok(if found.failed || !report.failures.is_empty() {
        Exit::Failure
    } else if fail_on.fails(&report) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// The trees of a run.
struct Found {
    trees: Vec<Tree>,
    /// A path could not be looked at.
    failed: bool,
}

fn find_trees(args: &LintArgs, settings: &Settings, terminal: &Terminal) -> Result<Found> {
    let mut paths = args.paths.clone();
    let stdin_is_named = paths.iter().any(|path| path == Path::new("-"));
    paths.retain(|path| path != Path::new("-"));
    let stdin = match &args.stdin_filename {
        Some(name) if stdin_is_named || paths.is_empty() => Some((name.clone(), read_stdin()?)),
        Some(_) => {
            return Err(Error::message(
                "--stdin-filename names the text on standard input: add `-` to the paths",
            ));
        }
        None if stdin_is_named => {
            return Err(Error::message(
                "`-` is standard input: say with --stdin-filename where its text belongs, \
                 such as --stdin-filename certs.d/docker.io/hosts.toml",
            ));
        }
        None => None,
    };
    if paths.is_empty() && stdin.is_none() {
        paths.push(PathBuf::from(DEFAULT_CONFIG_PATH));
    }
    let options = FindOptions {
        kind: args.kind,
        tree: TreeOptions {
            deploy_path: settings.deploy_path.clone(),
            sysroot: settings.sysroot.clone(),
        },
        exclude: settings.exclude.clone(),
        stdin,
    };
    let (trees, errors) = find(&paths, &options);
    let mut failed = false;
    for error in errors {
        let empty = matches!(
            error,
            FindError::Nothing { .. } | FindError::Unrelated { .. }
        );
        if empty && (args.allow_empty || !trees.is_empty()) {
            terminal.warning(error);
        } else {
            failed = true;
            terminal.error(error);
        }
    }
    Ok(Found { trees, failed })
}

fn read_stdin() -> Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::stdin()
        .lock()
        .take(MAX_HOSTS_FILE + 1)
        .read_to_end(&mut text)
        .map_err(|error| Error::message(format!("cannot read standard input: {error}")))?;
    if text.len() as u64 > MAX_HOSTS_FILE {
        return Err(Error::message(format!(
            "the text on standard input is larger than {} MiB: that is no hosts.toml",
            MAX_HOSTS_FILE / (1024 * 1024)
        )));
    }
    Ok(text)
}
