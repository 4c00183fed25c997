//! The findings at one place, before they are added to a report.

use crate::finding::{Failure, Finding, Report, Suppressed};

/// The findings at one place, before they are added to a report.
#[derive(Debug, Default)]
pub(super) struct Here {
    /// The findings that the settings admit.
    pub findings: Vec<Finding>,
    /// The findings that comments silence.
    pub suppressed: Vec<Suppressed>,
    /// The failures.
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
