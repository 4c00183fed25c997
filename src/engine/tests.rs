//! Tests that a run skips and counts work beyond its budget.

use std::fs;

use super::lint;
use crate::disk::{Tree, TreeOptions};
use crate::finding::{Failure, Report, Run, Settings};

const HOSTS: &str =
    "[host.\"https://mirror.internal\"]\ncapabilities = [\"pul\"]\nca = \"a.crt\"\n";

fn lint_with(work: u64, namespaces: usize) -> Report {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..namespaces {
        let directory = folder.path().join(format!("registry-{number:03}.internal"));
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("hosts.toml"), HOSTS).unwrap();
        fs::write(directory.join("a.crt"), format!("{number}\n")).unwrap();
    }
    let tree = Tree::open(folder.path(), "certs.d", &TreeOptions::default());
    let settings = Settings {
        work,
        ..Settings::default()
    };
    lint(&[tree], &Run { settings, now: 0 })
}

#[test]
fn what_is_beyond_the_budget_is_left_out_and_counted() {
    let whole = lint_with(Settings::default().work, 20);
    assert_eq!(whole.failures, []);
    assert_eq!(whole.summary.namespaces, 20);
    let of_one = lint_with(Settings::default().work, 1);
    let part = lint_with(10_000, 20);
    let looked_at = part.summary.namespaces;
    assert!((1..20).contains(&looked_at), "{looked_at}");
    // The checked part has the same findings as ever.
    assert!(part.findings.len() <= looked_at * of_one.findings.len());
    let [
        Failure::LeftOut {
            path, namespaces, ..
        },
    ] = &part.failures[..]
    else {
        panic!("{:?}", part.failures);
    };
    assert_eq!((path.as_str(), *namespaces), ("certs.d", 20 - looked_at));
    assert!(part.failures[0].to_string().contains("were not checked"));
}

#[test]
fn a_run_may_have_no_work_at_all() {
    let none = lint_with(0, 3);
    assert_eq!((none.summary.namespaces, none.failures.len()), (0, 1));
    assert!(none.findings.is_empty());
}
