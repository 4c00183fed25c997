//! The flags of linting, and the settings that they say.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::terminal::Terminal;
use crate::cli::values::{self, SelectorParser};
use crate::containerd::Release;
use crate::disk::PathKind;
use crate::finding::{Environment, Level, Severity};
use crate::report::Format;
use crate::settings::{FailOn, Given, Layer, Selector};

/// The arguments of linting.
#[derive(Debug, Default, Args)]
pub struct LintArgs {
    /// Trees, namespaces, files of a tree, folders with trees below them, or a node's config.toml; `-` for standard
    /// input
    /// [default: /etc/containerd/certs.d]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How to treat each PATH that is a directory, instead of detecting it by its contents
    #[arg(long = "as", value_name = "KIND", help_heading = "Input")]
    pub kind: Option<PathKind>,

    /// Lint the text on standard input as this hosts.toml
    ///
    /// The file and its tree need not exist. Files beside it, such as certificates, are read if they do.
    #[arg(long, value_name = "PATH", help_heading = "Input")]
    pub stdin_filename: Option<PathBuf>,

    /// Do not lint paths that match this glob; can be repeated
    ///
    /// As in a .gitignore: a glob without a slash is a name at any depth, one with a slash is a path from the current
    /// directory. A PATH on the command line is linted anyway, unless --force-exclude is given.
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub exclude: Vec<String>,

    /// Skip excluded paths even when they are named on the command line
    ///
    /// For hooks, which name every changed file.
    #[arg(long, help_heading = "Input")]
    pub force_exclude: bool,

    /// Do not look for configuration inside scripts, YAML and Terraform
    #[arg(long, help_heading = "Input")]
    pub no_carriers: bool,

    /// Exit with 0 when there is nothing to lint
    #[arg(long, help_heading = "Input")]
    pub allow_empty: bool,

    /// Releases of containerd to lint for: 1.7, 2.2.7, >=1.7, 1.7..2.2, or as a node prints them
    ///
    /// A release line means its newest release; a range means the lines in it, both ends included. Suffixes of nodes and
    /// packages are ignored (1.7.11-k3s2, containerd://1.7.27+azure). The default is every line that upstream supports.
    #[arg(
        long, value_name = "RELEASE", value_delimiter = ',', help_heading = "Node",
        value_parser = values::releases
    )]
    pub containerd: Option<Vec<Vec<Release>>>,

    /// Where the trees will be on the node
    ///
    /// Absolute paths below it are looked up in the tree itself. Without it, a tree in a repository is taken to be deployed to
    /// /etc/containerd/certs.d, and any other to be in use on this machine.
    #[arg(long, value_name = "DIR", help_heading = "Node", value_parser = values::node_path)]
    pub deploy_path: Option<String>,

    /// The root directory of the node's file system
    #[arg(long, value_name = "DIR", help_heading = "Node")]
    pub sysroot: Option<PathBuf>,

    /// The node's config.toml: lint it and what it imports too
    ///
    /// Its findings show whether the node reads the trees at all. Without a PATH, the trees of its config path are linted.
    /// A PATH that is called config.toml, or that configures containerd's plugins, is treated as such a file.
    #[arg(long, value_name = "FILE", help_heading = "Node")]
    pub containerd_config: Option<PathBuf>,

    /// The purpose of the trees: exposures are notes in development
    #[arg(long, value_name = "ENVIRONMENT", help_heading = "Node")]
    pub environment: Option<Environment>,

    /// A registry host that is private: a glob such as *.corp.example, or a network; can be repeated
    #[arg(long, value_name = "HOST", help_heading = "Node")]
    pub private: Vec<String>,

    /// A registry host that is public: a glob or a network; can be repeated
    #[arg(long, value_name = "HOST", help_heading = "Node")]
    pub public: Vec<String>,

    /// The time at which certificates must be valid: 2026-01-31T00:00:00Z, or seconds since 1970
    #[arg(long, value_name = "TIME", help_heading = "Node", value_parser = values::time)]
    pub now: Option<i64>,

    /// The rules and categories that run, instead of those that run by default
    ///
    /// `all` is every rule; `certsd-lint rules` lists them. A rule's own name takes precedence over its category.
    #[arg(
        long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules",
        hide_possible_values = true, value_parser = SelectorParser
    )]
    pub select: Option<Vec<Selector>>,

    /// Rules and categories that run in addition
    #[arg(
        long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules",
        hide_possible_values = true, value_parser = SelectorParser
    )]
    pub extend_select: Vec<Selector>,

    /// Rules and categories that do not run
    #[arg(
        long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules",
        hide_possible_values = true, value_parser = SelectorParser
    )]
    pub ignore: Vec<Selector>,

    /// Give a rule or category another severity: error, warning, note, on or off
    #[arg(
        long, value_name = "RULE=SEVERITY", value_delimiter = ',', help_heading = "Rules",
        value_parser = values::severity_of
    )]
    pub severity: Vec<(Selector, Level)>,

    /// How many days before its expiry a certificate is reported [default: 30]
    #[arg(
        long, value_name = "DAYS", help_heading = "Rules",
        value_parser = clap::value_parser!(i64).range(0..=36_500)
    )]
    pub days_before_expiry: Option<i64>,

    /// Do not report findings that are in this file
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub baseline: Option<PathBuf>,

    /// Write all findings to this file, so that --baseline later reports only new ones
    ///
    /// Entries of the file for paths outside this run are kept.
    #[arg(
        long, value_name = "FILE", help_heading = "Rules",
        conflicts_with_all = ["baseline", "format", "output", "statistics"]
    )]
    pub write_baseline: Option<PathBuf>,

    /// Also report findings that comments in the files suppress
    #[arg(long, help_heading = "Rules")]
    pub no_ignores: bool,

    /// Write the fixes that keep what containerd does, or restore what the text clearly means
    ///
    /// Before a fix is written, the model of containerd's loader checks it for every release. Only reported findings are
    /// fixed: --select, --ignore, comments and the baseline apply. The text of standard input is printed, fixed or not.
    #[arg(long, conflicts_with_all = ["diff", "write_baseline"], help_heading = "Fixing")]
    pub fix: bool,

    /// With --fix or --diff: also fixes that change what containerd does; alone, count them as fixable
    #[arg(long, help_heading = "Fixing")]
    pub unsafe_fixes: bool,

    /// Print what --fix would write, as a unified diff, and write nothing; exit with 1 if there is a difference
    #[arg(
        long, help_heading = "Fixing",
        conflicts_with_all = ["write_baseline", "format", "output", "statistics", "show_ignored"]
    )]
    pub diff: bool,

    /// With --fix: exit with 1 if a file was fixed, even if no finding is left
    #[arg(
        long,
        requires = "fix",
        conflicts_with = "exit_zero",
        help_heading = "Fixing"
    )]
    pub exit_non_zero_on_fix: bool,

    /// Read the settings from this file
    ///
    /// Without it, certsd-lint looks for certsd-lint.toml or .certsd-lint.toml in the nearest common directory of all PATHs
    /// and its parents up to the root of the repository, then likewise from the current directory.
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub config: Option<PathBuf>,

    /// Read no settings file
    #[arg(long, conflicts_with = "config", help_heading = "Settings")]
    pub no_config: bool,

    /// Print each setting and its origin, and do not lint
    #[arg(long, help_heading = "Settings")]
    pub print_settings: bool,

    /// How to print the findings; can be repeated, each with an --output [default: human]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Vec<Format>,

    /// Where to write the findings, `-` for standard output; one for each --format, in the same order
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Vec<PathBuf>,

    /// The lowest severity that is reported [default: note]
    #[arg(long, value_name = "SEVERITY", help_heading = "Output")]
    pub min_severity: Option<Severity>,

    /// Also print findings that comments and the baseline suppress, in formats that can mark them
    #[arg(long, help_heading = "Output")]
    pub show_ignored: bool,

    /// Do not show progress; it is shown only on a terminal, for long runs
    #[arg(long, help_heading = "Output")]
    pub no_progress: bool,

    /// Print the number of findings for each rule
    #[arg(long, help_heading = "Output")]
    pub statistics: bool,

    /// The category of this SARIF upload, which distinguishes it from other uploads for the same commit
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub sarif_category: Option<String>,

    /// The lowest severity for which the exit code is 1 [default: warning]
    #[arg(long, value_name = "SEVERITY", help_heading = "Exit code")]
    pub fail_on: Option<FailOn>,

    /// Exit with 0 even if there are findings; the same as --fail-on never
    #[arg(long, conflicts_with = "fail_on", help_heading = "Exit code")]
    pub exit_zero: bool,
}

