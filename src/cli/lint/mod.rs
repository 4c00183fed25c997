//! Linting: what the program does when no command is named.

mod args;
mod baseline;
mod carriers;
mod failed;
mod fixing;
mod nested;
mod nodes;
mod output;
mod progress;
mod trees;
mod tried;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::terminal::Terminal;
use super::{Error, Exit, Result};
use crate::containerd::Release;
use crate::disk::{Tree, absolute};
use crate::engine::lint_all;
use crate::finding::{Failure, Level, Report, Run, Scope};
use crate::fix::{self, Choice, HostsFiles, Linted};
use crate::report::{self, Format};
use crate::rules::RULES;
use crate::settings::{self, Effective, SettingsError, SettingsFile, short};

pub use args::LintArgs;
use trees::{FoundTrees, Input, find_trees};

/// The inputs of a run, before anything is linted.
struct Prepared {
    effective: Effective,
    found: FoundTrees,
    run: Run,
    /// The paths of the command line.
    named: Vec<PathBuf>,
    started: Instant,
}

/// Lints.
pub fn run(args: &LintArgs, terminal: &Terminal, out: &mut dyn Write) -> Result {
    let pairs = output::pairs(args)?;
    if args.print_settings {
        let effective = settings(args, &Input::new(args)?, terminal)?;
        out.write_all(settings::print(&effective).as_bytes())?;
        return Ok(Exit::Clean);
    }
    match prepare(&pairs, args, terminal) {
        Ok(prepared) => lint(&pairs, prepared, args, terminal, out),
        Err(error) => {
            failed::write(&pairs, &error, args, terminal, out)?;
            Err(error)
        }
    }
}

/// Reads the settings and finds what there is to lint.
fn prepare(pairs: &[output::Pair], args: &LintArgs, terminal: &Terminal) -> Result<Prepared> {
    let started = Instant::now();
    let input = Input::new(args)?;
    let named = input.all();
    let mut effective = settings(args, &input, terminal)?;
    if let Some(warning) = Release::warning_of_newer(&effective.settings.releases) {
        terminal.warning(warning);
    }
    let found = find_trees(args, input, &mut effective.settings, terminal)?;
    output::check(pairs, args, &found, &effective)?;
    let scopes = pairs.iter().map(|(format, _)| format.scope());
    effective.settings.inventory = scopes.max().unwrap_or_default();
    effective.settings.suppressions = !args.no_ignores;
    let now = args
        .now
        .unwrap_or_else(|| time::OffsetDateTime::now_utc().unix_timestamp());
    let run = Run {
        settings: effective.settings.clone(),
        now,
    };
    Ok(Prepared {
        effective,
        found,
        run,
        named,
        started,
    })
}

