//! The flags of linting, and the settings that they say.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::terminal::Terminal;
use crate::cli::values::{self, SelectorParser};
use crate::containerd::Release;
use crate::disk::Kind;
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

    /// How to take each PATH that is a directory, instead of looking at what it holds
    #[arg(long = "as", value_name = "KIND", help_heading = "Input")]
    pub kind: Option<Kind>,

    /// Lint the text on standard input as this hosts.toml
    ///
    /// The file and its tree need not exist. What lies beside it there, such as certificates, is seen.
    #[arg(long, value_name = "PATH", help_heading = "Input")]
    pub stdin_filename: Option<PathBuf>,

    /// Do not lint what matches this glob; can be given several times
    ///
    /// As in a .gitignore: without a slash a name at any depth, with one a path from the current directory.
    /// A PATH of the command line is linted all the same, unless --force-exclude is given.
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub exclude: Vec<String>,

    /// Pass over excluded paths even when they are named on the command line
    ///
    /// For hooks, which name every file that was changed.
    #[arg(long, help_heading = "Input")]
    pub force_exclude: bool,

    /// Do not look for configuration inside scripts, YAML and Terraform
    #[arg(long, help_heading = "Input")]
    pub no_carriers: bool,

    /// It is no failure when there is nothing to lint
    #[arg(long, help_heading = "Input")]
    pub allow_empty: bool,

    /// Releases of containerd to lint for: 1.7, 2.2.7, >=1.7, 1.7..2.2, or as a node prints them
    ///
    /// A release line stands for its newest release; ranges for the lines in them, both ends included. What nodes and packages
    /// append is ignored (1.7.11-k3s2, containerd://1.7.27+azure). Without it, every line that upstream supports.
    #[arg(
        long, value_name = "RELEASE", value_delimiter = ',', help_heading = "Node",
        value_parser = values::releases
    )]
    pub containerd: Option<Vec<Vec<Release>>>,

    /// Where the trees will be on the node
    ///
    /// Absolute paths below it are looked up in the tree itself. Without it, a tree in a repository is taken to be deployed to
    /// /etc/containerd/certs.d, and any other to be in use where it lies.
    #[arg(long, value_name = "DIR", help_heading = "Node", value_parser = values::node_path)]
    pub deploy_path: Option<String>,

    /// The directory that stands for the root of the node's file system
    #[arg(long, value_name = "DIR", help_heading = "Node")]
    pub sysroot: Option<PathBuf>,

    /// The node's config.toml: lint it and what it imports too
    ///
    /// It says whether the node reads the trees at all. Without a PATH, the trees of its config path are linted. A PATH that is
    /// called config.toml, or that configures containerd's plugins, is taken for such a file.
    #[arg(long, value_name = "FILE", help_heading = "Node")]
    pub containerd_config: Option<PathBuf>,

    /// What the trees are for: exposures are notes in development
    #[arg(long, value_name = "ENVIRONMENT", help_heading = "Node")]
    pub environment: Option<Environment>,

    /// A registry host that is private: a glob such as *.corp.example, or a network; can be given several times
    #[arg(long, value_name = "HOST", help_heading = "Node")]
    pub private: Vec<String>,

    /// A registry host that is public: a glob or a network; can be given several times
    #[arg(long, value_name = "HOST", help_heading = "Node")]
    pub public: Vec<String>,

    /// The time by which certificates are judged: 2026-01-31T00:00:00Z, or seconds since 1970
    #[arg(long, value_name = "TIME", help_heading = "Node", value_parser = values::time)]
    pub now: Option<i64>,

    /// The rules and categories that run, instead of those that run by default
    ///
    /// `all` is every rule; `certsd-lint rules` lists them. A rule's own name counts more than its category's.
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

    /// How many days before its end a certificate is reported [default: 30]
    #[arg(
        long, value_name = "DAYS", help_heading = "Rules",
        value_parser = clap::value_parser!(i64).range(0..=36_500)
    )]
    pub days_before_expiry: Option<i64>,

    /// Findings that stand in this file are known, and not reported again
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub baseline: Option<PathBuf>,

    /// Write all findings to this file, so that with --baseline only new ones are reported from now on
    ///
    /// What the file knows already of paths that this run did not look at stays in it.
    #[arg(
        long, value_name = "FILE", help_heading = "Rules",
        conflicts_with_all = ["baseline", "format", "output", "statistics"]
    )]
    pub write_baseline: Option<PathBuf>,

    /// Report what comments in the files silence, too
    #[arg(long, help_heading = "Rules")]
    pub no_ignores: bool,

    /// Write the fixes that keep what containerd does, or restore what the text plainly says
    ///
    /// Each is held to that by the loader's own judgement, for every release, before anything is written. What is not reported is not
    /// fixed either: --select, --ignore, comments and the baseline count. The text of standard input is printed, fixed or not.
    #[arg(long, conflicts_with_all = ["diff", "write_baseline"], help_heading = "Fixing")]
    pub fix: bool,

    /// With --fix or --diff: also fixes that change what containerd does; alone, count them as fixable
    #[arg(long, help_heading = "Fixing")]
    pub unsafe_fixes: bool,

    /// Print what --fix would write, as a unified diff, and write nothing; exit with 1 when there is a difference
    #[arg(
        long, help_heading = "Fixing",
        conflicts_with_all = ["write_baseline", "format", "output", "statistics", "show_ignored"]
    )]
    pub diff: bool,

    /// With --fix: exit with 1 when something was fixed, even if nothing is left
    #[arg(
        long,
        requires = "fix",
        conflicts_with = "exit_zero",
        help_heading = "Fixing"
    )]
    pub exit_non_zero_on_fix: bool,

    /// Read the settings from this file
    ///
    /// Otherwise certsd-lint.toml or .certsd-lint.toml is looked for in the nearest directory that all PATHs have in common, and
    /// upwards to the root of the repository; then likewise from the current directory.
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub config: Option<PathBuf>,

    /// Read no settings file
    #[arg(long, conflicts_with = "config", help_heading = "Settings")]
    pub no_config: bool,

    /// Print the settings, each with where it comes from, and do not lint
    #[arg(long, help_heading = "Settings")]
    pub print_settings: bool,

    /// How to print the findings; can be given several times, each with an --output [default: human]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Vec<Format>,

    /// Where to write them, `-` for standard output; the first to the first --format and so on
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Vec<PathBuf>,

    /// The lowest severity that is reported [default: note]
    #[arg(long, value_name = "SEVERITY", help_heading = "Output")]
    pub min_severity: Option<Severity>,

    /// Also print what comments and the baseline keep quiet, in the formats that can tell it apart
    #[arg(long, help_heading = "Output")]
    pub show_ignored: bool,

    /// Show no progress, which is shown only at a terminal and only where a run takes long
    #[arg(long, help_heading = "Output")]
    pub no_progress: bool,

    /// Print how often each rule was broken
    #[arg(long, help_heading = "Output")]
    pub statistics: bool,

    /// What tells two SARIF uploads of one commit apart
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub sarif_category: Option<String>,

    /// The lowest severity for which the exit code is 1 [default: warning]
    #[arg(long, value_name = "SEVERITY", help_heading = "Exit code")]
    pub fail_on: Option<FailOn>,

    /// Exit with 0 in spite of findings; the same as --fail-on never
    #[arg(long, conflicts_with = "fail_on", help_heading = "Exit code")]
    pub exit_zero: bool,
}

impl LintArgs {
    /// The settings that the flags say.
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

    /// How reports are to be written to this terminal.
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
