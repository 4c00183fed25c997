//! `debug`: what the program sees in one hosts.toml, for its developers. The output is not stable.

use std::fmt::Debug;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Error, Exit, Result};
use crate::containerd::Release;
use crate::disk::{FindOptions, Tree, find};
use crate::engine::lint;
use crate::facts::{Budget, Check, Loaded, NamespaceContext, Rule, TreeContext};
use crate::finding::{Finding, Report, Run, Settings, Source};
use crate::printable::one_line;
use crate::rules::RULES;
use crate::toml::view::{Document, SyntaxError};

/// The arguments of `debug`.
#[derive(Debug, clap::Args)]
pub struct DebugArgs {
    /// A hosts.toml, or the directory of a namespace
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The time by which certificates are judged, in seconds since 1970
    #[arg(long, value_name = "SECONDS")]
    now: Option<i64>,
}

/// Prints the document, the entries, the outcomes, and for each rule why it fired or stayed silent. Values are not printed: they may be
/// secrets.
///
/// # Errors
/// When the file belongs to no namespace, or cannot be read.
pub fn run(args: &DebugArgs, out: &mut dyn Write) -> Result {
    let (trees, errors) = find(std::slice::from_ref(&args.file), &FindOptions::default());
    if let Some(error) = errors.first() {
        return Err(Error::message(error.to_string()));
    }
    let run = Run {
        settings: Settings::default(),
        now: args
            .now
            .unwrap_or_else(|| time::OffsetDateTime::now_utc().unix_timestamp()),
    };
    for tree in &trees {
        let budget = Arc::new(Budget::new(run.settings.work));
        let whole = TreeContext::new(&run, tree, &budget)
            .map_err(|error| Error::message(format!("{}: {error}", tree.shown(""))))?;
        for namespace in &whole.namespaces {
            if tree.wants(&namespace.name) {
                let loaded = Loaded::read(&whole, &run, namespace);
                describe(&NamespaceContext::new(&whole, &loaded), out)?;
            }
        }
        rules(&lint(std::slice::from_ref(tree), &run), &run, out)?;
    }
    Ok(Exit::Clean)
}

fn describe(context: &NamespaceContext<'_>, out: &mut dyn Write) -> Result<()> {
    let tree: &Tree = context.tree;
    writeln!(out, "namespace {}", context.name())?;
    writeln!(out, "  registry host  {}", context.host())?;
    writeln!(out, "  on the node    {}", context.directory)?;
    writeln!(out, "  deployment     {:?}", tree.deployment)?;
    writeln!(out, "  files          {}", context.files.len())?;
    writeln!(out, "\ndocument")?;
    match (context.document, context.source, context.syntax_error) {
        (Some(document), Some(source), _) => outline(document, source, out)?,
        (_, _, Some(SyntaxError { span, .. })) => writeln!(out, "  not TOML 1.0, at {span:?}")?,
        _ => writeln!(out, "  no hosts.toml that can be read")?,
    }
    writeln!(
        out,
        "\nentries, as the newest release that has them understands them"
    )?;
    for entry in context.entries() {
        let host = entry.host;
        writeln!(
            out,
            "  {:?} {}://{}{}: {:?}, for {}",
            host.role,
            host.scheme,
            host.host,
            host.path,
            host.capabilities,
            numbers(&entry.releases)
        )?;
    }
    writeln!(out, "\noutcomes")?;
    for (release, outcome) in context.outcomes {
        writeln!(
            out,
            "  {release}: {}, hosts.toml {}, {} endpoints",
            word(&outcome.verdict),
            word(&outcome.hosts_toml),
            outcome.endpoints().len()
        )?;
    }
    for found in context.problems() {
        let masked = if found.masked { ", behind another" } else { "" };
        let effect = word(&found.problem.effect);
        writeln!(
            out,
            "  problem for {}: {effect}{masked}, at {:?}",
            numbers(&found.releases),
            found.problem.span
        )?;
    }
    Ok(())
}

fn outline(document: &Document, source: &Source, out: &mut dyn Write) -> Result<()> {
    for (path, item) in document.root.walk() {
        let span = item.key.span.clone();
        let at = source.lines().characters(&source.text, span.start);
        writeln!(
            out,
            "  {:>8}  {}{} ({}, {})",
            format!("{}:{}", at.line, at.column),
            "  ".repeat(path.len() - 1),
            one_line(source.starred().get(span).unwrap_or_default()),
            item.node.describe(),
            word(&item.spelling)
        )?;
    }
    Ok(())
}

fn rules(report: &Report, run: &Run, out: &mut dyn Write) -> Result<()> {
    let findings: Vec<Finding> = report.findings.iter().collect();
    let silenced: Vec<Finding> = report
        .suppressed
        .iter()
        .map(|silenced| silenced.finding)
        .collect();
    writeln!(out, "\nrules")?;
    for rule in RULES {
        let of = |findings: &[Finding]| -> Vec<String> {
            let own = findings
                .iter()
                .filter(|finding| finding.rule.name == rule.name);
            own.map(|finding| format!("{} at {:?}", finding.severity.word(), finding.location.span))
                .collect()
        };
        let (fired, silenced) = (of(&findings), of(&silenced));
        let why = match (&fired[..], &silenced[..]) {
            ([], []) => why_silent(rule, run).to_owned(),
            ([], silenced) => format!("silenced by a comment: {}", silenced.join("; ")),
            (fired, _) => format!("fired: {}", fired.join("; ")),
        };
        writeln!(out, "  {:32}  {why}", rule.name)?;
    }
    Ok(())
}

fn why_silent(rule: &Rule, run: &Run) -> &'static str {
    match rule.check {
        _ if !run.settings.may_run(rule) => "off by default",
        Check::Node(_) => "checks only config.toml",
        Check::Carrier(_) => "checks only files that contain embedded configuration",
        Check::Tree(_) => "checked the config path, and found nothing",
        _ => "found nothing",
    }
}

fn numbers(releases: &[Release]) -> String {
    let numbers: Vec<String> = releases.iter().map(Release::to_string).collect();
    numbers.join(", ")
}

/// The name of a variant, without its fields.
fn word(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let end = text.find(['(', ' ', '{']).unwrap_or(text.len());
    text[..end].to_owned()
}
