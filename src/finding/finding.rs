//! A finding: what a rule has to say about one place.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::edit::Fix;
use super::meta::Meta;
use super::source::Source;
use crate::containerd::{Release, Releases};
use crate::toml::Span;
use crate::toml::view::within;

/// How much a finding matters.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Works, and could be better.
    Note,
    /// Does not do what it says, or gives something away.
    Warning,
    /// containerd does not use it, or pulls fail.
    Error,
}

impl Severity {
    /// The word for it: `error`, `warning`, `note`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// What follows for the node. The words are the project's, see the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// containerd dies.
    Crash,
    /// Every pull from the namespace fails.
    PullsFail,
    /// hosts.toml is dropped whole.
    FileIgnored,
    /// Requests to this one endpoint cannot succeed.
    RequestsFail,
    /// A key, table, file or directory that nothing reads.
    KeyIgnored,
    /// Used, but not as it was meant.
    Misread,
    /// Works, and gives away trust, a secret or privacy.
    Exposure,
    /// Works, and could be better.
    Advice,
}

impl Consequence {
    /// The word as it stands in JSON and in the documentation.
    pub fn word(self) -> &'static str {
        match self {
            Consequence::Crash => "crash",
            Consequence::PullsFail => "pulls-fail",
            Consequence::FileIgnored => "file-ignored",
            Consequence::RequestsFail => "requests-fail",
            Consequence::KeyIgnored => "key-ignored",
            Consequence::Misread => "misread",
            Consequence::Exposure => "exposure",
            Consequence::Advice => "advice",
        }
    }
}

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
    /// What is there.
    pub text: String,
}

/// What a rule has to say about one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Meta,
    /// How much it matters here.
    pub severity: Severity,
    /// What follows.
    pub consequence: Consequence,
    /// The fact, in one sentence without its end: `"pul" is no capability`.
    pub message: String,
    /// What to say at the place itself, in a few words.
    pub label: String,
    /// What containerd does with it, in a sentence or two.
    pub effect: String,
    /// What to write instead, with the user's own values.
    pub help: String,
    /// The targeted releases for which it holds, oldest first.
    pub releases: Releases,
    /// The directory it belongs to.
    pub namespace: Option<String>,
    /// The place.
    pub location: Location,
    /// Further places.
    pub related: Vec<Related>,
    /// How to mend it.
    pub fix: Option<Fix>,
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
        }
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

    /// What to say at the place itself.
    pub fn label(mut self, text: impl Into<String>) -> Finding {
        self.label = text.into();
        self
    }

    /// What containerd does with it.
    pub fn effect(mut self, text: impl Into<String>) -> Finding {
        self.effect = text.into();
        self
    }

    /// What to write instead.
    pub fn help(mut self, text: impl Into<String>) -> Finding {
        self.help = text.into();
        self
    }

    /// The releases for which it holds.
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