impl LintArgs {
    /// Returns the settings from the flags.
    pub fn layer(&self) -> Layer {
        fn one<T: Clone>(flag: &'static str, value: &Option<T>) -> Option<Given<T>> {
            value.clone().map(|value| Given::flag(flag, value))
        }
        fn many<T: Clone>(flag: &'static str, values: &[T]) -> Vec<Given<T>> {
            values
                .iter()
                .map(|value| Given::flag(flag, value.clone()))
                .collect()
        }
        let fail_on = if self.exit_zero {
            Some(Given::flag("--exit-zero", FailOn::Never))
        } else {
            one("--fail-on", &self.fail_on)
        };
        let releases = self.containerd.as_ref().map(|lists| lists.concat());
        Layer {
            containerd: one("--containerd", &releases),
            deploy_path: one("--deploy-path", &self.deploy_path),
            sysroot: one("--sysroot", &self.sysroot),
            containerd_config: one("--containerd-config", &self.containerd_config),
            environment: one("--environment", &self.environment),
            private: many("--private", &self.private),
            public: many("--public", &self.public),
            days_before_expiry: one("--days-before-expiry", &self.days_before_expiry),
            select: self.select.as_ref().map(|list| many("--select", list)),
            extend_select: many("--extend-select", &self.extend_select),
            ignore: many("--ignore", &self.ignore),
            severities: many("--severity", &self.severity),
            exclude: many("--exclude", &self.exclude),
            min_severity: one("--min-severity", &self.min_severity),
            fail_on,
            baseline: one("--baseline", &self.baseline),
            ..Layer::new(Path::new("."))
        }
    }

    /// Returns the report options for this terminal.
    pub fn report_options(&self, terminal: &Terminal) -> crate::report::Options {
        crate::report::Options {
            width: terminal.width,
            unicode: terminal.unicode_in_files,
            verbose: terminal.verbose > 0,
            show_suppressed: self.show_ignored,
            sarif_category: self.sarif_category.clone(),
            ..crate::report::Options::default()
        }
    }
}
