//! Comments that keep findings quiet, and what they tell themselves: a suppression that does nothing, or
//! nothing any more, is a finding.

mod comment;
mod scope;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::here::Here;
use crate::facts::node::File;
use crate::facts::{NamespaceContext, NamespaceView, Rule};
use crate::finding::{
    Category, Edit, Failure, Finding, Fix, Level, Location, Run, Safety, Source, Suppressed,
    Suppressor,
};
use crate::toml::Span;
use crate::toml::view::{Comment, Document};
use comment::{Content, Instruction, Malformed, Reach, instructions, of_comments};
use scope::Scopes;

/// The rule about suppressions that are not understood.
const UNKNOWN: &str = "unknown-suppression";
/// The rule about suppressions that silence nothing.
const UNUSED: &str = "unused-suppression";

/// Longer names are not typos of a rule's name.
const LONGEST_NAME: usize = 64;

/// So many names of one suppression are listed in a message.
const LISTED: usize = 10;

/// A file that was linted, and in which comments may silence what was found.
pub trait Linted {
    /// The run.
    fn run(&self) -> &Run;
    /// The text, if it can be read.
    fn source(&self) -> Option<&Source>;
    /// The document, if it is TOML.
    fn document(&self) -> Option<&Document>;
    /// A finding about a place in it.
    fn finding(&self, rule: &'static Rule, span: Span, message: String) -> Finding;
}

fn text(context: &dyn Linted) -> &str {
    context.source().map_or("", |source| source.text.as_str())
}

/// A rule's name in a suppression, and what became of it.
struct Name {
    span: Range<usize>,
    text: String,
    /// `None` when there is no such rule.
    rule: Option<&'static Rule>,
    /// It silenced a finding.
    used: bool,
}

/// A well-formed suppression.
struct Suppression {
    instruction: Instruction,
    content: Content,
    names: Vec<Name>,
    /// Its scope; `None` if there is nothing that it could cover.
    covers: Option<Range<usize>>,
}

/// Removes the findings that comments of this file silence, and returns
/// the findings about these comments.
pub(super) fn apply(context: &dyn Linted, here: &mut Here) -> Vec<Finding> {
    let Some(source) = context.source() else {
        return Vec::new();
    };
    let instructions = instructions(&source.text);
    if instructions.is_empty() {
        return Vec::new();
    }
    let scopes = Scopes::new(&source.text, source.lines(), context.document());
    let covered = |comment: &Comment| scopes.covered(comment);
    let is_at_head = |comment: &Comment| scopes.is_at_head(comment);
    apply_instructions(context, instructions, covered, is_at_head, here)
}

/// The same with the comments of a text that is not TOML, and what each covers.
pub(super) fn apply_comments(
    context: &dyn Linted,
    comments: Vec<Comment>,
    covered: impl Fn(&Comment) -> Option<Range<usize>>,
    is_at_head: impl Fn(&Comment) -> bool,
    here: &mut Here,
) -> Vec<Finding> {
    let instructions = of_comments(text(context), comments);
    apply_instructions(context, instructions, covered, is_at_head, here)
}

fn apply_instructions(
    context: &dyn Linted,
    instructions: Vec<Instruction>,
    covered: impl Fn(&Comment) -> Option<Range<usize>>,
    is_at_head: impl Fn(&Comment) -> bool,
    here: &mut Here,
) -> Vec<Finding> {
    let Some(source) = context.source() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut suppressions = Vec::new();
    for instruction in instructions {
        match &instruction.content {
            Err(reason) => findings.extend(malformed(context, &instruction, reason)),
            Ok(content) => {
                let content = content.clone();
                let covers = match content.reach {
                    Reach::Item => covered(&instruction.comment),
                    Reach::File => {
                        is_at_head(&instruction.comment).then_some(0..source.text.len() + 1)
                    }
                };
                suppressions.push(Suppression::new(instruction, content, covers));
            }
        }
    }
    if suppressions.is_empty() {
        return findings;
    }
    silence(&mut suppressions, source, here);
    for suppression in &suppressions {
        findings.extend(unknown(context, suppression));
        findings.extend(unused(context, suppression, here));
    }
    findings
}

impl Suppression {
    fn new(
        instruction: Instruction,
        content: Content,
        covers: Option<Range<usize>>,
    ) -> Suppression {
        let names = content
            .names
            .iter()
            .map(|name| Name {
                span: name.span.clone(),
                text: name.value.clone(),
                rule: crate::rules::rule(&name.value),
                used: false,
            })
            .collect();
        Suppression {
            instruction,
            content,
            names,
            covers,
        }
    }
}

impl Silenced {
    fn covers(&self, finding: &Finding) -> bool {
        match &finding.location.span {
            _ if self.reaches_file => true,
            Some(span) => {
                self.covers.contains(&span.start)
                    || span.is_empty() && span.start == self.covers.end
            }
            None => false,
        }
    }
}

/// Where a rule is silenced, and the suppression and the name in it that do so.
struct Silenced {
    covers: Range<usize>,
    reaches_file: bool,
    suppression: usize,
    name: usize,
}

/// Moves what is silenced. Where several suppressions cover a finding, the one that covers the least
/// silences it, so that the wider one is reported as unused.
fn silence(suppressions: &mut [Suppression], source: &Source, here: &mut Here) {
    // For each rule, the first suppression of each item: of several that cover the same, no other is ever used.
    let mut places: HashMap<&'static str, Vec<Silenced>> = HashMap::new();
    let mut known = HashSet::new();
    for (at, suppression) in suppressions.iter().enumerate() {
        let Some(covers) = &suppression.covers else {
            continue;
        };
        let reaches_file = suppression.content.reach == Reach::File;
        for (name, rule) in suppression.names.iter().enumerate() {
            let Some(rule) = rule.rule else { continue };
            if known.insert((rule.name, covers.start, covers.end, reaches_file)) {
                places.entry(rule.name).or_default().push(Silenced {
                    covers: covers.clone(),
                    reaches_file,
                    suppression: at,
                    name,
                });
            }
        }
    }
    for finding in std::mem::take(&mut here.findings) {
        let is_here = finding.location.path == source.path;
        // A comment cannot silence findings about suppressions.
        let can_be_silenced = finding.rule.category != Category::Suppressions;
        let silencer = places
            .get(finding.rule.name)
            .filter(|_| is_here && can_be_silenced)
            .and_then(|places| {
                let covering = places.iter().filter(|place| place.covers(&finding));
                covering.min_by_key(|place| place.covers.len())
            });
        match silencer {
            Some(place) => {
                let suppression = &mut suppressions[place.suppression];
                suppression.names[place.name].used = true;
                let reason = suppression.content.reason.clone();
                let by = Suppressor::Comment { reason };
                here.suppressed.push(Suppressed { finding, by });
            }
            None => here.findings.push(finding),
        }
    }
}

fn malformed(
    context: &dyn Linted,
    instruction: &Instruction,
    reason: &Malformed,
) -> Option<Finding> {
    let (message, help) = match reason {
        Malformed::Blanket => (
            "suppression without rules".to_owned(),
            "name the rules: `# certsd-lint: ignore[rule-a, rule-b] reason`",
        ),
        Malformed::Unclosed => (
            "suppression without `]` after its rules".to_owned(),
            "write `# certsd-lint: ignore[rule-a, rule-b] reason`",
        ),
        Malformed::NoColon => (
            "suppression without a colon after `certsd-lint`".to_owned(),
            "write `# certsd-lint: ignore[rule-a, rule-b] reason`",
        ),
        Malformed::Word(word) if word.is_empty() => (
            "empty suppression".to_owned(),
            "write `# certsd-lint: ignore[rule-a, rule-b] reason`, or delete it",
        ),
        Malformed::Word(word) => (
            format!("unknown suppression `{word}`"),
            "write `ignore[…]` for one item or `ignore-file[…]` for the file",
        ),
    };
    let rule = crate::rules::rule(UNKNOWN)?;
    let finding = context
        .finding(rule, instruction.span.clone(), message)
        .label("suppresses nothing")
        .effect("it suppresses nothing")
        .help(help);
    Some(delete_whole(finding, text(context), instruction))
}

/// One finding for all the names in a comment that are not rules.
fn unknown(context: &dyn Linted, suppression: &Suppression) -> Option<Finding> {
    let names: Vec<&Name> = suppression
        .names
        .iter()
        .filter(|n| n.rule.is_none())
        .collect();
    let rule = crate::rules::rule(UNKNOWN)?;
    let nearest: Vec<Option<&'static str>> = names.iter().map(|n| nearest_rule(&n.text)).collect();
    let help = match nearest.iter().flatten().next() {
        Some(name) => format!("write `{name}`"),
        None => "delete it, or use a name from `certsd-lint rules`".to_owned(),
    };
    let finding = context
        .finding(
            rule,
            span_of(&names)?,
            format!(
                "unknown {} {} in a suppression",
                if names.len() == 1 { "rule" } else { "rules" },
                listed(&names)
            ),
        )
        .label("unknown rule")
        .effect("it suppresses nothing")
        .help(help);
    // A typo is corrected; an unknown name is deleted.
    if nearest.iter().all(Option::is_some) {
        let mended = names.iter().zip(&nearest);
        let edits = mended
            .map(|(name, nearest)| Edit {
                span: name.span.clone(),
                replacement: nearest.unwrap_or_default().to_owned(),
            })
            .collect();
        return Some(with_edits(finding, "write the rule's name", edits));
    }
    Some(delete_names(finding, text(context), suppression, &names))
}

/// One finding for all the names in a comment that silence nothing.
fn unused(context: &dyn Linted, suppression: &Suppression, here: &Here) -> Option<Finding> {
    let names: Vec<&Name> = suppression
        .names
        .iter()
        .filter(|name| !name.used && name.rule.is_some_and(|rule| ran(context, rule, here)))
        .collect();
    let message = format!("unused suppression of {}", listed(&names));
    let help = match (suppression.content.reach, &suppression.covers) {
        (Reach::File, None) => "move it before the first item of the file, or delete it",
        (Reach::Item, None) => "move it above or after an item, or delete it",
        _ => "delete it",
    };
    let label = match (suppression.content.reach, &suppression.covers) {
        (Reach::File, None) => "not before the first item",
        (Reach::Item, None) => "applies to no item",
        _ => "suppresses nothing",
    };
    let finding = context
        .finding(crate::rules::rule(UNUSED)?, span_of(&names)?, message)
        .label(label)
        .effect("it would hide a later finding of the same rule")
        .help(help);
    Some(delete_names(finding, text(context), suppression, &names))
}

/// Whether a rule looked at this file: otherwise an unused suppression is to be expected.
fn ran(context: &dyn Linted, rule: &'static Rule, here: &Here) -> bool {
    let path = match context.source() {
        Some(source) => source.path.as_str(),
        None => return false,
    };
    let broke = |failure: &Failure| matches!(failure, Failure::Bug { rule: broken, .. } if *broken == rule.name);
    level(context.run(), rule, path) != Level::Off && !here.failures.iter().any(broke)
}

/// The setting for a rule, or the rule's own default.
fn level(run: &Run, rule: &Rule, path: &str) -> Level {
    match run.settings.level(rule.name, path) {
        Some(level) => level,
        None if rule.on => Level::Severity(rule.severity),
        None => Level::Off,
    }
}

fn nearest_rule(name: &str) -> Option<&'static str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let name = name.to_lowercase().replace('_', "-");
    crate::rules::RULES
        .iter()
        .filter(|rule| rule.name.len().abs_diff(name.len()) <= 2)
        .map(|rule| (strsim::damerau_levenshtein(&name, rule.name), rule.name))
        .min()
        .filter(|(distance, _)| *distance <= 2)
        .map(|(_, name)| name)
}

