//! Configuration inside other files: the same findings and fixes as on disk, at the right places, and nothing where there is none.

mod hostile;
mod properties;
mod repository;
mod silent;
mod wrap;

use certsd_lint::engine::lint_all;
use certsd_lint::facts::Carrier;
use certsd_lint::finding::{Finding, Run, Settings};

/// 2026-06-01T00:00:00Z.
const NOW: i64 = 1_780_272_000;

fn run() -> Run {
    Run {
        settings: Settings::default(),
        now: NOW,
    }
}

/// What is found in a file.
fn lint(path: &str, text: &str) -> Vec<Finding> {
    let carriers: Vec<Carrier> = Carrier::read(path, text).into_iter().collect();
    let report = lint_all(&[], &[], &carriers, &run());
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    report.findings.iter().collect()
}
