//! Values of flags. Names of the catalogue are completed by shells, with suggestions for typos.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::containerd::Release;
use crate::containerd::release::parse_releases;
use crate::facts::Rule;
use crate::finding::{Category, Level};
use crate::repair::nearest;
use crate::rules::{RULES, rule};
use crate::settings::{LEVELS, Selector, UnknownSelector};

/// How a command prints its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
}

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
            .map_err(|error: UnknownSelector| unknown(command, arg, &name, error.nearest))
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

/// One item of `--containerd`.
pub fn releases(text: &str) -> Result<Vec<Release>, String> {
    match parse_releases(text) {
        Ok(releases) if releases.is_empty() => Err("no release line matches this range".to_owned()),
        Ok(releases) => Ok(releases),
        Err(error) => Err(error.to_string()),
    }
}

/// A registry host, as far as it can be distinguished from something else.
pub fn registry(text: &str) -> Result<String, String> {
    match text.is_empty() || text.contains('/') {
        true => Err("write a host, and its port if it has one: `quay.io`, `reg:5000`".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// A path on the node.
pub fn node_path(text: &str) -> Result<String, String> {
    if text.starts_with('/') {
        Ok(text.to_owned())
    } else {
        Err("not an absolute path, which a path on the node must be".to_owned())
    }
}

/// A time: RFC 3339, or seconds since 1970.
pub fn time(text: &str) -> Result<i64, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
        .map(time::OffsetDateTime::unix_timestamp)
        .map_err(|_| "write it as 2026-01-31T00:00:00Z, or as seconds since 1970".to_owned())
}

/// A span of time in seconds: `30d`, `2w`, `12h`.
pub fn span(text: &str) -> Result<i64, String> {
    const DAY: i64 = 24 * 60 * 60;
    let units = [('h', 60 * 60), ('d', DAY), ('w', 7 * DAY)];
    let found = units.iter().find_map(|(unit, seconds)| {
        let number: i64 = text.strip_suffix(*unit)?.parse().ok()?;
        (0..=1_000_000)
            .contains(&number)
            .then_some(number * seconds)
    });
    found.ok_or_else(|| "write hours, days or weeks: 12h, 30d, 2w".to_owned())
}

/// One item of `--severity`.
pub fn severity_of(text: &str) -> Result<(Selector, Level), String> {
    let (name, word) = text
        .split_once('=')
        .ok_or("write it as RULE=SEVERITY, such as unknown-capability=warning")?;
    let selector = name
        .parse()
        .map_err(|error: UnknownSelector| match error.nearest {
            Some(nearest) => format!("{error}; did you mean `{nearest}`?"),
            None => format!("{error}; `certsd-lint rules` lists them"),
        })?;
    let level = LEVELS.iter().find(|(known, _)| *known == word);
    let (_, level) = level.ok_or_else(|| {
        let known: Vec<_> = LEVELS.iter().map(|(word, _)| *word).collect();
        format!("invalid value `{word}`: expected {}", known.join(", "))
    })?;
    Ok((selector, *level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_both_forms() {
        assert_eq!(time("0"), Ok(0));
        assert_eq!(time("1970-01-02T00:00:00Z"), Ok(86_400));
        assert_eq!(time("1970-01-02T01:00:00+01:00"), Ok(86_400));
        assert!(time("tomorrow").is_err());
    }

    #[test]
    fn spans_of_time() {
        assert_eq!(span("30d"), Ok(30 * 86_400));
        assert_eq!(span("2w"), Ok(14 * 86_400));
        assert_eq!(span("12h"), Ok(43_200));
        for text in ["30", "d", "-1d", "1.5d", "99999999999999999999d", "30 d"] {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn severities_of_rules() {
        assert!(severity_of("unknown-capability=note").is_ok());
        assert!(severity_of("trust=off").is_ok());
        assert!(
            severity_of("unkown-capability=note")
                .unwrap_err()
                .contains("did you mean")
        );
        assert!(
            severity_of("trust=loud")
                .unwrap_err()
                .contains("invalid value")
        );
        assert!(severity_of("trust").is_err());
    }
}
