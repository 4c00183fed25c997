//! Bytes are a carrier of any kind.

use certsd_lint::engine::lint_all;
use certsd_lint::facts::Carrier;
use certsd_lint::finding::{Run, Settings};

use super::{Body, Seeds};

pub const BODY: Body = Body {
    name: "carriers",
    run,
    seeds,
};

const NAMES: [&str; 7] = [
    "a.sh",
    "a.yaml",
    "a.yaml.j2",
    "a.tf",
    "a.sh.tftpl",
    "Dockerfile",
    "hosts.toml.j2",
];

/// Everything that is found is inside the file, on whole characters; so is what a fix replaces.
fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let run = Run {
        settings: Settings::default(),
        now: 1_780_272_000,
    };
    for name in NAMES {
        let carriers: Vec<Carrier> = Carrier::read(name, text).into_iter().collect();
        let report = lint_all(&[], &[], &carriers, &run);
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        for finding in report.findings.iter() {
            let related = finding.related.iter().map(|related| &related.location);
            for location in std::iter::once(&finding.location).chain(related) {
                let span = location.span.clone().unwrap_or_default();
                assert!(text.get(span).is_some(), "{name}: {location:?}");
            }
            for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
                assert!(text.get(edit.span.clone()).is_some(), "{name}: {edit:?}");
            }
        }
    }
}

fn seeds(seeds: &Seeds) -> Vec<Vec<u8>> {
    ["sh", "yaml", "yml", "j2", "Dockerfile"]
        .iter()
        .flat_map(|ending| seeds.files("fixtures/rules", ending))
        .collect()
}
