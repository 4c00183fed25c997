//! Rounds of fixes: each makes those that do not touch the same text, and the next looks again at what came of it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::linted::{Linted, Original, Refusal, Texts};
use super::{comments, text};
use crate::finding::{Category, Edit, Finding, Fix, Report, Safety, Severity, Source};

/// One or two rounds do, as a rule. Of faults that hide each other, such as those of syntax, each takes one: what
/// is not done after so many, or as many as the file has lines, comes to no end.
const MIN_ROUNDS: usize = 10;

/// So many bytes are looked at for the fixes of one file, each time the file is judged with another fix: the work does not grow with the
/// square of a large file. Of a file of 2 KiB two thousand fixes are made by one run.
const MAX_LOOKED_AT: usize = 4 * 1024 * 1024;

/// However large the file is, so many looks are taken.
const MIN_LOOKS: usize = 16;

/// A look at the whole text, with all rules, costs as much as so many looks at one fix.
const COST_OF_TEXT: usize = 8;

/// Which fixes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Those that change what containerd does, too.
    pub with_unsafe: bool,
    /// Those of findings that matter less are left.
    pub min_severity: Severity,
}

/// A file whose text is another now. It is not written yet.
#[derive(Debug)]
pub struct FixedFile {
    /// The path as findings name it.
    pub path: String,
    /// The file as it was read.
    pub original: Original,
    /// Its text now.
    pub text: Vec<u8>,
    /// How many findings of each rule were fixed.
    pub rules: BTreeMap<&'static str, usize>,
}

/// A fix that was not made.
#[derive(Debug)]
pub struct Refused {
    /// The path as findings name it.
    pub path: String,
    /// The line of the finding, from 1; 0 for the file as a whole.
    pub line: usize,
    /// The finding's rule.
    pub rule: &'static str,
    /// Why.
    pub refusal: Refusal,
}

/// The result of fixing.
#[derive(Debug)]
pub struct Fixing {
    /// The files that were fixed, by path.
    pub files: Vec<FixedFile>,
    /// The fixes that were not made, by path.
    pub refused: Vec<Refused>,
    /// The findings in the current texts.
    pub report: Report,
}

impl Refused {
    fn new(path: &str, finding: &Finding, refusal: Refusal) -> Refused {
        let refusal = match &finding.location.source {
            Some(source) => refusal.without_secrets(source.secrets()),
            None => refusal,
        };
        Refused {
            path: path.to_owned(),
            line: line_of(finding),
            rule: finding.rule.name,
            refusal,
        }
    }
}

impl Choice {
    /// Whether this finding is to be fixed.
    pub fn takes(&self, finding: &Finding) -> bool {
        let is_wanted = |fix: &Fix| fix.safety == Safety::Safe || self.with_unsafe;
        finding.severity >= self.min_severity && finding.fix.as_ref().is_some_and(is_wanted)
    }
}

/// Fixes what the report of `linted` found, as far as it can be fixed.
pub fn fix(linted: &dyn Linted, report: Report, choice: Choice) -> Fixing {
    let mut engine = Engine {
        linted,
        choice,
        files: BTreeMap::new(),
        dropped: BTreeSet::new(),
        strict: BTreeSet::new(),
    };
    let report = engine.run(report);
    engine.finish(report)
}

struct Engine<'a> {
    linted: &'a dyn Linted,
    choice: Choice,
    files: BTreeMap<String, State>,
    /// Rules whose fixes came to no end, by file.
    dropped: BTreeSet<(String, &'static str)>,
    /// Files in which no fix may bring an error to light, though it be one that can be fixed.
    strict: BTreeSet<String>,
}

/// A file on its way.
struct State {
    original: Original,
    text: Vec<u8>,
    rounds: usize,
    rules: BTreeMap<&'static str, usize>,
    refused: Vec<Refused>,
    /// The looks that are left.
    looks: usize,
}

/// The result of one round for a text.
struct Mended<'a> {
    text: Vec<u8>,
    made: Vec<&'a Finding>,
    refused: Vec<Refused>,
}

impl State {
    fn new(original: Original) -> State {
        let size = original.bytes.len().max(1);
        State {
            looks: MIN_LOOKS.max(MAX_LOOKED_AT / size),
            text: original.bytes.clone(),
            original,
            rounds: 0,
            rules: BTreeMap::new(),
            refused: Vec::new(),
        }
    }
}

impl State {
    /// Back to the original; what was looked at stays spent.
    fn begin_again(&mut self) {
        let looks = self.looks;
        *self = State::new(self.original.clone());
        self.looks = looks;
    }
}

