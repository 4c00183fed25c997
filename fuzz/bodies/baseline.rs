//! Bytes are a baseline.

use std::path::Path;

use certsd_lint::engine::Baseline;
use certsd_lint::finding::{Paths, Settings};
use certsd_lint::report;

use super::printable::assert_printable;
use super::{Body, Seeds, lint};

pub const BODY: Body = Body {
    name: "baseline",
    run,
    seeds,
};

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Baseline::parse(&text) {
        Ok(baseline) => {
            let written = baseline.to_json();
            let again = Baseline::parse(&written);
            assert_eq!(again.ok().as_ref(), Some(&baseline), "{written}");
            let mut report = lint::lint(&lint::overlaid(b"[host.\"https://a\"]\nx = 1\n"));
            report.apply_baseline(&baseline, &Paths::new(Path::new("/")), &Settings::default());
            assert_printable("what is gone", &report::vanished(&report));
        }
        Err(error) => assert_printable("the error", &error.to_string()),
    }
}

fn seeds(_: &Seeds) -> Vec<Vec<u8>> {
    let report = lint::lint(&lint::overlaid(b"[host.\"https://a\"]\nx = 1\n"));
    let baseline = Baseline::of(&report, &Paths::new(Path::new("/")));
    vec![
        baseline.to_json().into_bytes(),
        Baseline::default().to_json().into_bytes(),
        br#"{"version": 1, "findings": [{"path": "no-such-folder/certs.d/a\u001b", "rule": "unknown-key", "fingerprint": "x"}]}"#.to_vec(),
    ]
}
