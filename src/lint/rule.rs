//! What a rule is: a value. Its doc comment is its documentation.

use super::context::NamespaceContext;
use super::finding::{Consequence, Finding, Severity};
use super::node::NodeContext;
use super::tree_context::TreeContext;

/// The part of the catalogue that a rule belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Does containerd read this file?
    Documents,
    /// Which endpoints come out?
    Hosts,
    /// Where do requests go?
    Urls,
    /// Who may resolve, who gets the pushes?
    Trust,
    /// Certificates and keys.
    Certificates,
    /// Headers.
    Headers,
    /// Directories and file names.
    Tree,
    /// The daemon's own config.toml: does the node read the tree at all?
    Node,
    /// Comments that silence findings.
    Suppressions,
}

impl Category {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Category; 9] = [
        Category::Documents,
        Category::Hosts,
        Category::Urls,
        Category::Trust,
        Category::Certificates,
        Category::Headers,
        Category::Tree,
        Category::Node,
        Category::Suppressions,
    ];

    /// The word for it, also taken by `--select` and `--ignore`.
    pub fn word(self) -> &'static str {
        match self {
            Category::Documents => "documents",
            Category::Hosts => "hosts",
            Category::Urls => "urls",
            Category::Trust => "trust",
            Category::Certificates => "certificates",
            Category::Headers => "headers",
            Category::Tree => "tree",
            Category::Node => "node",
            Category::Suppressions => "suppressions",
        }
    }
}

/// The best fix that a rule's findings can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// None: the remedy needs a person.
    None,
    /// Some findings carry a fix that keeps or restores the meaning.
    Safe,
    /// Some findings carry a fix that changes what containerd does.
    Unsafe,
}

impl FixKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            FixKind::None => "none",
            FixKind::Safe => "safe",
            FixKind::Unsafe => "unsafe",
        }
    }
}

/// How a rule looks.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// At one directory of a config path, its hosts.toml and its certificate files. The names of the other directories
    /// are known there too ([`NamespaceContext::whole`]); what is in them is not.
    Namespace(fn(&NamespaceContext, &mut Vec<Finding>)),
    /// At a config path as a whole: at the names in it.
    Tree(fn(&TreeContext, &mut Vec<Finding>)),
    /// At a config.toml, with what it imports.
    Node(fn(&NodeContext, &mut Vec<Finding>)),
    /// At one directory after the other, and then at what it found in all of them, in the order of the directories: to say
    /// once what was found several times, and what belongs to none of them.
    Both(
        fn(&NamespaceContext, &mut Vec<Finding>),
        fn(&TreeContext, &mut Vec<Finding>),
    ),
    /// Not by itself: the engine finds it while it applies suppressions.
    Engine,
}

/// A rule of the catalogue.
#[derive(Debug)]
pub struct Rule {
    /// Its name, kebab-case: what is at fault.
    pub name: &'static str,
    /// Its part of the catalogue.
    pub category: Category,
    /// The usual severity; a finding may say another.
    pub severity: Severity,
    /// The usual consequence; likewise.
    pub consequence: Consequence,
    /// The releases that it can speak of: `all`, `2.0 and later`.
    pub releases: &'static str,
    /// The best fix that its findings can carry.
    pub fix: FixKind,
    /// For rules about security: GitHub's `security-severity`, from `0.1` to `10.0`.
    pub security_severity: Option<&'static str>,
    /// Whether it runs unless it is asked for.
    pub on: bool,
    /// The doc comment: a summary line, then the fixed headings.
    pub docs: &'static str,
    /// How it looks.
    pub check: Check,
}

impl Rule {
    /// The first line of the documentation, without its full stop.
    pub fn summary(&self) -> &'static str {
        self.docs
            .trim_start()
            .lines()
            .next()
            .unwrap_or_default()
            .trim()
            .trim_end_matches('.')
    }
}

impl Rule {
    /// The documentation as Markdown, without the blank that each line of a doc comment begins with.
    pub fn markdown(&self) -> String {
        let mut text = String::with_capacity(self.docs.len());
        for line in self.docs.trim_end().lines() {
            text.push_str(line.strip_prefix(' ').unwrap_or(line));
            text.push('\n');
        }
        text
    }

    /// What stands under a heading of the documentation: `What it does`.
    pub fn section(&self, heading: &str) -> Option<String> {
        let markdown = self.markdown();
        let mut lines = markdown
            .lines()
            .skip_while(|line| line.strip_prefix("## ") != Some(heading));
        lines.next()?;
        let text: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
        Some(text.join("\n").trim().to_owned())
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.name == other.name
    }
}

impl Eq for Rule {}

/// Defines a rule as a static named `RULE`; its doc comment becomes [`Rule::docs`].
#[macro_export]
macro_rules! rule {
    (
        $(#[doc = $doc:literal])*
        name: $name:literal,
        category: $category:ident,
        severity: $severity:ident,
        consequence: $consequence:ident,
        releases: $releases:literal,
        fix: $fix:ident,
        $(security_severity: $security:literal,)?
        $(on: $on:literal,)?
        check: $check:expr $(,)?
    ) => {
        $(#[doc = $doc])*
        pub(super) static RULE: $crate::lint::Rule = $crate::lint::Rule {
            name: $name,
            category: $crate::lint::Category::$category,
            severity: $crate::lint::Severity::$severity,
            consequence: $crate::lint::Consequence::$consequence,
            releases: $releases,
            fix: $crate::lint::FixKind::$fix,
            security_severity: $crate::rule!(@optional $($security)?),
            on: $crate::rule!(@on $($on)?),
            docs: concat!($($doc, "\n"),*),
            check: $check,
        };
    };
    (@optional) => { None };
    (@optional $value:literal) => { Some($value) };
    (@on) => { true };
    (@on $value:literal) => { $value };
}
