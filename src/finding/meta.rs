//! The metadata of a rule: its name, category, severity, consequence, documentation.

use super::severity::{Consequence, Severity};

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
    /// Texts inside other files: scripts, YAML, Terraform.
    Carriers,
    /// Comments that silence findings.
    Suppressions,
}

impl Category {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Category; 10] = [
        Category::Documents,
        Category::Hosts,
        Category::Urls,
        Category::Trust,
        Category::Certificates,
        Category::Headers,
        Category::Tree,
        Category::Node,
        Category::Carriers,
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
            Category::Carriers => "carriers",
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

/// The metadata of a rule: its name, default values, and documentation.
#[derive(Debug)]
pub struct Meta {
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
    /// Whether it runs by default.
    pub on: bool,
    /// The doc comment: a summary line, then the fixed headings.
    pub docs: &'static str,
}

impl Meta {
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

    /// The documentation as Markdown, without the space at the beginning of each line of a doc comment.
    pub fn markdown(&self) -> String {
        let mut text = String::with_capacity(self.docs.len());
        for line in self.docs.trim_end().lines() {
            text.push_str(line.strip_prefix(' ').unwrap_or(line));
            text.push('\n');
        }
        text
    }

    /// Returns the text under a heading of the documentation, such as `What it does`.
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

impl PartialEq for Meta {
    fn eq(&self, other: &Meta) -> bool {
        self.name == other.name
    }
}

impl Eq for Meta {}
