//! Values of flags that are names of the catalogue: completed by shells, mended by suggestions.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::lint::{Category, RULES, Rule, rule};
use crate::settings::{Selector, nearest};

/// Reads the name of a rule.
#[derive(Debug, Clone, Copy)]
pub struct RuleParser;

/// Reads the name of a rule or of a category.
#[derive(Debug, Clone, Copy)]
pub struct SelectorParser;

/// Reads the name of a category.
#[derive(Debug, Clone, Copy)]
pub struct CategoryParser;

impl TypedValueParser for RuleParser {
    type Value = &'static Rule;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<&'static Rule, clap::Error> {
        let name = value.to_string_lossy();
        rule(&name).ok_or_else(|| {
            let nearest = nearest(&name, RULES.iter().map(|rule| rule.name));
            unknown(command, arg, &name, nearest)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        Some(Box::new(RULES.iter().map(|rule| {
            PossibleValue::new(rule.name).help(rule.summary())
        })))
    }
}

impl TypedValueParser for SelectorParser {
    type Value = Selector;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Selector, clap::Error> {
        let name = value.to_string_lossy();
        name.parse()
            .map_err(|error: crate::settings::UnknownSelector| {
                unknown(command, arg, &name, error.nearest)
            })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        Some(Box::new(Selector::names().map(|(name, summary)| {
            PossibleValue::new(name).help(summary)
        })))
    }
}

impl TypedValueParser for CategoryParser {
    type Value = Category;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Category, clap::Error> {
        let name = value.to_string_lossy();
        let found = Category::ALL.into_iter().find(|c| c.word() == name);
        found.ok_or_else(|| {
            let nearest = nearest(&name, Category::ALL.iter().map(|c| c.word()));
            unknown(command, arg, &name, nearest)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        Some(Box::new(
            Category::ALL.iter().map(|c| PossibleValue::new(c.word())),
        ))
    }
}

/// An error in clap's own form. clap would list every value there is; with a hundred rules the
/// nearest one and where to find the list are more use.
fn unknown(
    command: &Command,
    arg: Option<&Arg>,
    name: &str,
    nearest: Option<&'static str>,
) -> clap::Error {
    let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
    if let Some(arg) = arg {
        let arg = ContextValue::String(arg.to_string());
        error.insert(ContextKind::InvalidArg, arg);
    }
    let value = ContextValue::String(name.to_owned());
    error.insert(ContextKind::InvalidValue, value);
    match nearest {
        Some(nearest) => {
            let nearest = ContextValue::String(nearest.to_owned());
            error.insert(ContextKind::SuggestedValue, nearest);
        }
        None => {
            let list = "`certsd-lint rules` lists the rules and their categories".into();
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![list]));
        }
    }
    error
}
