//! Findings that are kept quiet, and what keeps them quiet.

use super::finding::Finding;

/// A finding that is kept quiet.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// What keeps it quiet.
    pub by: Suppressor,
}

/// What keeps a finding quiet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suppressor {
    /// A comment in the file.
    Comment {
        /// What is behind the rules, perhaps nothing.
        reason: String,
    },
    /// The baseline knows it.
    Baseline,
}
