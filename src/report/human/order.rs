//! In which order people read findings: by namespace, the worst first, and what repeats once.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::pattern::pattern;
use crate::containerd::Releases;
use crate::containerd::release::add_releases;
use crate::finding::{Consequence, Finding, Report, Severity};

/// So many findings that say the same are shown as one.
const REPEATS: usize = 3;

/// A finding that is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its place in the report.
    pub index: usize,
    /// The places in the report of the findings that say the same.
    pub also: Vec<usize>,
    /// The state of the whole namespace; only ahead of its first finding.
    pub verdicts: Vec<Verdict>,
    /// The releases for which its effect is said ahead of the namespace, where it is.
    pub said: Option<Releases>,
}

/// The state of a whole namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The place in the report of a finding with this effect.
    pub index: usize,
    /// The releases for which any finding says it, oldest first.
    pub releases: Releases,
}

/// The facts about a finding before it is shown.
struct Row {
    index: usize,
    group: usize,
    rank: Rank,
    /// The hashes of its text, as it is and without the names in it.
    said: [u64; 2],
    effect: Option<u64>,
}

/// How bad a finding is, the worst first.
type Rank = (Reverse<Severity>, Consequence);

/// A namespace, or a file that is in none.
struct Group {
    worst: Rank,
    verdicts: Vec<(u64, Consequence, Verdict)>,
    are_shown: bool,
}

/// The findings of a report in the order in which they are shown.
pub fn order(report: &Report) -> Vec<Shown> {
    // Of names and texts only hashes are kept: there can be many. The keys of the hashes are random, so no file can have two
    // texts that have the same.
    let state = RandomState::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut names: HashMap<u64, usize> = HashMap::new();
    let mut counts: HashMap<u64, usize> = HashMap::new();
    let mut rows: Vec<Row> = Vec::with_capacity(report.findings.len());
    for (index, finding) in report.findings.iter().enumerate() {
        let rank = (Reverse(finding.severity), finding.consequence);
        let key = state.hash_one((home(&finding), &finding.namespace));
        let group = *names.entry(key).or_insert_with(|| {
            groups.push(Group {
                worst: rank,
                verdicts: Vec::new(),
                are_shown: false,
            });
            groups.len() - 1
        });
        let of_group = &mut groups[group];
        of_group.worst = of_group.worst.min(rank);
        let effect = is_verdict(&finding).then(|| state.hash_one(&finding.effect));
        if let Some(effect) = effect {
            let mut known = of_group.verdicts.iter_mut();
            match known.find(|(known, ..)| *known == effect) {
                Some((.., verdict)) => add_releases(&mut verdict.releases, &finding.releases),
                None => {
                    let releases = finding.releases.clone();
                    let verdict = Verdict { index, releases };
                    let entry = (effect, finding.consequence, verdict);
                    of_group.verdicts.push(entry);
                }
            }
        }
        let releases = &finding.releases[..];
        let name = finding.rule.name;
        let same = state.hash_one((name, rank, &finding.message, releases));
        let texts = (pattern(&finding.message), pattern(&finding.help));
        let alike = state.hash_one((name, rank, texts, releases));
        *counts.entry(same).or_default() += 1;
        *counts.entry(alike).or_default() += 1;
        rows.push(Row {
            index,
            group,
            rank,
            said: [same, alike],
            effect,
        });
    }
    rows.sort_by_key(|row| (groups[row.group].worst, row.group, row.rank, row.index));
    let mut shown: Vec<Shown> = Vec::new();
    let mut first: HashMap<u64, usize> = HashMap::new();
    for row in rows {
        // The most important finding is drawn in full unless it is identical.
        let kinds = match row.rank.0 {
            Reverse(Severity::Error) => &row.said[..1],
            Reverse(Severity::Warning | Severity::Note) => &row.said[..],
        };
        if let Some(said) = kinds.iter().find(|said| counts[*said] >= REPEATS) {
            if let Some(at) = first.get(said) {
                shown[*at].also.push(row.index);
                continue;
            }
            first.insert(*said, shown.len());
        }
        let group = &mut groups[row.group];
        let said = |effect| group.verdicts.iter().find(|(known, ..)| *known == effect);
        let said = row
            .effect
            .and_then(said)
            .map(|(.., verdict)| verdict.releases.clone());
        let mut verdicts = Vec::new();
        if !std::mem::replace(&mut group.are_shown, true) {
            group
                .verdicts
                .sort_by_key(|(_, consequence, _)| *consequence);
            verdicts.extend(group.verdicts.iter().map(|(.., verdict)| verdict.clone()));
        }
        shown.push(Shown {
            index: row.index,
            verdicts,
            said,
            also: Vec::new(),
        });
    }
    shown
}

/// The directory of a namespace, or the file itself.
fn home(finding: &Finding) -> &str {
    let path = &finding.location.path;
    let Some(namespace) = finding.namespace.as_ref().filter(|name| !name.is_empty()) else {
        return path;
    };
    let mut end = path.len();
    while let Some(start) = path[..end].rfind(namespace.as_str()) {
        let behind = start + namespace.len();
        let begins = start == 0 || path.as_bytes()[start - 1] == b'/';
        let ends = behind == path.len() || path.as_bytes()[behind] == b'/';
        if begins && ends {
            return &path[..behind];
        }
        end = start;
        if end == 0 {
            break;
        }
    }
    path
}

/// Whether the effect of a finding is what becomes of the whole namespace, and that for sure.
fn is_verdict(finding: &Finding) -> bool {
    let is_whole = matches!(
        finding.consequence,
        Consequence::Crash | Consequence::FileIgnored | Consequence::PullsFail
    );
    let begins = [
        "containerd ignores this hosts.toml",
        "containerd panics when it reads this file",
        "every pull from ",
    ];
    is_whole
        && finding.severity == Severity::Error
        && finding.namespace.is_some()
        && begins.iter().any(|begin| finding.effect.starts_with(begin))
}