impl Engine<'_> {
    fn run(&mut self, mut report: Report) -> Report {
        loop {
            report = self.rounds(report);
            if !self.begin_again() {
                return report;
            }
            report = self.linted.lint(&self.texts());
        }
    }

    /// Takes back what ended with an error that was to be fixed and was not, and whether there was any.
    fn begin_again(&mut self) -> bool {
        let mut any = false;
        for (path, state) in &mut self.files {
            let check = || {
                let (before, after) = (&state.original.bytes, &state.text);
                let with_unsafe = self.choice.with_unsafe;
                self.linted
                    .check_text(path, before, after, with_unsafe, true)
            };
            let is_sound = state.text == state.original.bytes || check().is_ok();
            if !is_sound && self.strict.insert(path.clone()) {
                state.begin_again();
                any = true;
            }
        }
        any
    }

    fn rounds(&mut self, mut report: Report) -> Report {
        // Where nothing was fixed in the last round, nothing will be in this one.
        let mut active: Option<BTreeSet<String>> = None;
        let mut is_first = true;
        loop {
            let mut changed = BTreeSet::new();
            for path in active.iter().flatten() {
                // The reason for an earlier refusal may be gone.
                if let Some(state) = self.files.get_mut(path) {
                    state.refused.clear();
                }
            }
            let choice = self.choice;
            let is_active = |path: &str| active.as_ref().is_none_or(|paths| paths.contains(path));
            let mut findings = report
                .findings
                .iter()
                .filter(|f| choice.takes(f) && is_active(&f.location.path))
                .peekable();
            // Those of one file follow each other.
            while let Some(first) = findings.next() {
                let path = first.location.path.clone();
                let mut of_file = vec![first];
                while let Some(next) = findings.next_if(|f| f.location.path == path) {
                    of_file.push(next);
                }
                if self.round(&path, &of_file.iter().collect::<Vec<_>>()) {
                    changed.insert(path);
                }
            }
            if changed.is_empty() {
                return match is_first {
                    true => report,
                    false => self.linted.lint(&self.texts()),
                };
            }
            is_first = false;
            report = self.linted.lint_files(&self.texts(), &changed);
            active = Some(changed);
        }
    }

    fn texts(&self) -> Texts {
        let changed = |state: &&State| state.text != state.original.bytes;
        let files = self.files.iter();
        files
            .filter(|(_, state)| changed(state))
            .map(|(path, state)| (path.clone(), state.text.clone()))
            .collect()
    }

    /// One round in one file; whether its text has changed.
    fn round(&mut self, path: &str, findings: &[&Finding]) -> bool {
        if !self.files.contains_key(path) {
            let Some(original) = self.linted.original(path) else {
                return false;
            };
            let mut state = State::new(original);
            let seen = findings[0].location.source.as_ref();
            if seen.is_some_and(|seen| seen.text != Source::new("", &state.text).text) {
                let refused = |finding: &&Finding| Refused::new(path, finding, Refusal::Changed);
                state.refused = findings.iter().take(1).map(refused).collect();
                self.files.insert(path.to_owned(), state);
                return false;
            }
            self.files.insert(path.to_owned(), state);
        }
        let state = &self.files[path];
        let wanted = |f: &&&Finding| !self.dropped.contains(&(path.to_owned(), f.rule.name));
        let findings: Vec<&Finding> = findings.iter().filter(wanted).copied().collect();
        let look = Look {
            looks: Cell::new(state.looks),
            linted: self.linted,
            path,
            with_unsafe: self.choice.with_unsafe,
            is_strict: self.strict.contains(path),
        };
        let is_safe = |f: &&Finding| f.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
        let (safe, others): (Vec<&Finding>, Vec<&Finding>) =
            findings.into_iter().partition(is_safe);
        // Corrections of clear mistakes come first: they may leave nothing to do for the others.
        let mut mended = mend(&look, &state.text, &safe);
        if mended.made.is_empty() && !others.is_empty() {
            let refused = mended.refused;
            mended = mend(&look, &state.text, &others);
            mended.refused.extend(refused);
        }
        let looks = look.looks.get();
        let Some(state) = self.files.get_mut(path) else {
            return false;
        };
        state.looks = looks;
        state.refused = mended.refused;
        if mended.made.is_empty() {
            return false;
        }
        let lines = state.original.bytes.split(|byte| *byte == b'\n').count();
        if state.rounds == MIN_ROUNDS.max(lines) {
            // A file that still changes does not converge. It is started again without that fix.
            let rules = mended.made.iter().map(|finding| finding.rule.name);
            self.dropped
                .extend(rules.map(|rule| (path.to_owned(), rule)));
            state.begin_again();
            return true;
        }
        state.rounds += 1;
        state.text = mended.text;
        for finding in mended.made {
            *state.rules.entry(finding.rule.name).or_default() += 1;
        }
        true
    }

    /// The last check of each file as a whole. A file that fails it is not changed.
    fn finish(self, mut report: Report) -> Fixing {
        let mut files = Vec::new();
        let mut refused = Vec::new();
        let mut kept = Texts::new();
        let mut is_whole = true;
        for (path, mut state) in self.files {
            refused.append(&mut state.refused);
            if state.text == state.original.bytes {
                continue;
            }
            let check = self.linted.check_text(
                &path,
                &state.original.bytes,
                &state.text,
                self.choice.with_unsafe,
                true,
            );
            if let Err(refusal) = check {
                is_whole = false;
                let refusal = refusal.without_secrets(Source::new("", &state.text).secrets());
                let rule = state.rules.keys().next().copied().unwrap_or_default();
                refused.push(Refused {
                    path,
                    line: 0,
                    rule,
                    refusal,
                });
                continue;
            }
            kept.insert(path.clone(), state.text.clone());
            files.push(FixedFile {
                path,
                original: state.original,
                text: state.text,
                rules: state.rules,
            });
        }
        refused.extend(self.dropped.into_iter().map(|(path, rule)| Refused {
            path,
            line: 0,
            rule,
            refusal: Refusal::Unsettled,
        }));
        if !is_whole {
            report = self.linted.lint(&kept);
        }
        refused.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        Fixing {
            files,
            refused,
            report,
        }
    }
}

