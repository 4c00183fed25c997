//! Every format, written and read back.

mod any;
mod human;
mod json;
mod sample;
mod sarif;
mod services;
mod stream;
mod tree;

use certsd_lint::finding::Report;
use certsd_lint::report::{self, Format, Options};

/// What a format makes of a report.
pub fn written(format: Format, report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    report::write(format, report, options, &mut out).expect("writing to memory");
    String::from_utf8(out).expect("UTF-8")
}
