//! Whether a fix does what its finding promises, for one release.

use super::change::{Change, Field, changes};
use super::linted::Refusal;
use crate::containerd::hosts::Host;
use crate::containerd::{HostsToml, Outcome, Release, Verdict};
use crate::facts::keys::HOST_KEYS;
use crate::finding::{Part, Promise};

/// How well a namespace fares; more is better.
fn rank(outcome: &Outcome) -> u8 {
    match (outcome.verdict, outcome.hosts_toml) {
        (Verdict::Unknown | Verdict::Crash, _) => 0,
        (Verdict::PullsFail, _) => 1,
        (Verdict::Endpoints, HostsToml::Ignored) => 2,
        (Verdict::Endpoints, _) => 3,
    }
}

/// Whether containerd could make out the entries of the file, used or not.
pub fn is_decoded(outcome: &Outcome) -> bool {
    outcome.hosts_toml != HostsToml::Ignored && outcome.verdict != Verdict::Crash
        || !outcome.entries.is_empty()
}

/// Refuses a text that makes matters worse for the release.
pub fn no_worse(release: Release, before: &Outcome, after: &Outcome) -> Result<(), Refusal> {
    if rank(after) >= rank(before) {
        return Ok(());
    }
    let reason = after.reason();
    let why = reason.map(ToString::to_string).unwrap_or_default();
    let what = match (after.verdict, after.hosts_toml) {
        (Verdict::Unknown, _) => "the file would be too large to check",
        (Verdict::Crash, _) => "containerd would crash",
        (Verdict::PullsFail, _) => "every pull would fail",
        _ => "the whole file would be ignored",
    };
    Err(Refusal::HeldBack(format!("{what} ({why}), in {release}")))
}

/// Checks that a safe fix keeps its promise. `named` is whether the finding is about this release; for any other
/// release, nothing may change.
pub fn keeps(
    promise: Promise,
    named: bool,
    release: Release,
    before: &Outcome,
    after: &Outcome,
) -> Result<(), Refusal> {
    no_worse(release, before, after)?;
    let promise = if named { promise } else { Promise::Nothing };
    // A release that the finding is not about is not what the fix is for, and may depend on the rest of the file.
    let broken = |what: String| {
        let what = format!("{what}, in {release}");
        Err(match named {
            true => Refusal::Broken(what),
            false => Refusal::HeldBack(what),
        })
    };
    if promise == Promise::Nothing && rank(after) != rank(before) {
        return broken("the file would load differently".to_owned());
    }
    if !is_decoded(before) {
        // There is nothing to compare: only that the file is dropped still, and why.
        return match promise {
            // It hides the fault on this release, which is not a bug of the fix.
            Promise::Nothing if reasons(before) != reasons(after) => Err(Refusal::HeldBack(
                format!("the file would be ignored for another reason, in {release}"),
            )),
            _ => Ok(()),
        };
    }
    let known = reasons(before);
    if let Some(new) = reasons(after)
        .into_iter()
        .find(|reason| known.binary_search(reason).is_err())
    {
        return Err(Refusal::HeldBack(format!(
            "containerd would report another problem: {new}, in {release}"
        )));
    }
    let found = changes(release, &before.entries, &after.entries);
    match found
        .iter()
        .find(|change| !allows(promise, change, before, after))
    {
        None => one_entry(promise, &found).or_else(broken),
        Some(Change::Added) => broken("there would be one more endpoint".to_owned()),
        Some(Change::Lost(url)) => broken(format!("{url} would be lost")),
        Some(Change::Unrepeated) => {
            broken("a repeated endpoint would be listed fewer times".to_owned())
        }
        Some(Change::Part { words, .. }) => broken(words.clone()),
    }
}

/// Why the file is not used, in words without places, sorted.
fn reasons(outcome: &Outcome) -> Vec<String> {
    let all = outcome.problems.iter().chain(&outcome.masked);
    let mut words: Vec<String> = all.map(ToString::to_string).collect();
    words.sort();
    words
}

fn allows(promise: Promise, change: &Change, before: &Outcome, after: &Outcome) -> bool {
    match (promise, change) {
        (Promise::ListsOnce, Change::Unrepeated) => true,
        (Promise::Reads, Change::Added) => true,
        (Promise::Reads | Promise::HeaderIsSetting, Change::Part { gain: true, .. }) => true,
        (
            Promise::HeaderIsSetting,
            Change::Part {
                field: Field::Header,
                entry,
                ..
            },
        ) => is_moved(before.entries.get(*entry), after.entries.get(*entry)),
        (Promise::Mends(part), Change::Part { field, .. }) => {
            *field
                == match part {
                    Part::Url => Field::Url,
                    Part::Client => Field::Client,
                    Part::Header => Field::Header,
                }
        }
        _ => false,
    }
}

/// Whether the headers are those that there were, but for such as are called like settings.
fn is_moved(before: Option<&Host>, after: Option<&Host>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    let is_setting = |name: &str| HOST_KEYS.iter().any(|key| key.eq_ignore_ascii_case(name));
    let kept = before
        .header
        .iter()
        .filter(|(name, _)| after.header.contains_key(*name));
    let kept: Vec<_> = kept.collect();
    before
        .header
        .keys()
        .all(|name| after.header.contains_key(name) || is_setting(name))
        && kept.len() == after.header.len()
        && kept
            .iter()
            .all(|(name, values)| after.header.get(*name) == Some(*values))
}

/// One finding is about one entry, so its fix must not change another.
fn one_entry(promise: Promise, found: &[Change]) -> Result<(), String> {
    let mut entries = found.iter().filter_map(|change| match change {
        Change::Part { entry, .. } => Some(entry),
        _ => None,
    });
    let first = entries.next();
    match promise {
        Promise::Mends(Part::Url | Part::Header) if entries.any(|e| Some(e) != first) => {
            Err("more than one endpoint would change".to_owned())
        }
        _ => Ok(()),
    }
}
