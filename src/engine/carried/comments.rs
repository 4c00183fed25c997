//! Comments of a carrier that silence what is found in it.

use std::ops::Range;

use crate::carriers::carried::CarriedTree;
use crate::engine::admit::admitted;
use crate::engine::here::Here;
use crate::engine::suppress::{self, Linted};
use crate::facts::{CarrierContext, Rule};
use crate::finding::{Finding, Run, Source};
use crate::toml::Span;
use crate::toml::view::{Comment, Document};

/// Lets the comments of a carrier silence findings, those outside the texts in it: these have their own.
pub(in crate::engine) fn apply(context: &CarrierContext<'_>, here: &mut Here) {
    let text = &context.carrier.source.text;
    let comments = comments(context);
    if comments.is_empty() {
        return;
    }
    let carried = &context.carrier.carried;
    let files = carried.trees.iter().flat_map(CarriedTree::all_files);
    let mut texts: Vec<(usize, Range<usize>)> =
        files.map(|f| (f.named.start, f.place.clone())).collect();
    texts.extend(
        carried
            .configs
            .iter()
            .map(|c| (c.place.start, c.place.clone())),
    );
    let covered = |comment: &Comment| covered(text, comment, &texts);
    let is_at_head = |comment: &Comment| is_at_head(text, comment);
    let found = suppress::apply_comments(context, comments, covered, is_at_head, here);
    let admitted = found
        .into_iter()
        .filter_map(|finding| admitted(finding, context.run, None));
    here.findings.extend(admitted);
}

impl Linted for CarrierContext<'_> {
    fn run(&self) -> &Run {
        self.run
    }

    fn source(&self) -> Option<&Source> {
        Some(&self.carrier.source)
    }

    fn document(&self) -> Option<&Document> {
        None
    }

    fn finding(&self, rule: &'static Rule, span: Span, message: String) -> Finding {
        CarrierContext::finding(self, rule, &span, message)
    }
}

/// The comments that begin with a `#` after a space, outside the texts of files.
fn comments(context: &CarrierContext<'_>) -> Vec<Comment> {
    let text = &context.carrier.source.text;
    if !text.contains("certsd-lint") {
        return Vec::new();
    }
    let trees = context.carrier.carried.trees.iter();
    let inner: Vec<Range<usize>> = trees
        .flat_map(CarriedTree::texts)
        .map(|inner| inner.in_carrier(&(0..inner.as_str().len())))
        .collect();
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(name) = line.find("certsd-lint") else {
            continue;
        };
        let Some(hash) = line[..name].find('#') else {
            continue;
        };
        let span = start + hash..start + line.trim_end().len();
        let is_inner = inner.iter().any(|inner| inner.contains(&span.start));
        let before = &line[..hash];
        if !is_inner && (before.is_empty() || before.ends_with([' ', '\t'])) {
            let alone = before.trim().is_empty();
            found.push(Comment { span, alone });
        }
    }
    found
}

/// The scope of a comment: the next line with content, or its own, and the texts that begin there.
fn covered(text: &str, comment: &Comment, texts: &[(usize, Range<usize>)]) -> Option<Range<usize>> {
    let start = text[..comment.span.start]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let line = match comment.alone {
        false => start..line_end(text, comment.span.end),
        true => {
            let mut next = line_end(text, comment.span.end);
            loop {
                let end = line_end(text, next);
                if next >= text.len() {
                    return None;
                }
                let line = text[next..end].trim();
                if !line.is_empty() && !line.starts_with('#') {
                    break next..end;
                }
                next = end;
            }
        }
    };
    let following = line_end(text, line.end);
    let mut end = line.end;
    for (named, place) in texts {
        let begins = line.contains(named) || line.start <= place.start && place.start < following;
        if begins {
            end = end.max(place.end);
        }
    }
    Some(line.start..end)
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..]
        .find('\n')
        .map_or(text.len(), |at| from + at + 1)
}

/// Whether nothing but comments is before a comment.
fn is_at_head(text: &str, comment: &Comment) -> bool {
    let mut before = text[..comment.span.start].lines().map(str::trim);
    before.all(|line| line.is_empty() || line.starts_with('#') || line == "---")
}
