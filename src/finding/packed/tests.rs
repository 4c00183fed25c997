//! Packed findings are unpacked unchanged.

use std::sync::Arc;

use super::*;
use crate::containerd::Release;
use crate::finding::{Consequence, Edit, Fix, Location, Promise, Related, Safety, Source};
use crate::rules::RULES;

fn finding(source: &Arc<Source>, start: usize, rule: usize) -> Finding {
    let location = Location::span(source, start..start + 1);
    let releases: Vec<Release> = Release::newest().skip(rule % 3).collect();
    let message = format!("message {rule}");
    Finding::new(
        &RULES[rule].meta,
        &releases,
        Some("docker.io"),
        location,
        message,
    )
    .effect("the effect: é")
    .consequence(Consequence::Crash)
}

fn all() -> Vec<Finding> {
    let sources = ["b", "a", "c"].map(|name| {
        let path = format!("certs.d/{name}/hosts.toml");
        Arc::new(Source::new(path, b"server = \"\xff\" # a text\n"))
    });
    let mut all = Vec::new();
    for source in &sources {
        for rule in [3, 1, 2] {
            all.push(finding(source, 10 - rule, rule));
        }
    }
    all[1].related.push(Related {
        location: Location::span(&sources[2], 1..3),
        text: "elsewhere".to_owned(),
    });
    all[1].related.push(Related {
        location: Location::path("a directory"),
        text: String::new(),
    });
    all[2].fix = Some(Fix {
        safety: Safety::Unsafe,
        description: "write it".to_owned(),
        edits: vec![
            Edit {
                span: 0..0,
                replacement: "x".to_owned(),
            },
            Edit {
                span: 2..5,
                replacement: String::new(),
            },
        ],
        promise: Some(Promise::Reads),
        is_for_import: true,
    });
    all[4].namespace = None;
    all[5].location = Location::path("certs.d");
    all
}

/// Everything of a finding but the identity of its texts.
fn shown(finding: &Finding) -> String {
    let location = |l: &Location| {
        let source = l.source.as_ref();
        let source = source.map(|s| (s.path.clone(), s.text.clone(), s.invalid_utf8));
        format!("{} {:?} {source:?}", l.path, l.span)
    };
    let related = finding.related.iter();
    let related: Vec<String> = related.map(|r| location(&r.location) + &r.text).collect();
    format!(
        "{} {:?} {:?} {:?} {:?} {:?} {related:?} {:?} {}",
        finding.rule.name,
        finding.severity,
        finding.consequence,
        [
            &finding.message,
            &finding.label,
            &finding.effect,
            &finding.help
        ],
        finding.releases,
        finding.namespace,
        finding.fix,
        location(&finding.location),
    )
}

#[test]
fn what_is_packed_comes_out_as_it_was() {
    let all = all();
    let packed: Packed<Finding> = all.clone().into();
    assert_eq!(packed.len(), all.len());
    assert!(packed.iter().map(|f| shown(&f)).eq(all.iter().map(shown)));
    assert!(packed.severities().eq(all.iter().map(|f| f.severity)));
    assert_eq!(packed.get(4).map(|f| shown(&f)), Some(shown(&all[4])));
    assert!(packed.get(all.len()).is_none());
}

#[test]
fn findings_of_one_file_share_its_text_when_they_come_out() {
    let packed: Packed<Finding> = all().into();
    let out: Vec<Finding> = packed.iter().collect();
    let source = |index: usize| out[index].location.source.clone().unwrap();
    assert!(Arc::ptr_eq(&source(0), &source(2)));
    assert!(!Arc::ptr_eq(&source(0), &source(3)));
}

#[test]
fn what_keeps_a_finding_quiet_is_packed_with_it() {
    let reason = "ours".to_owned();
    let by = [Suppressor::Comment { reason }, Suppressor::Baseline];
    let quiet = all().into_iter().zip(by.iter().cloned());
    let packed: Packed<Suppressed> = quiet
        .map(|(finding, by)| Suppressed { finding, by })
        .collect();
    assert!(packed.iter().map(|s| s.by).eq(by));
}

#[test]
fn the_order_is_that_of_a_report() {
    let mut sorted = all();
    sorted.sort_by(Finding::cmp_place);
    let mut packed = Packed::default();
    // In several blocks.
    for finding in all() {
        packed.append(Packed::from(vec![finding]));
    }
    packed.sort();
    assert!(
        packed
            .iter()
            .map(|f| shown(&f))
            .eq(sorted.iter().map(shown))
    );
    let removed = packed.remove(1);
    assert_eq!(shown(&removed), shown(&sorted.remove(1)));
    packed.retain(|finding| *finding.rule == RULES[1].meta);
    sorted.retain(|finding| *finding.rule == RULES[1].meta);
    assert!(
        packed
            .iter()
            .map(|f| shown(&f))
            .eq(sorted.iter().map(shown))
    );
    assert_eq!(packed.cmp(0, &packed, 1), sorted[0].cmp_place(&sorted[1]));
}

#[test]
fn a_finding_takes_no_more_than_its_texts_and_a_little() {
    let source = Arc::new(Source::new("certs.d/docker.io/hosts.toml", b"# a text\n"));
    let packed: Packed<Finding> = (0..10_000).map(|n| finding(&source, n % 9, 1)).collect();
    let texts = "message 1the effect: é".len();
    let bytes: usize = packed.blocks.iter().map(Block::size).sum();
    assert!(bytes < 10_000 * (texts + 20), "{bytes}");
    assert!(
        packed
            .blocks
            .iter()
            .all(|block| block.size() <= BLOCK + 100)
    );
}
