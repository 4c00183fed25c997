//! The actions for a finding: its fix, a suppression, the page of its rule; and all safe fixes at once.

use std::collections::HashMap;
use std::path::Path;

use gen_lsp_types::{
    CodeAction, CodeActionKind, Command, Diagnostic, DocumentChange, Edit as AnyEdit,
    OptionalVersionedTextDocumentIdentifier, SnippetTextEdit, StringValue, TextDocumentEdit,
    TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};
use serde_json::json;

use super::analysis::{Analysis, Opened, Subject};
use super::text::Text;
use crate::facts::lines;
use crate::finding::{Category, Finding, Safety};

/// The command that explains a rule; its argument is the rule's name.
pub const EXPLAIN: &str = "certsd-lint.explain";

/// Every safe fix of a file.
pub const FIX_ALL: &str = "source.fixAll.certsd-lint";

/// The reason in the comment, for its author to replace.
const REASON: &str = "say why this is right here";

/// So many findings of one place get actions.
const MAX_FINDINGS: usize = 20;

/// An open file, for which actions are asked.
pub struct Asked<'a> {
    /// Its URI.
    pub uri: &'a Uri,
    /// Its version.
    pub version: i32,
    /// Its text.
    pub text: &'a Text,
    /// The file as it was linted.
    pub opened: &'a Opened<'a>,
    /// The findings in it.
    pub analysis: &'a Analysis,
    /// The kinds of edits that the client accepts.
    pub edits: Edits,
}

/// The kinds of edits that a client accepts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Edits {
    /// Those of a version of a file.
    pub of_versions: bool,
    /// Those with places to fill in.
    pub snippets: bool,
}

/// The requested actions.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Fixes of single findings, and what else is done about one.
    pub quick_fixes: bool,
    /// All safe fixes at once.
    pub fix_all: bool,
}

impl Wanted {
    /// The actions of these kinds; no kinds means all.
    pub fn of(only: Option<&[CodeActionKind]>) -> Wanted {
        let Some(only) = only.filter(|only| !only.is_empty()) else {
            return Wanted {
                quick_fixes: true,
                fix_all: true,
            };
        };
        let word = |kind: &CodeActionKind| match serde_json::to_value(kind) {
            Ok(serde_json::Value::String(word)) => word,
            _ => String::new(),
        };
        let includes = |word: &str, kind: &str| {
            kind == word
                || word.is_empty()
                || kind
                    .strip_prefix(word)
                    .is_some_and(|rest| rest.starts_with('.'))
        };
        let any = |kind: &str| only.iter().any(|only| includes(&word(only), kind));
        Wanted {
            quick_fixes: any("quickfix"),
            fix_all: any(FIX_ALL),
        }
    }
}

