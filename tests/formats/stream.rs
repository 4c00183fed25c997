//! A report of any length is written while it is made.

use std::io::{self, Write};

use certsd_lint::report::{self, Format, Options};
use clap::ValueEnum;

use crate::sample;

/// Takes everything, and knows the longest piece.
#[derive(Default)]
struct Pieces {
    longest: usize,
    total: usize,
}

impl Write for Pieces {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.longest = self.longest.max(piece.len());
        self.total += piece.len();
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_format_is_made_as_a_whole() {
    let source = sample::source("docker.io/hosts.toml", sample::AWKWARD);
    let finding = |number: usize| {
        let mut finding = sample::finding_at(&source, "\"pul\"", 0);
        // What repeats would be shown once.
        finding.message = format!("`pul` is no capability, {number}");
        finding
    };
    let report = sample::report((0..3_000).map(finding).collect());
    let options = Options::default();
    // These are short, however many findings there are.
    let is_short = |format: &Format| matches!(format, Format::Openmetrics | Format::Line);
    for &format in Format::value_variants() {
        if is_short(&format) {
            continue;
        }
        let mut pieces = Pieces::default();
        report::write(format, &report, &options, &mut pieces).unwrap();
        assert!(pieces.total > 100_000, "{format:?}: {}", pieces.total);
        assert!(
            pieces.longest * 10 < pieces.total,
            "{format:?}: {}",
            pieces.longest
        );
    }
}
