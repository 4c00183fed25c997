//! `rules`: the catalogue as a table or as JSON.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde_json::json;

use super::terminal::Terminal;
use super::values::CategoryParser;
use super::{Exit, Result};
use crate::facts::Rule;
use crate::finding::{Category, Severity};
use crate::rules::RULES;

/// The arguments of `rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// How to print the list
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: ListFormat,
    /// Only the rules of this category
    #[arg(long, value_name = "CATEGORY", value_parser = CategoryParser)]
    category: Option<Category>,
}

/// How to print the list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ListFormat {
    /// A table for people.
    Table,
    /// For programs.
    Json,
}

/// Prints the list.
pub fn run(args: &RulesArgs, terminal: &Terminal, out: &mut dyn Write) -> Result {
    let rules: Vec<&Rule> = RULES
        .iter()
        .copied()
        .filter(|rule| args.category.is_none_or(|wanted| rule.category == wanted))
        .collect();
    match args.format {
        ListFormat::Json => json(&rules, out)?,
        ListFormat::Table => table(&rules, terminal, out)?,
    }
    Ok(Exit::Clean)
}

fn json(rules: &[&Rule], out: &mut dyn Write) -> Result<()> {
    let rules: Vec<_> = rules
        .iter()
        .map(|rule| {
            json!({
                "name": rule.name,
                "category": rule.category.word(),
                "severity": rule.severity.word(),
                "consequence": rule.consequence.word(),
                "releases": rule.releases,
                "fix": rule.fix.word(),
                "on": rule.on,
                "security_severity": rule.security_severity,
                "summary": rule.summary(),
            })
        })
        .collect();
    let list = json!({ "version": 1, "rules": rules });
    writeln!(out, "{list:#}")?;
    Ok(())
}

/// The categories in the order of the catalogue, each with its rules. The summary has the rest of
/// the line, and its own where that is too short.
fn table(rules: &[&Rule], terminal: &Terminal, out: &mut dyn Write) -> Result<()> {
    let bold = style(Style::new().bold(), terminal);
    let name_width = rules.iter().map(|r| r.name.len()).max().unwrap_or(0);
    let consequence_width = rules
        .iter()
        .map(|r| r.consequence.word().len())
        .max()
        .unwrap_or(0);
    let mut first = true;
    for category in Category::ALL {
        let of_category = rules.iter().filter(|r| r.category == category);
        if of_category.clone().next().is_none() {
            continue;
        }
        if !first {
            writeln!(out)?;
        }
        first = false;
        writeln!(out, "{bold}{}{bold:#}", category.word())?;
        for rule in of_category {
            let severity = style(severity_style(rule.severity), terminal);
            let fix = match rule.fix.word() {
                "none" => "",
                "safe" => "fix",
                _ => "unsafe fix",
            };
            let off = if rule.on { "" } else { " (off)" };
            let releases = match rule.releases {
                "all" => String::new(),
                some => format!(" [{some}]"),
            };
            let before = 2 + name_width + 2 + 7 + 2 + consequence_width + 2 + 10 + 2;
            let summary = format!("{}{releases}{off}", rule.summary());
            let room = terminal.width.saturating_sub(before).max(30);
            let mut lines = textwrap::wrap(&summary, room).into_iter();
            writeln!(
                out,
                "  {:name_width$}  {severity}{:7}{severity:#}  {:consequence_width$}  {fix:10}  {}",
                rule.name,
                rule.severity.word(),
                rule.consequence.word(),
                lines.next().unwrap_or_default(),
            )?;
            for line in lines {
                writeln!(out, "{:before$}{line}", "")?;
            }
        }
    }
    Ok(())
}

/// The colour of a severity.
pub fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Note => AnsiColor::Cyan.on_default().bold(),
    }
}

/// The style on a stream that takes colour, none on others.
pub fn style(style: Style, terminal: &Terminal) -> Style {
    if terminal.color { style } else { Style::new() }
}