fn lint(
    pairs: &[output::Pair],
    prepared: Prepared,
    args: &LintArgs,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> Result {
    let Prepared {
        effective,
        found,
        run,
        named,
        started,
    } = prepared;
    let baseline = match baseline::OfRun::read(args, &effective) {
        Ok(baseline) => baseline,
        Err(error) => {
            failed::write(pairs, &error, args, terminal, out)?;
            return Err(error);
        }
    };
    let mut report = progress::while_watched(&found.trees, !args.no_progress, terminal, || {
        lint_all(&found.nodes, &found.trees, &found.carriers, &run)
    });
    baseline.apply(&mut report);
    // The failures that were already reported.
    let mut failures = found.failures;
    let looked = &report.summary;
    let is_empty =
        looked.namespaces + looked.nodes + looked.carriers == 0 && report.findings.is_empty();
    let has_failed = !failures.is_empty() || !report.failures.is_empty();
    if is_empty && !has_failed && !found.trees.is_empty() && !args.allow_empty {
        let what = match (run.settings.excludes_nothing(), found.trees.first()) {
            (true, Some(tree)) => {
                format!("nothing to lint: {} contains no namespace", tree.shown(""))
            }
            _ => "nothing to lint: every namespace is excluded".to_owned(),
        };
        terminal.error(&what);
        failures.push(Failure::Undone { what });
    }
    if args.write_baseline.is_some() {
        baseline.write(&report, terminal)?;
        tell_failures(&report, terminal);
        return Ok(match failures.is_empty() && report.failures.is_empty() {
            true => Exit::Clean,
            false => Exit::Failure,
        });
    }
    let mut fixed = 0;
    let finish = |report: &mut Report| baseline.apply(report);
    let files = HostsFiles::new(&found.nodes, &found.trees, &found.carriers, &run, &finish);
    let mut are_tried = true;
    if !(args.fix || args.diff) {
        tried::try_helps(&files, &mut report, effective.min_severity);
        are_tried = tried::try_fixes(&files, &mut report, effective.min_severity);
    } else {
        let choice = Choice {
            with_unsafe: args.unsafe_fixes,
            min_severity: effective.min_severity,
        };
        let fixing = fix::fix(&files, report, choice);
        failures.extend(fixing::tell_refused(&fixing.refused, terminal));
        if args.diff {
            tell_failures(&fixing.report, terminal);
            let failed = !failures.is_empty() || !fixing.report.failures.is_empty();
            let differs = fixing::show(&fixing.files, failed, terminal, out)?;
            return Ok(match (failed, differs) {
                (true, _) => Exit::Failure,
                (false, true) => Exit::Findings,
                (false, false) => Exit::Clean,
            });
        }
        let written = fixing::write(fixing.files, found.stdin.as_deref(), terminal, out)?;
        report = match written.failures.is_empty() {
            false => files.lint(&written.texts),
            true => fixing.report,
        };
        failures.extend(written.failures);
        fixed = written.findings;
    }
    report
        .findings
        .retain_severities(|severity| severity >= effective.min_severity);
    tell_failures(&report, terminal);
    report.failures.splice(..0, failures);
    if run.settings.inventory == Scope::All {
        report.inventory.nodes = nodes::states(&found.nodes, &run);
        report.inventory.duration = started.elapsed();
    }
    if args.fix && found.stdin.is_some() {
        // Standard output has the fixed text.
        let on_stderr = terminal.on_stderr();
        output::write(pairs, &report, args, &on_stderr, &mut std::io::stderr())?;
    } else {
        output::write(pairs, &report, args, terminal, out)?;
    }
    if covers_settings(&named, &effective) {
        warn_of_unmatched(&found.trees, &effective, terminal);
    }
    let has_looked =
        !found.trees.is_empty() || !found.nodes.is_empty() || !found.carriers.is_empty();
    if !terminal.quiet && has_looked {
        if args.statistics {
            statistics(&report)
                .lines()
                .for_each(|line| terminal.line(line));
        }
        for line in report::vanished(&report).lines() {
            terminal.line(line);
        }
        let offer = match args.fix {
            true => report::Offer::Rest,
            false => report::Offer::All,
        };
        let fixable = report::fixable(&report, offer, args.unsafe_fixes);
        // Of fixes that were not tried, some may be held back.
        let most = if are_tried { "" } else { "up to " };
        let fixable = fixable
            .map(|text| format!("; {most}{text}"))
            .unwrap_or_default();
        let is_human = pairs.iter().any(|(format, _)| *format == Format::Human);
        let explain = match is_human && !report.findings.is_empty() {
            true => "; `certsd-lint explain RULE` explains a rule",
            false => "",
        };
        terminal.line(format_args!(
            "{}{fixable}{explain}",
            report::summary(&report)
        ));
    }
    Ok(if !report.failures.is_empty() {
        Exit::Failure
    } else if effective.fail_on.fails(&report) || args.exit_non_zero_on_fix && fixed > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// The inventory of the trees; no rule runs.
///
/// # Errors
/// When there is nothing to look at, or the settings cannot be used.
pub fn inventory(args: &LintArgs, terminal: &Terminal) -> Result<Report> {
    let input = Input::new(args)?;
    let mut effective = settings(args, &input, terminal)?;
    let found = find_trees(args, input, &mut effective.settings, terminal)?;
    let now = args
        .now
        .unwrap_or_else(|| time::OffsetDateTime::now_utc().unix_timestamp());
    let rules = RULES.iter().map(|rule| (rule.name, Level::Off)).collect();
    let run = Run {
        settings: effective.settings.for_inventory(&rules),
        now,
    };
    let mut report = lint_all(&found.nodes, &found.trees, &[], &run);
    tell_failures(&report, terminal);
    report.failures.splice(..0, found.failures);
    Ok(report)
}

fn tell_failures(report: &Report, terminal: &Terminal) {
    for failure in &report.failures {
        terminal.error(failure);
    }
}

/// The settings of the run.
fn settings(args: &LintArgs, input: &Input, terminal: &Terminal) -> Result<Effective> {
    merged(read_file(args, input, terminal), args, terminal)
}

/// The settings of one file, with the flags.
fn read_settings(file: &Path, args: &LintArgs, terminal: &Terminal) -> Result<Effective> {
    merged(settings::read(file).map(Some), args, terminal)
}

/// The settings of a file with the flags. Where the file is wrong, all that is wrong with it is reported.
fn merged(
    file: std::result::Result<Option<SettingsFile>, SettingsError>,
    args: &LintArgs,
    terminal: &Terminal,
) -> Result<Effective> {
    let file = file.and_then(|file| {
        if let Some(file) = &file {
            for warning in &file.warnings {
                terminal.problem(&file.source, warning);
            }
        }
        settings::merge(file, args.layer())
    });
    file.map_err(|error| {
        if let SettingsError::Wrong {
            source_file,
            problems,
        } = &error
        {
            for problem in problems {
                terminal.problem(source_file, problem);
            }
        }
        Error::from(error)
    })
}

fn read_file(
    args: &LintArgs,
    input: &Input,
    terminal: &Terminal,
) -> std::result::Result<Option<SettingsFile>, SettingsError> {
    if args.no_config {
        terminal.info("settings: no file (--no-config)");
        return Ok(None);
    }
    let path = match &args.config {
        Some(path) => Some(path.clone()),
        None => settings::locate(&input.all())?,
    };
    match path {
        Some(path) => {
            terminal.info(format!("settings: {}", short(&path)));
            settings::read(&path).map(Some)
        }
        None => {
            terminal.info(format!(
                "settings: no {} found",
                settings::FILE_NAMES.join(" or ")
            ));
            Ok(None)
        }
    }
}

/// Whether the run looked at everything that the settings file's globs can be about. A hook that names
/// a single file does not.
fn covers_settings(named: &[std::path::PathBuf], effective: &Effective) -> bool {
    let Some(file) = &effective.file else {
        return false;
    };
    let file = absolute(&file.source.path);
    let directory = file.parent().unwrap_or(Path::new("/"));
    named
        .iter()
        .any(|path| directory.starts_with(absolute(path)))
}

fn warn_of_unmatched(trees: &[Tree], effective: &Effective, terminal: &Terminal) {
    let Some(file) = &effective.file else {
        return;
    };
    for tree in trees {
        for namespace in tree.namespaces().unwrap_or_default() {
            let path = tree.shown(&namespace.name);
            effective.looked_at(&format!("{path}/hosts.toml"));
        }
    }
    for problem in effective.unmatched_globs() {
        terminal.problem(&file.source, &problem);
    }
}

/// How often each rule was broken, the most frequent first.
fn statistics(report: &Report) -> String {
    let mut by_rule: BTreeMap<&'static str, usize> = BTreeMap::new();
    for rule in report.findings.rules() {
        *by_rule.entry(rule.name).or_default() += 1;
    }
    let mut counts: Vec<(usize, &'static str)> = by_rule
        .into_iter()
        .map(|(rule, count)| (count, rule))
        .collect();
    counts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let width = counts
        .first()
        .map_or(0, |(count, _)| count.to_string().len());
    counts
        .iter()
        .map(|(count, rule)| format!("{count:>width$}  {rule}\n"))
        .collect()
}
