//! A finding: what a rule has to say about one place.

use std::cmp::Ordering;
use std::sync::Arc;

use super::edit::{Edit, Fix, Part, Promise, Safety};
use super::meta::Meta;
use super::severity::{Consequence, Severity};
use super::source::Source;
use crate::containerd::{Release, Releases};
use crate::toml::Span;
use crate::toml::view::within;

/// A place: a file or directory, and where in its text.
#[derive(Debug, Clone)]
pub struct Location {
    /// The path as the user named the tree, `/` between parts.
    pub path: String,
    /// The text of the file, when the place is in a text.
    pub source: Option<Arc<Source>>,
    /// Byte offsets in the text. `None`: the file or directory as a whole.
    pub span: Option<Span>,
}

impl Location {
    /// A file or directory as a whole.
    pub fn path(path: impl Into<String>) -> Location {
        Location {
            path: path.into(),
            source: None,
            span: None,
        }
    }

    /// A place in a text.
    pub fn span(source: &Arc<Source>, span: Span) -> Location {
        let span = within(&source.text, span);
        Location {
            path: source.path.clone(),
            source: Some(Arc::clone(source)),
            span: Some(span),
        }
    }
}

/// A further place that belongs to a finding, and what it has to do with it.
#[derive(Debug, Clone)]
pub struct Related {
    /// The place.
    pub location: Location,
    /// The text.
    pub text: String,
}

/// A rule's report about one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Meta,
    /// How much it matters here.
    pub severity: Severity,
    /// The consequence.
    pub consequence: Consequence,
    /// The fact, in one sentence without its end: ``unknown capability `pul` ``.
    pub message: String,
    /// The label, a few words.
    pub label: String,
    /// The effect on containerd, in a sentence or two.
    pub effect: String,
    /// The remedy, with the user's own values.
    pub help: String,
    /// The targeted releases to which it applies, oldest first.
    pub releases: Releases,
    /// The directory it belongs to.
    pub namespace: Option<String>,
    /// The place.
    pub location: Location,
    /// Further places.
    pub related: Vec<Related>,
    /// How to fix it.
    pub fix: Option<Fix>,
    /// The unknown fact that it depends on, as a question: "whether the node has the file". Empty where all is known.
    pub unknown_here: &'static str,
}

impl Finding {
    /// A finding of this rule at a place, with the rule's own severity and consequence.
    pub fn new(
        rule: &'static Meta,
        releases: &[Release],
        namespace: Option<&str>,
        location: Location,
        message: String,
    ) -> Finding {
        Finding {
            rule,
            severity: rule.severity,
            consequence: rule.consequence,
            message,
            label: String::new(),
            effect: String::new(),
            help: String::new(),
            releases: releases.into(),
            namespace: namespace.map(str::to_owned),
            location,
            related: Vec::new(),
            fix: None,
            unknown_here: "",
        }
    }

    /// Sets the unknown fact that it depends on.
    pub fn unknown_here(mut self, what: &'static str) -> Finding {
        self.unknown_here = what;
        self
    }

    /// Another severity than the rule's.
    pub fn severity(mut self, severity: Severity) -> Finding {
        self.severity = severity;
        self
    }

    /// Another consequence than the rule's.
    pub fn consequence(mut self, consequence: Consequence) -> Finding {
        self.consequence = consequence;
        self
    }

    /// Sets the label.
    pub fn label(mut self, text: impl Into<String>) -> Finding {
        self.label = text.into();
        self
    }

    /// Sets the effect.
    pub fn effect(mut self, text: impl Into<String>) -> Finding {
        self.effect = text.into();
        self
    }

    /// Sets the remedy.
    pub fn help(mut self, text: impl Into<String>) -> Finding {
        self.help = text.into();
        self
    }

    /// The releases to which it applies.
    pub fn releases(mut self, releases: impl Into<Releases>) -> Finding {
        self.releases = releases.into();
        self
    }

    /// A further place.
    pub fn related(mut self, location: Location, text: impl Into<String>) -> Finding {
        self.related.push(Related {
            location,
            text: text.into(),
        });
        self
    }

    /// A fix with one edit.
    pub fn fix(
        mut self,
        safety: Safety,
        description: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Finding {
        let edits = vec![Edit {
            span,
            replacement: replacement.into(),
        }];
        self.fix = Some(Fix::new(safety, description, edits));
        self
    }

    /// A fix with several edits.
    pub fn fix_edits(
        mut self,
        safety: Safety,
        description: impl Into<String>,
        edits: impl IntoIterator<Item = (Span, String)>,
    ) -> Finding {
        let edits: Vec<Edit> = edits
            .into_iter()
            .map(|(span, replacement)| Edit { span, replacement })
            .collect();
        self.fix = (!edits.is_empty()).then(|| Fix::new(safety, description, edits));
        self
    }

    /// The fix, when `--fix` can write it: of hosts.toml files, and of a node's config.toml. What is found in a file
    /// that a config.toml imports shows its fix in the formats that carry edits.
    pub fn writable_fix(&self) -> Option<&Fix> {
        self.fix.as_ref().filter(|fix| !fix.is_for_import)
    }

    /// The fix, where it can be shown: not where its edits repeat a secret of the file.
    pub fn shown_fix(&self) -> Option<&Fix> {
        let fix = self.fix.as_ref()?;
        let source = self.location.source.as_ref()?;
        let shown = |edit: &Edit| !source.secrets().are_in(&edit.replacement);
        fix.edits.iter().all(shown).then_some(fix)
    }

    /// The changes that the fix may cause, if they differ from the consequence.
    pub fn promise(mut self, promise: Promise) -> Finding {
        if let Some(fix) = &mut self.fix {
            fix.promise = Some(promise);
        }
        self
    }

    /// The changes that the fix may cause.
    pub fn promised(&self) -> Promise {
        let said = self.fix.as_ref().and_then(|fix| fix.promise);
        said.unwrap_or(match self.consequence {
            Consequence::Crash
            | Consequence::DaemonFails
            | Consequence::CriFails
            | Consequence::FileIgnored
            | Consequence::KeyIgnored => Promise::Reads,
            // Of all that makes pulls fail, certificates alone are named in the text.
            Consequence::PullsFail => Promise::Mends(Part::Client),
            Consequence::RequestsFail => Promise::Mends(Part::Url),
            Consequence::Misread | Consequence::Exposure | Consequence::Advice => Promise::Nothing,
        })
    }

    /// The order of a report: by path, place, rule, message.
    pub fn cmp_place(&self, other: &Finding) -> Ordering {
        let key = |f: &Finding| {
            let span = f.location.span.clone().unwrap_or(0..0);
            (
                f.location.path.clone(),
                span.start,
                span.end,
                f.rule.name,
                f.message.clone(),
            )
        };
        key(self).cmp(&key(other))
    }
}
