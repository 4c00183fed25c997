//! Image references and the requests they cause.

use certsd_lint::containerd::{Release, Request, Verdict, load, reference, requests};

use super::memory::{Memory, ROOT};
use super::vectors::{Case, Expected, assert_none, read};

#[test]
fn every_request_is_containerds() {
    let (mut contradictions, mut outcomes) = (Vec::new(), 0);
    for case in read("plan") {
        let files = Memory::new(&case);
        for expected in &case.expect {
            for release in expected.releases() {
                outcomes += 1;
                if let Err(why) = compare(&case, &files, release, expected) {
                    contradictions.push(format!("{} [{release}] {why}", case.id));
                }
            }
        }
    }
    assert_none(&contradictions, outcomes);
}

fn compare(
    case: &Case,
    files: &Memory,
    release: Release,
    expected: &Expected,
) -> Result<(), String> {
    let reference = match (reference::parse(release, &case.image), expected.invalid) {
        (Err(_), true) => return Ok(()),
        (Ok(reference), false) => reference,
        (parsed, _) => return Err(format!("{:?}: {parsed:?}", case.image)),
    };
    let outcome = load(release, files, ROOT, &reference.host);
    if (outcome.verdict == Verdict::Crash) != expected.panic {
        return Err(format!("{:?}", outcome.verdict));
    }
    if expected.panic {
        return Ok(());
    }
    if Some(reference.to_string()) != expected.reference {
        return Err(format!("{reference}, not {:?}", expected.reference));
    }
    let made = requests(release, &reference, outcome.endpoints());
    let text = |requests: &[Request]| -> Vec<String> {
        // Where a header holds a line break, the recording kept the headers behind the URL.
        requests
            .iter()
            .map(|r| format!("{} {}", r.method, r.url))
            .collect()
    };
    let pairs = [
        ("resolve", text(&made.resolve), &expected.resolve),
        ("fetch", text(&made.fetch), &expected.fetch),
        ("push", text(&made.push), &expected.push),
    ];
    for (name, ours, theirs) in pairs {
        let theirs: Vec<String> = theirs.iter().map(|line| without_headers(line)).collect();
        if ours != theirs {
            return Err(format!("{name}: {ours:?}\n  not {theirs:?}"));
        }
    }
    Ok(())
}

fn without_headers(line: &str) -> String {
    line.split(" {").next().unwrap_or(line).to_owned()
}