impl Asked<'_> {
    /// The actions for a place; `show` makes a finding's diagnostic.
    pub fn actions(
        &self,
        at: &std::ops::Range<usize>,
        wanted: Wanted,
        show: impl Fn(&Finding) -> Diagnostic,
    ) -> Vec<CodeAction> {
        let mut actions = Vec::new();
        if wanted.quick_fixes {
            let touched = self
                .analysis
                .findings
                .iter()
                .filter(|f| self.touches(f, at));
            let touched: Vec<&Finding> = touched.take(MAX_FINDINGS).collect();
            actions.extend(touched.iter().filter_map(|f| self.fix(f, show(f))));
            actions.extend(touched.iter().filter_map(|f| self.ignore(f, show(f))));
            let mut explained: Vec<&str> = Vec::new();
            for finding in touched {
                if !explained.contains(&finding.rule.name) {
                    explained.push(finding.rule.name);
                    actions.push(explain(finding, show(finding)));
                }
            }
        }
        if wanted.fix_all {
            actions.extend(self.fix_all());
        }
        actions
    }

    fn is_here(&self, finding: &Finding) -> bool {
        crate::disk::absolute(Path::new(&finding.location.path)) == self.opened.path
    }

    /// Whether a finding is at a place: what is shown at the beginning of the file is on its first line.
    fn touches(&self, finding: &Finding, at: &std::ops::Range<usize>) -> bool {
        match finding
            .location
            .span
            .as_ref()
            .filter(|_| self.is_here(finding))
        {
            Some(span) => span.start <= at.end && at.start <= span.end,
            None => finding.location.source.is_none() && self.text.line_start(at.start) == 0,
        }
    }

    fn fix(&self, finding: &Finding, diagnostic: Diagnostic) -> Option<CodeAction> {
        let fix = finding.shown_fix().filter(|_| self.is_here(finding))?;
        let edits = fix.edits.iter().map(|edit| {
            let range = self.text.range(&edit.span);
            TextEdit::new(range, edit.replacement.clone())
        });
        let is_safe = fix.safety == Safety::Safe;
        let unsafely = match is_safe {
            true => "",
            false => " (changes what containerd does)",
        };
        Some(CodeAction {
            title: format!("{}{unsafely}", capital(&fix.description)),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic]),
            is_preferred: is_safe.then_some(true),
            edit: Some(self.edit(edits.collect())),
            ..CodeAction::default()
        })
    }

    /// A comment that silences a finding. It is offered where it does so, and nothing else comes of it.
    fn ignore(&self, finding: &Finding, diagnostic: Diagnostic) -> Option<CodeAction> {
        if finding.rule.category == Category::Suppressions {
            return None;
        }
        let rule = finding.rule.name;
        let text = self.text.as_str();
        let span = finding
            .location
            .span
            .clone()
            .filter(|_| self.is_here(finding));
        let (at, comment) = match span {
            Some(span) => {
                let line = lines::start(text, span.start);
                let indentation = lines::indentation(text, line);
                (line, format!("{indentation}# certsd-lint: ignore[{rule}] "))
            }
            None => (
                if text.starts_with('\u{feff}') { 3 } else { 0 },
                format!("# certsd-lint: ignore-file[{rule}] "),
            ),
        };
        let line_break = match text.contains("\r\n") {
            true => "\r\n",
            false => "\n",
        };
        let mut silenced = text.to_owned();
        silenced.insert_str(at, &format!("{comment}{REASON}{line_break}"));
        self.silences(finding, &silenced).then(|| CodeAction {
            title: format!("Ignore {rule} here, with a reason"),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic]),
            edit: Some(self.insertion(at, &comment, line_break)),
            ..CodeAction::default()
        })
    }

    /// Whether in this text the finding is silent, and no other is found that was not there.
    fn silences(&self, finding: &Finding, text: &str) -> bool {
        let opened = Opened {
            text,
            ..*self.opened
        };
        let Some(subject) = opened.subject(&self.analysis.run.settings) else {
            return false;
        };
        let found: Vec<Finding> = subject.lint(&self.analysis.run).findings.iter().collect();
        let known = &self.analysis.findings;
        let count = |all: &[Finding]| {
            let same = all.iter().filter(|f| f.rule == finding.rule);
            same.count()
        };
        count(&found) < count(known) && found.len() < known.len()
    }

    /// All safe fixes, each proved as on the command line.
    fn fix_all(&self) -> Option<CodeAction> {
        let is_safe = |f: &Finding| {
            f.writable_fix()
                .is_some_and(|fix| fix.safety == Safety::Safe)
        };
        if !self.analysis.findings.iter().any(is_safe) || self.is_generated() {
            return None;
        }
        let fixed = self.analysis.fixed(self.opened.path)?;
        let text = self.text.as_str();
        let (span, replacement) = difference(text, &fixed)?;
        let edit = TextEdit::new(self.text.range(&span), replacement.to_owned());
        Some(CodeAction {
            title: "Fix all that can be fixed safely (certsd-lint)".to_owned(),
            kind: Some(CodeActionKind::Custom(FIX_ALL.into())),
            edit: Some(self.edit(vec![edit])),
            ..CodeAction::default()
        })
    }

    fn is_generated(&self) -> bool {
        match &self.analysis.subject {
            Some(Subject::Hosts(tree)) => tree.generator().is_some(),
            _ => false,
        }
    }

    fn edit(&self, edits: Vec<TextEdit>) -> WorkspaceEdit {
        match self.edits.of_versions {
            true => self.versioned(edits.into_iter().map(AnyEdit::TextEdit).collect()),
            false => WorkspaceEdit {
                changes: Some(HashMap::from([(self.uri.clone(), edits)])),
                ..WorkspaceEdit::default()
            },
        }
    }

    fn versioned(&self, edits: Vec<AnyEdit>) -> WorkspaceEdit {
        let document = OptionalVersionedTextDocumentIdentifier {
            version: Some(self.version),
            text_document_identifier: TextDocumentIdentifier::new(self.uri.clone()),
        };
        let edit = TextDocumentEdit::new(document, edits);
        WorkspaceEdit {
            document_changes: Some(vec![DocumentChange::TextDocumentEdit(edit)]),
            ..WorkspaceEdit::default()
        }
    }

    /// Inserts a line; the reason is to be filled in, where the client can.
    fn insertion(&self, at: usize, comment: &str, line_break: &str) -> WorkspaceEdit {
        let range = self.text.range(&(at..at));
        if self.edits.of_versions && self.edits.snippets {
            let comment = comment.replace('\\', "\\\\").replace('$', "\\$");
            let snippet = format!("{comment}${{1:{REASON}}}{line_break}");
            let edit = SnippetTextEdit::new(range, StringValue::new(snippet), None);
            return self.versioned(vec![AnyEdit::SnippetTextEdit(edit)]);
        }
        let line = format!("{comment}{REASON}{line_break}");
        self.edit(vec![TextEdit::new(range, line)])
    }
}