/// How the fixes of a file are judged.
struct Look<'a> {
    /// The looks that are left.
    looks: Cell<usize>,
    linted: &'a dyn Linted,
    path: &'a str,
    with_unsafe: bool,
    is_strict: bool,
}

impl Look<'_> {
    /// Whether there is a look left; it is taken.
    fn is_left(&self) -> bool {
        let left = self.looks.get();
        self.looks.set(left.saturating_sub(1));
        left > 0
    }

    fn check_text(&self, before: &[u8], next: &[u8]) -> Result<(), Refusal> {
        self.looks
            .set(self.looks.get().saturating_sub(COST_OF_TEXT));
        self.linted
            .check_text(self.path, before, next, self.with_unsafe, self.is_strict)
    }

    fn check_fix(&self, text: &[u8], next: &[u8], finding: &Finding) -> Result<(), Refusal> {
        self.linted.check_fix(self.path, text, next, finding)
    }
}

/// Makes those of the fixes that do not touch the same text and pass the check, each by itself and
/// all of them together.
fn mend<'a>(look: &Look, before: &[u8], findings: &[&'a Finding]) -> Mended<'a> {
    let mended = admit(look, before, findings, |text, next, finding| {
        look.check_fix(text, next, finding)
    });
    if mended.made.is_empty() || look.check_text(before, &mended.text).is_ok() {
        return mended;
    }
    // Together they do not pass it: the same again, with a look at the whole text after each.
    admit(look, before, findings, |text, next, finding| {
        look.check_fix(text, next, finding)?;
        look.check_text(before, next)
    })
}

/// Makes one fix after the other, each on top of those before it, as far as `check` lets them.
fn admit<'a>(
    look: &Look,
    before: &[u8],
    findings: &[&'a Finding],
    check: impl Fn(&[u8], &[u8], &Finding) -> Result<(), Refusal>,
) -> Mended<'a> {
    let mut mended = Mended {
        text: before.to_owned(),
        made: Vec::new(),
        refused: Vec::new(),
    };
    let mut edits: Vec<&Edit> = Vec::new();
    for &finding in findings {
        let Some(fix) = &finding.fix else { continue };
        let refused = |refusal| Refused::new(look.path, finding, refusal);
        if !look.is_left() {
            mended.refused.push(refused(Refusal::Postponed));
            break;
        }
        if !text::fits(before, &fix.edits) {
            let message = "its edits do not fit this text".to_owned();
            mended.refused.push(refused(Refusal::Broken(message)));
            continue;
        }
        // Two findings may have one remedy.
        let same = |made: &&Finding| made.fix.as_ref().is_some_and(|f| f.edits == fix.edits);
        if mended.made.iter().any(same) {
            mended.made.push(finding);
            continue;
        }
        let touches = |edit: &Edit| edits.iter().any(|made| text::conflict(edit, made));
        if fix.edits.iter().any(touches) {
            continue;
        }
        let next = text::apply(before, edits.iter().copied().chain(&fix.edits));
        if next == mended.text {
            let message = "it changes nothing".to_owned();
            mended.refused.push(refused(Refusal::Broken(message)));
            continue;
        }
        let is_about_comments = finding.rule.category == Category::Suppressions;
        if let (Some(comment), false) = (comments::lost(&mended.text, &next), is_about_comments) {
            let message = format!("the comment `{comment}` would be lost");
            mended.refused.push(refused(Refusal::Broken(message)));
            continue;
        }
        match check(&mended.text, &next, finding) {
            Ok(()) => {
                edits.extend(&fix.edits);
                mended.text = next;
                mended.made.push(finding);
            }
            // By itself it may pass the check: then its turn comes in the next round.
            Err(_)
                if !edits.is_empty()
                    && check(before, &text::apply(before, &fix.edits), finding).is_ok() => {}
            Err(refusal) => mended.refused.push(refused(refusal)),
        }
    }
    mended
}

fn line_of(finding: &Finding) -> usize {
    let (Some(source), Some(span)) = (&finding.location.source, &finding.location.span) else {
        return 0;
    };
    source.lines().characters(&source.text, span.start).line
}
