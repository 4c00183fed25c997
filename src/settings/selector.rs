//! Selectors of rules: a rule, a category, or all.

use std::fmt;
use std::str::FromStr;

use crate::facts::Rule;
use crate::finding::Category;
use crate::repair::nearest;
use crate::rules::{RULES, rule};

/// A rule, the rules of a category, or all rules.
///
/// The order is from the general to the particular: the setting of a rule itself counts more than what
/// is set for its category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    /// Every rule, those that are off included.
    All,
    /// The rules of a category.
    Category(Category),
    /// One rule.
    Rule(&'static Rule),
}

/// A name that is not a rule's and no category's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule or category `{name}`")]
pub struct UnknownSelector {
    /// The text as written.
    pub name: String,
    /// The likely intended name.
    pub nearest: Option<&'static str>,
}

impl Selector {
    /// Whether the rule is among the named.
    pub fn matches(self, rule: &Rule) -> bool {
        match self {
            Selector::All => true,
            // A rule that is off by default is a choice of its own.
            Selector::Category(category) => rule.category == category && rule.on,
            Selector::Rule(named) => named == rule,
        }
    }

    /// How particular it is, from 0.
    pub fn specificity(self) -> usize {
        match self {
            Selector::All => 0,
            Selector::Category(_) => 1,
            Selector::Rule(_) => 2,
        }
    }

    /// Every name that there is, with what it represents.
    pub fn names() -> impl Iterator<Item = (&'static str, String)> {
        let all = (
            "all",
            "every rule, including those that are off by default".to_owned(),
        );
        let categories = Category::ALL.iter().map(|c| {
            (
                c.word(),
                format!(
                    "the rules of the category {} that are on by default",
                    c.word()
                ),
            )
        });
        let rules = RULES
            .iter()
            .map(|rule| (rule.name, rule.summary().to_owned()));
        std::iter::once(all).chain(categories).chain(rules)
    }
}

impl FromStr for Selector {
    type Err = UnknownSelector;

    fn from_str(name: &str) -> Result<Selector, UnknownSelector> {
        if name == "all" {
            return Ok(Selector::All);
        }
        if let Some(category) = Category::ALL.into_iter().find(|c| c.word() == name) {
            return Ok(Selector::Category(category));
        }
        rule(name)
            .map(Selector::Rule)
            .ok_or_else(|| UnknownSelector {
                name: name.to_owned(),
                nearest: nearest(name, Selector::names().map(|(name, _)| name)),
            })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Selector::All => "all",
            Selector::Category(category) => category.word(),
            Selector::Rule(rule) => rule.name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rules_and_categories() {
        assert_eq!("all".parse(), Ok(Selector::All));
        assert_eq!("trust".parse(), Ok(Selector::Category(Category::Trust)));
        let rule = "unknown-capability".parse::<Selector>().unwrap();
        assert!(
            rule.matches(
                RULES
                    .iter()
                    .find(|r| r.name == "unknown-capability")
                    .unwrap()
            )
        );
        let error = "unknown-capabilty".parse::<Selector>().unwrap_err();
        assert_eq!(error.nearest, Some("unknown-capability"));
    }

    #[test]
    fn no_rule_is_called_like_a_category() {
        let mut names: Vec<_> = Selector::names().map(|(name, _)| name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
