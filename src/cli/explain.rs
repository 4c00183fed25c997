//! `explain`: a rule's documentation.

use std::io::Write;

use anstyle::Style;
use clap::Args;

use super::rules::{severity_style, style};
use super::terminal::Terminal;
use super::values::RuleParser;
use super::{Exit, Result, markdown};
use crate::facts::Rule;
use crate::finding::FixKind;

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The rule's name
    #[arg(value_name = "RULE", required = true, hide_possible_values = true, value_parser = RuleParser)]
    rules: Vec<&'static Rule>,
}

/// Prints the documentation.
pub fn run(args: &ExplainArgs, terminal: &Terminal, out: &mut dyn Write) -> Result {
    for (index, rule) in args.rules.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        explain(rule, terminal, out)?;
    }
    Ok(Exit::Clean)
}

fn explain(rule: &Rule, terminal: &Terminal, out: &mut dyn Write) -> Result<()> {
    let bold = style(Style::new().bold(), terminal);
    let severity = style(severity_style(rule.severity), terminal);
    writeln!(out, "{bold}{}{bold:#}", rule.name)?;
    writeln!(out)?;
    writeln!(out, "  category     {}", rule.category.word())?;
    let word = rule.severity.word();
    let off = if rule.on { "" } else { ", off by default" };
    writeln!(out, "  severity     {severity}{word}{severity:#}{off}")?;
    writeln!(out, "  consequence  {}", rule.consequence.word())?;
    writeln!(out, "  releases     {}", rule.releases)?;
    let fix = match rule.fix {
        FixKind::None => "none",
        FixKind::Safe => "safe: keeps or restores the meaning",
        FixKind::Unsafe => "unsafe: changes what containerd does",
    };
    writeln!(out, "  fix          {fix}")?;
    writeln!(out)?;
    write!(
        out,
        "{}",
        markdown::render(rule.docs, terminal.width, terminal.color)
    )?;
    Ok(())
}
