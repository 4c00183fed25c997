//! Likely mistakes in a settings file: duplicates, and entries without effect.

use std::collections::HashSet;
use std::ops::Range;

use super::layer::{Given, Layer, Origin};
use super::list::{SETTINGS, Setting};
use super::problem::Problem;
use super::selector::Selector;
use crate::finding::{Category, Level};

/// Looks a file's settings over.
pub fn check(layer: &Layer, problems: &mut Vec<Problem>) {
    let lists = [
        ("select", layer.select.as_deref().unwrap_or_default()),
        ("extend-select", &layer.extend_select),
        ("ignore", &layer.ignore),
    ];
    for (name, list) in lists {
        covered(name, list, problems);
    }
    for ignored in &layer.ignore {
        let chosen = lists[..2].iter().find_map(|(name, list)| {
            list.iter()
                .any(|s| s.value == ignored.value)
                .then_some(*name)
        });
        if let Some(list) = chosen {
            problems.push(
                Problem::warning(
                    span(ignored),
                    format!("`{}` is also in `{list}`", ignored.value),
                )
                .label("`ignore` wins"),
            );
        }
        let leveled = layer
            .severities
            .iter()
            .find(|s| s.value.0 == ignored.value && s.value.1 != Level::Off);
        if let Some(leveled) = leveled {
            problems.push(
                Problem::warning(
                    span(leveled),
                    format!("`{}` is also in `ignore`", ignored.value),
                )
                .label("this wins"),
            );
        }
    }
    let private: HashSet<&str> = layer
        .private
        .iter()
        .map(|host| host.value.as_str())
        .collect();
    for both in &layer.public {
        if private.contains(both.value.as_str()) {
            problems.push(
                Problem::warning(span(both), format!("`{}` is also in `private`", both.value))
                    .label("`private` wins"),
            );
        }
    }
    for (name, list) in [
        ("private", &layer.private),
        ("public", &layer.public),
        ("exclude", &layer.exclude),
    ] {
        repeated(name, list, problems);
    }
    for layer in &layer.overrides {
        repeated("paths", &layer.paths, problems);
        let said = |setting: &Setting| !(setting.access.origins)(&layer.layer).is_empty();
        let says_nothing = layer.layer.severities.is_empty() && !SETTINGS.iter().any(said);
        if let (true, Some(first)) = (says_nothing, layer.paths.first()) {
            problems.push(
                Problem::warning(span(first), "this override sets nothing for its paths")
                    .help("add a setting, such as `environment`, `containerd` or `rules`"),
            );
        }
    }
}

fn span<T>(given: &Given<T>) -> Range<usize> {
    match &given.origin {
        Origin::File(span) => span.clone(),
        _ => 0..0,
    }
}

/// Names that an earlier or more general one of the same list covers.
fn covered(list_name: &str, list: &[Given<Selector>], problems: &mut Vec<Problem>) {
    for (index, given) in list.iter().enumerate() {
        let wider = list.iter().enumerate().find(|(other, by)| {
            *other != index
                && covers(by.value, given.value)
                && (by.value != given.value || *other < index)
        });
        if let Some((_, by)) = wider {
            let message = if by.value == given.value {
                format!("duplicate `{}` in `{list_name}`", given.value)
            } else {
                format!(
                    "`{}` is part of `{}`, which is also in `{list_name}`",
                    given.value, by.value
                )
            };
            problems.push(Problem::warning(span(given), message).label("delete it"));
        }
    }
}

fn covers(wide: Selector, narrow: Selector) -> bool {
    match (wide, narrow) {
        (Selector::All, _) => true,
        (Selector::Category(category), Selector::Rule(rule)) => rule.category == category,
        (Selector::Category(a), Selector::Category(b)) => Category::eq(&a, &b),
        (Selector::Rule(a), Selector::Rule(b)) => a == b,
        _ => false,
    }
}

fn repeated(name: &str, list: &[Given<String>], problems: &mut Vec<Problem>) {
    let mut known = HashSet::new();
    for given in list {
        if !known.insert(given.value.as_str()) {
            problems.push(
                Problem::warning(
                    span(given),
                    format!("duplicate `{}` in `{name}`", given.value),
                )
                .label("delete it"),
            );
        }
    }
}
