//! What was found at one place, before it is added to a report.

use crate::finding::{Failure, Finding, Report, Suppressed};

/// What was found at one place, before it is added to a report.
#[derive(Debug, Default)]
pub(super) struct Here {
    /// What the settings let through.
    pub findings: Vec<Finding>,
    /// What comments silence.
    pub suppressed: Vec<Suppressed>,
    /// What could not be done.
    pub failures: Vec<Failure>,
}

impl Here {
    /// Adds it to a report.
    pub(super) fn add_to(self, report: &mut Report) {
        report.findings.extend(self.findings);
        report.suppressed.extend(self.suppressed);
        report.failures.extend(self.failures);
    }
}