fn listed(names: &[&Name]) -> String {
    let quoted = names
        .iter()
        .take(LISTED)
        .map(|name| format!("`{}`", name.text));
    let mut list = quoted.collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        list.push_str(&format!(" and {} more", names.len() - LISTED));
    }
    list
}

fn span_of(names: &[&Name]) -> Option<Range<usize>> {
    Some(names.first()?.span.start..names.last()?.span.end)
}

/// Deletes names from their list; the whole instruction when it is of no use without them.
fn delete_names(
    finding: Finding,
    text: &str,
    suppression: &Suppression,
    names: &[&Name],
) -> Finding {
    let all = &suppression.names;
    if !all.iter().any(|name| name.used) {
        return delete_whole(finding, text, &suppression.instruction);
    }
    let gone: HashSet<usize> = names.iter().map(|name| name.span.start).collect();
    let is_gone = |name: &Name| gone.contains(&name.span.start);
    let mut stays_before = false;
    let mut edits = Vec::new();
    for (index, name) in all.iter().enumerate() {
        if !is_gone(name) {
            stays_before = true;
            continue;
        }
        // With the comma before it, or, at the front, with the comma behind it. As one name is
        // used, either there is a name that stays before this one, or one comes behind it.
        let span = match (stays_before, all.get(index + 1)) {
            (true, _) | (_, None) => {
                let before = index.checked_sub(1).map(|i| all[i].span.end);
                before.unwrap_or(name.span.start)..name.span.end
            }
            (false, Some(next)) => name.span.start..next.span.start,
        };
        edits.push(Edit {
            span,
            replacement: String::new(),
        });
    }
    with_edits(finding, "delete it", edits)
}

