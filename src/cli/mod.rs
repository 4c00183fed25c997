//! The command line: turns arguments into what the library takes, and its answers into exit codes.

mod certificates;
mod clients;
mod completions;
mod debug;
mod diff;
mod drawing;
mod explain;
mod explain_error;
mod init;
mod lint;
#[cfg(feature = "lsp")]
mod lsp;
mod man;
mod markdown;
mod migrate;
pub mod node;
#[cfg(feature = "probe")]
mod probe;
pub mod resolve;
mod rules;
mod schema;
mod stdin;
mod terminal;
mod values;

use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::thread;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::limits::STACK;
use crate::printable::{lines, one_line};
use crate::settings::SettingsError;

pub use terminal::{Color, Terminal};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings at or above it.
    Findings = 1,
    /// The tool could not do all of its work; the failures have been reported.
    Failure = 2,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// In words, for people: what, where, and what to do.
    #[error("{0}")]
    Message(String),
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// There is no answer.
    #[error(transparent)]
    Resolve(resolve::Error),
    /// There is no answer either.
    #[error(transparent)]
    Node(node::Error),
    /// Output could not be written.
    #[error("cannot write the output: {0}")]
    Io(#[from] io::Error),
}

impl Error {
    /// An error in words.
    pub fn message(text: impl Into<String>) -> Error {
        Error::Message(text.into())
    }
}

impl From<resolve::Error> for Error {
    fn from(error: resolve::Error) -> Error {
        match error {
            resolve::Error::Write(error) => Error::Io(error),
            other => Error::Resolve(other),
        }
    }
}

impl From<node::Error> for Error {
    fn from(error: node::Error) -> Error {
        match error {
            node::Error::Write(error) => Error::Io(error),
            other => Error::Node(other),
        }
    }
}

/// The result of a command.
pub type Result<T = Exit> = std::result::Result<T, Error>;

/// Finds mistakes in containerd's registry host configuration: the hosts.toml files of a certs.d tree.
///
/// Each PATH is a config path (a directory such as certs.d, with a directory for each registry), a single
/// namespace (certs.d/docker.io), a hosts.toml, a certificate or key in a tree, or a folder with any
/// number of trees below it. Without a PATH, /etc/containerd/certs.d is linted.
#[derive(Debug, Parser)]
#[command(
    name = "certsd-lint",
    version,
    max_term_width = 100,
    subcommand_help_heading = "Commands",
    override_usage = "certsd-lint [OPTIONS] [PATH]...\n       certsd-lint <COMMAND> [OPTIONS]",
    after_help = AFTER_HELP,
    after_long_help = AFTER_LONG_HELP
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    lint: lint::LintArgs,
    #[command(flatten)]
    global: GlobalArgs,
}

const AFTER_HELP: &str = "Exit code: 0 no findings at or above --fail-on, 1 findings, 2 failure.";

const AFTER_LONG_HELP: &str = "\
Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above it
  2  failure: an invalid argument or setting, a path that cannot be read, or nothing to lint

If a PATH has the name of a command, write `./` before it: `certsd-lint ./resolve`.";

/// The arguments of every command.
#[derive(Debug, Args)]
struct GlobalArgs {
    /// When to use colour
    ///
    /// `auto` depends on NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR and CLICOLOR, and on whether the output is a terminal.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    color: Color,
    /// Print findings and failures only: no summary, no warnings
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output"
    )]
    quiet: bool,
    /// Print the settings used and the trees found
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Output")]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Resolve(resolve::Args),
    Node(node::Args),
    /// Explain a rule: what it finds, why, and what to write instead
    Explain(explain::ExplainArgs),
    ExplainError(explain_error::Args),
    #[cfg(feature = "probe")]
    Probe(probe::Args),
    /// List the rules
    Rules(rules::RulesArgs),
    Migrate(migrate::MigrateArgs),
    Certificates(certificates::CertificatesArgs),
    Diff(diff::DiffArgs),
    /// Write a commented settings file
    Init(init::InitArgs),
    /// Print the JSON Schema of hosts.toml, or of the settings file
    Schema(schema::SchemaArgs),
    #[cfg(feature = "lsp")]
    Lsp(lsp::LspArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    Man,
    /// Print what the program sees in a hosts.toml, for work on the program itself
    #[command(hide = true)]
    Debug(debug::DebugArgs),
}

/// Runs the program and says how it ended.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    // The main thread has the stack that the shell grants it, which may be too small for what the limits on nesting let
    // through. Where no thread can be had, it has to do.
    thread::scope(|scope| {
        let own_stack = thread::Builder::new()
            .name("main".to_owned())
            .stack_size(STACK);
        match own_stack.spawn_scoped(scope, || main_with(args.clone())) {
            Ok(thread) => thread.join().unwrap_or(ExitCode::from(Exit::Failure as u8)),
            Err(_) => main_with(args.clone()),
        }
    })
}

fn main_with(args: Vec<OsString>) -> ExitCode {
    let cli = match parse(args.clone()) {
        Ok(cli) => cli,
        Err(error) => return without_a_run(error, &args),
    };
    let terminal = Terminal::new(cli.global.color, cli.global.quiet, cli.global.verbose);
    // A panic is a bug of ours. It must not look like findings to a script.
    let result = catch_unwind(AssertUnwindSafe(|| run(cli, &terminal)));
    let exit = match result {
        Ok(Ok(exit)) => exit,
        Ok(Err(Error::Io(error))) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
        Ok(Err(error)) => {
            terminal.error(error);
            Exit::Failure
        }
        Err(_) => {
            terminal.error("certsd-lint panicked; this is a bug, please report it");
            Exit::Failure
        }
    };
    ExitCode::from(exit as u8)
}

