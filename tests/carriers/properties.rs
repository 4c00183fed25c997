//! A random hosts.toml, on disk and in every carrier.

use std::collections::BTreeSet;
use std::ops::Range;

use certsd_lint::disk::{FindOptions, PathKind, Tree, TreeOptions, find};
use certsd_lint::engine::lint;
use certsd_lint::facts::Carrier;
use certsd_lint::finding::{Finding, Safety, Severity};
use certsd_lint::fix::{Choice, HostsFiles, fix};
use proptest::prelude::*;

use super::wrap::{Wrapped, all};
use super::{lint as lint_carrier, run};

const LINES: [&str; 22] = [
    "server = \"https://docker.io\"",
    "server = \"https://registry-1.docker.io\"",
    "[host.\"https://mirror.internal\"]",
    "[host.\"http://10.0.0.1:5000\"]",
    "[host.\"https://mirror.internal/v2/hub\"]",
    "[host.\"mirror.internal:5000\"]",
    "[host.\"https://mirror.internal\".header]",
    "capabilities = [\"pull\", \"resolve\"]",
    "capabilities = [\"pul\", \"resolve\"]",
    "capabilities = [\"pull\", \"pull\", \"push\"]",
    "capabilites = [\"pull\"]",
    "overide_path = true",
    "override_path = true",
    "skip_verify = true",
    "skip_verify = True",
    "priority = 1.0",
    "dial_timeout = \"5x\"",
    "x-meta = [\"a\"]",
    "authorization = [\"Basic c2VjcmV0OnNlY3JldA==\"]",
    "# a comment with é and \"quotes\" and a \\ in it",
    "bad =",
    "",
];

fn hosts_file() -> impl Strategy<Value = String> {
    let line = (0..LINES.len(), 0..3_usize);
    prop::collection::vec(line, 1..9).prop_map(|lines| {
        // Its indentation is its own only where a line has none.
        let mut text = "# hosts\n".to_owned();
        for (line, indent) in lines {
            if !LINES[line].is_empty() {
                text.push_str(&"  ".repeat(indent));
            }
            text.push_str(LINES[line]);
            text.push('\n');
        }
        text.push_str("# end\n");
        text
    })
}

fn on_disk(folder: &std::path::Path, text: &str) -> Vec<Tree> {
    let directory = folder.join("certs.d/docker.io");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("hosts.toml"), text).unwrap();
    let options = FindOptions {
        kind: Some(PathKind::ConfigPath),
        tree: TreeOptions {
            deploy_path: Some("/etc/containerd/certs.d".to_owned()),
            sysroot: None,
        },
        ..FindOptions::default()
    };
    let (trees, errors) = find(&[folder.join("certs.d")], &options);
    assert!(errors.is_empty(), "{errors:?}");
    trees
}

/// What is said, and where.
type Said = (&'static str, String, Severity, (usize, usize));

fn said(finding: &Finding, place: Range<usize>) -> Said {
    // Messages about the file as a whole name it.
    (
        finding.rule.name,
        finding.label.clone(),
        finding.severity,
        (place.start, place.end),
    )
}

fn mapped(wrapped: &Wrapped, span: &Range<usize>) -> Range<usize> {
    let start = wrapped.map[span.start];
    if span.is_empty() {
        return start..start;
    }
    // The end of the last character: of an escape, of what is before it and not of what is cut off behind it.
    let last = wrapped.map[span.end - 1];
    let next = wrapped.map[span.end];
    let is_escape = next > last + 1 && wrapped.text.as_bytes()[last] == b'\\';
    let end = match is_escape {
        true => last + 2,
        false => last + 1,
    };
    start..end
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn findings_are_those_of_the_file_on_disk(text in hosts_file(), depth in 0..5_usize) {
        let folder = tempfile::tempdir().unwrap();
        let trees = on_disk(folder.path(), &text);
        let report = lint(&trees, &run());
        let expected: Vec<Finding> = report.findings.iter().filter(|f| f.location.span.is_some()).collect();
        for wrapped in all(&text, depth) {
            let found: BTreeSet<Said> = lint_carrier(wrapped.path, &wrapped.text)
                .iter()
                .filter(|finding| finding.rule.category != certsd_lint::finding::Category::Carriers)
                .map(|finding| said(finding, finding.location.span.clone().unwrap_or_default()))
                .collect();
            let expected: BTreeSet<Said> = expected
                .iter()
                .map(|finding| said(finding, mapped(&wrapped, &finding.location.span.clone().unwrap())))
                .collect();
            prop_assert_eq!(&found, &expected, "{}:\n{}", wrapped.path, wrapped.text);
        }
    }

    #[test]
    fn fixes_are_those_of_the_file_on_disk(text in hosts_file(), depth in 0..5_usize, with_unsafe: bool) {
        let folder = tempfile::tempdir().unwrap();
        let trees = on_disk(folder.path(), &text);
        let run = run();
        let choice = || Choice { with_unsafe, min_severity: Severity::Note };
        let keep = |_: &mut certsd_lint::finding::Report| {};
        let files = HostsFiles::new(&[], &trees, &[], &run, &keep);
        let fixing = fix(&files, lint(&trees, &run), choice());
        let expected = fixing.files.first().map_or(text.clone(), |file| String::from_utf8(file.text.clone()).unwrap());
        for wrapped in all(&text, depth).iter().filter(|wrapped| wrapped.is_exact) {
            let carriers = vec![Carrier::read(wrapped.path, &wrapped.text).unwrap()];
            let files = HostsFiles::new(&[], &[], &carriers, &run, &keep);
            let report = certsd_lint::engine::lint_all(&[], &[], &carriers, &run);
            let fixing = fix(&files, report, choice());
            let fixed = fixing.files.first().map_or(wrapped.text.clone(), |file| String::from_utf8(file.text.clone()).unwrap());
            let read = Carrier::read(wrapped.path, &fixed).unwrap();
            let (_, file) = read.carried.trees[0].file("docker.io/hosts.toml").unwrap();
            prop_assert_eq!(file.text.as_ref().unwrap().as_str(), &expected, "{}:\n{}\n{}", wrapped.path, wrapped.text, fixed);
        }
    }
}

#[test]
fn what_a_fix_would_break_is_not_offered() {
    // The text that is put in has quotes, which would end the word.
    let text = "#!/bin/sh\necho \"server = 'https://docker.io'\" > /etc/containerd/certs.d/docker.io/hosts.toml\n";
    for finding in lint_carrier("a.sh", text) {
        if let Some(fix) = &finding.fix {
            assert_eq!(fix.safety, Safety::Safe);
            assert!(
                fix.edits.iter().all(|edit| !edit.replacement.contains('"')),
                "{fix:?}"
            );
        }
    }
}