/// Deletes an instruction, with its line when nothing else is on it.
fn delete_whole(finding: Finding, text: &str, instruction: &Instruction) -> Finding {
    let line = text[..instruction.span.start]
        .rfind('\n')
        .map_or(0, |i| i + 1);
    let before = &text[line..instruction.span.start];
    let kept = before.trim_end_matches([' ', '\t']);
    let end = instruction.span.end;
    let span = if kept.is_empty() {
        let rest = &text[end..];
        let feed = ["\r\n", "\n"]
            .into_iter()
            .find(|feed| rest.starts_with(feed));
        line..end + feed.map_or(0, str::len)
    } else {
        line + kept.len()..end
    };
    let edits = vec![Edit {
        span,
        replacement: String::new(),
    }];
    with_edits(finding, "delete it", edits)
}

fn with_edits(mut finding: Finding, description: &str, edits: Vec<Edit>) -> Finding {
    finding.fix = Some(Fix::new(Safety::Safe, description, edits));
    finding
}

impl Linted for NamespaceContext<'_> {
    fn run(&self) -> &Run {
        self.run
    }

    fn source(&self) -> Option<&Source> {
        self.source.map(|source| &**source)
    }

    fn document(&self) -> Option<&Document> {
        self.document
    }

    fn finding(&self, rule: &'static Rule, span: Span, message: String) -> Finding {
        NamespaceView::finding(self, rule, span, message)
    }
}

impl Linted for File<'_> {
    fn run(&self) -> &Run {
        self.run
    }

    fn source(&self) -> Option<&Source> {
        Some(&self.source)
    }

    fn document(&self) -> Option<&Document> {
        self.document.as_ref().ok()
    }

    fn finding(&self, rule: &'static Rule, span: Span, message: String) -> Finding {
        let location = Location::span(&self.source, span);
        Finding::new(&rule.meta, &self.releases, None, location, message)
    }
}