fn explain(finding: &Finding, diagnostic: Diagnostic) -> CodeAction {
    let rule = finding.rule.name;
    let title = format!("Explain {rule}");
    CodeAction {
        title: title.clone(),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic]),
        command: Some(Command {
            title,
            command: EXPLAIN.to_owned(),
            arguments: Some(vec![json!(rule)]),
            ..Command::default()
        }),
        ..CodeAction::default()
    }
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), rest.as_str())
}

/// The edit that turns one text into the other; `None` where they are the same.
fn difference<'a>(old: &str, new: &'a str) -> Option<(std::ops::Range<usize>, &'a str)> {
    if old == new {
        return None;
    }
    let same = |a: (char, char)| a.0 == a.1;
    let before: usize = old
        .chars()
        .zip(new.chars())
        .take_while(|pair| same(*pair))
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (old_rest, new_rest) = (&old[before..], &new[before..]);
    let behind: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(|pair| same(*pair))
        .map(|(c, _)| c.len_utf8())
        .sum();
    Some((
        before..old.len() - behind,
        &new_rest[..new_rest.len() - behind],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_replaced_and_no_more() {
        for (old, new, span, replacement) in [
            ("abc", "abxc", 2..2, "x"),
            ("aéc", "aec", 1..3, "e"),
            ("aaa", "aa", 2..3, ""),
            ("", "x", 0..0, "x"),
        ] {
            assert_eq!(
                difference(old, new),
                Some((span, replacement)),
                "{old} {new}"
            );
        }
        assert_eq!(difference("a", "a"), None);
    }

    #[test]
    fn kinds_stand_for_those_below_them() {
        let of = |kinds: &[CodeActionKind]| {
            let wanted = Wanted::of(Some(kinds));
            (wanted.quick_fixes, wanted.fix_all)
        };
        assert_eq!(of(&[]), (true, true));
        assert_eq!(of(&[CodeActionKind::QuickFix]), (true, false));
        assert_eq!(of(&[CodeActionKind::SourceFixAll]), (false, true));
        assert_eq!(of(&[CodeActionKind::Source]), (false, true));
        assert_eq!(of(&[CodeActionKind::Custom(FIX_ALL.into())]), (false, true));
        assert_eq!(of(&[CodeActionKind::Refactor]), (false, false));
    }
}
