//! Findings that are kept quiet, and what keeps them quiet.

use super::finding::Finding;

/// A finding that is kept quiet.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The reason for suppressing it.
    pub by: Suppressor,
}

/// The reason for suppressing a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suppressor {
    /// A comment in the file.
    Comment {
        /// The text after the rules, possibly empty.
        reason: String,
    },
    /// The baseline knows it.
    Baseline,
}