/// Prints help, the version, or what is wrong with the arguments.
fn without_a_run(error: clap::Error, args: &[OsString]) -> ExitCode {
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    let printable: Vec<OsString> = args
        .iter()
        .map(|arg| one_line(&arg.to_string_lossy()).into_owned().into())
        .collect();
    if printable != args && code != 0 {
        // clap repeats arguments as they are. Of those that command no terminal the same is wrong.
        let error = parse(printable).err().unwrap_or(error);
        eprint!("{}", lines(&error.render().to_string()));
        return ExitCode::from(code);
    }
    match error.print().and_then(|()| io::stdout().flush()) {
        Err(error) if code == 0 && error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("error: cannot write the output: {error}");
            ExitCode::from(Exit::Failure as u8)
        }
        _ => ExitCode::from(code),
    }
}

/// The whole command line, for what is made from it.
fn command() -> clap::Command {
    Cli::command()
}

fn parse(args: impl IntoIterator<Item = OsString>) -> std::result::Result<Cli, clap::Error> {
    let mut command = Cli::command();
    let matches = command.try_get_matches_from_mut(args)?;
    if let Some((name, _)) = matches.subcommand() {
        // The options of linting are at the top level; none of them may be given to another command
        // and silently forgotten. (clap's own setting for this also forbids `--color never rules`.)
        let is_global = |id: &str| {
            command
                .get_arguments()
                .any(|a| a.get_id() == id && a.is_global_set())
        };
        let given = matches.ids().find(|id| {
            let id = id.as_str();
            matches.value_source(id) == Some(ValueSource::CommandLine)
                && command.get_arguments().any(|a| a.get_id() == id)
                && !is_global(id)
        });
        if let Some(id) = given {
            let argument = command.get_arguments().find(|a| a.get_id() == id);
            let what = argument.map(ToString::to_string).unwrap_or_default();
            let message = format!(
                "`{name}` is a command and takes no {what} before it; for a path of that name, write `./{name}`"
            );
            return Err(command.error(ErrorKind::ArgumentConflict, message));
        }
    }
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

fn run(cli: Cli, terminal: &Terminal) -> Result {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let exit = match cli.command {
        None => lint::run(&cli.lint, terminal, &mut out),
        Some(Command::Resolve(args)) => {
            warn_of_newer(&args.containerd, terminal);
            resolve::run(&args, &mut drawn(&mut out, args.format, terminal))
                .map(|_| Exit::Clean)
                .map_err(Error::from)
        }
        Some(Command::Node(args)) => {
            warn_of_newer(&args.containerd, terminal);
            node::run(&args, &mut drawn(&mut out, args.format, terminal))
                .map(|_| Exit::Clean)
                .map_err(Error::from)
        }
        Some(Command::Debug(args)) => debug::run(&args, &mut out),
        Some(Command::Explain(args)) => explain::run(&args, terminal, &mut out),
        Some(Command::ExplainError(args)) => {
            explain_error::run(&args, &mut drawn(&mut out, args.format, terminal))
        }
        #[cfg(feature = "probe")]
        Some(Command::Probe(args)) => {
            probe::run(&args, terminal, &mut drawn(&mut out, args.format, terminal))
        }
        Some(Command::Rules(args)) => rules::run(&args, terminal, &mut out),
        Some(Command::Certificates(args)) => certificates::run(&args, terminal, &mut out),
        Some(Command::Diff(args)) => diff::run(&args, terminal, &mut out),
        Some(Command::Migrate(args)) => migrate::run(&args, terminal, &mut out),
        Some(Command::Init(args)) => init::run(&args, terminal),
        Some(Command::Schema(args)) => schema::run(&args, &mut out),
        #[cfg(feature = "lsp")]
        Some(Command::Lsp(args)) => {
            // The server has the stream for itself.
            drop(out);
            return lsp::run(&args);
        }
        Some(Command::Completions(args)) => completions::run(&args, &mut out),
        Some(Command::Man) => man::run(&mut out),
    }?;
    out.flush()?;
    Ok(exit)
}

/// Warns of releases that are newer than the known ones. What is not a release is the command's to tell.
fn warn_of_newer(releases: &[String], terminal: &Terminal) {
    if let Some(warning) = resolve::releases(releases)
        .ok()
        .and_then(|releases| crate::containerd::Release::warning_of_newer(&releases))
    {
        terminal.warning(warning);
    }
}

/// A stream for drawings, which are always styled and full of signs: it takes the styles out where they are not wanted,
/// and writes ASCII for the signs where they cannot be shown.
fn drawn<'a>(
    out: &'a mut (dyn Write + 'static),
    format: resolve::Format,
    terminal: &Terminal,
) -> drawing::Signs<anstream::AutoStream<&'a mut (dyn Write + 'static)>> {
    let choice = match terminal.color {
        true => anstream::ColorChoice::AlwaysAnsi,
        false => anstream::ColorChoice::Never,
    };
    drawing::Signs {
        out: anstream::AutoStream::new(out, choice),
        unicode: terminal.unicode || format == resolve::Format::Json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
