//! A probe, drawn for a person.

use std::fmt::Write;

use crate::cli::drawing::style::{BAD, FAINT, GOOD, ODD, STRONG, paint, visible};
use crate::cli::drawing::{Sheet, rule, verdict};
use crate::cli::resolve::{NoPull, shown_error};
use crate::containerd::failures::{End, Next, Question, Reply};
use crate::probe::{Mark, Probed, QuestionOutcome, Report, Verdict};

/// At most so many names of a certificate are shown.
const MAX_NAMES: usize = 6;

/// Why no endpoint is tried.
pub fn without_endpoints(image: &str, why: &NoPull) -> String {
    let head = format!("{}\n\n", paint(STRONG, &visible(image)));
    head + &match why {
        NoPull::Fails(why) => verdict(BAD, "✗", None, &format!("the pull would fail: {why}")),
        why => verdict(
            ODD,
            "–",
            None,
            &format!("not known whether the pull would succeed: {why}"),
        ),
    }
}

/// The verdict first, then each endpoint with its steps. A release that was not given is called the assumed one.
pub fn draw(report: &Report, directory: Option<&str>, is_assumed: bool) -> String {
    let mut out = format!("{}\n", paint(STRONG, &visible(&report.image)));
    let roots = match &report.system_roots {
        Some(path) => format!("system CAs from {path}"),
        None => "no system CAs".to_owned(),
    };
    let line = format!(
        "containerd {}{} · {} · {roots} · proxy settings: {}",
        report.release,
        if is_assumed {
            " (assumed; name yours with --containerd)"
        } else {
            ""
        },
        directory.unwrap_or("no directory for this registry"),
        report.proxy_from
    );
    let _ = writeln!(out, "{}\n", paint(FAINT, &visible(&line)));
    out.push_str(&conclusion(report));
    if report.differing_digests {
        let text = "the endpoints have different digests for this tag";
        out.push_str(&verdict(ODD, "–", None, text));
    }
    for (index, endpoint) in report.endpoints.iter().enumerate() {
        let _ = write!(
            out,
            "\n{}",
            rule(&format!("{} {}", index + 1, visible(&endpoint.url)))
        );
        out.push_str(&one(report, index, endpoint));
    }
    out
}

fn conclusion(report: &Report) -> String {
    let host = |index: &usize| report.endpoints[*index].host.clone();
    match &report.verdict {
        Verdict::NotKnown(why) => {
            let mut out = verdict(ODD, "–", None, "not known whether the pull would succeed");
            let mut sheet = Sheet::default();
            for text in why {
                sheet.section("", ODD, text);
            }
            out.push_str(&sheet.out);
            out
        }
        Verdict::Played(play) => match &play.end {
            End::Pulled {
                resolved,
                manifest,
                layers,
            } if resolved == manifest && manifest == layers => verdict(
                GOOD,
                "✓",
                None,
                &format!("the pull would succeed, from {}", host(resolved)),
            ),
            End::Pulled {
                resolved,
                manifest,
                layers,
            } => {
                let text = format!(
                    "the pull would succeed: the tag from {}, manifests from {}, layers from {}",
                    host(resolved),
                    host(manifest),
                    host(layers)
                );
                verdict(GOOD, "✓", None, &text)
            }
            End::Fails(error) => {
                let text = format!("the pull would fail: {}", shown_error(error));
                verdict(BAD, "✗", None, &text)
            }
            End::Waits(index) => {
                let text = format!("the pull would wait for {}: no limit is known", host(index));
                verdict(BAD, "✗", None, &text)
            }
        },
    }
}

fn one(report: &Report, index: usize, endpoint: &Probed) -> String {
    let mut sheet = Sheet::default();
    for step in &endpoint.steps {
        let (style, sign) = match step.mark {
            Mark::Good => (GOOD, "✓"),
            Mark::Odd => (ODD, "–"),
            Mark::Bad => (BAD, "✗"),
        };
        sheet.section(step.name, style, &format!("{sign} {}", step.text));
    }
    for (index, certificate) in endpoint.certificates.iter().enumerate() {
        let label = if index == 0 { "chain" } else { "" };
        let days = match certificate.days_left {
            days if days < 0 => format!("expired {} days ago", -days),
            days => format!("{days} days left"),
        };
        let mut names = certificate.names.clone();
        let more = names.len().saturating_sub(MAX_NAMES);
        names.truncate(MAX_NAMES);
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let names = match names.is_empty() {
            true => String::new(),
            false => format!(" for {}", names.join(", ")),
        };
        let text = format!(
            "{}{names}, issued by {}, {days}",
            certificate.subject, certificate.issuer
        );
        sheet.section(label, FAINT, &text);
    }
    let questions = [
        ("the tag", &endpoint.resolve),
        ("manifests", &endpoint.manifest),
        ("layers", &endpoint.layer),
    ];
    let served: Vec<&str> = questions
        .iter()
        .filter(|(_, outcome)| **outcome == QuestionOutcome::Reply(Reply::Serves))
        .map(|(name, _)| *name)
        .collect();
    let is_untried = questions
        .iter()
        .all(|(_, outcome)| **outcome == QuestionOutcome::NotTried);
    let mut outcomes = questions.iter().map(|(_, outcome)| *outcome);
    let is_unknown = outcomes.any(|outcome| matches!(outcome, QuestionOutcome::NotKnown(_)));
    let (style, text) = match served.len() {
        _ if is_untried => (
            ODD,
            "nothing was requested: no endpoint resolves the tag".to_owned(),
        ),
        0 if is_unknown => (ODD, "not known".to_owned()),
        0 => (BAD, "serves nothing that was requested".to_owned()),
        3 => (GOOD, "serves the image".to_owned()),
        _ => (ODD, format!("serves {} only", served.join(" and "))),
    };
    sheet.section("result", style, &text);
    sheet.section("containerd", FAINT, &follows(report, index));
    sheet.out
}

/// containerd's reaction at this endpoint, question by question.
fn follows(report: &Report, index: usize) -> String {
    if matches!(report.verdict, Verdict::NotKnown(_)) {
        return "not known".to_owned();
    }
    let questions = [
        ("the tag", Question::Resolve),
        ("manifests", Question::Manifest),
        ("layers", Question::Layer),
    ];
    let parts = questions.iter().filter_map(|(name, question)| {
        let words = match report.next(index, *question)? {
            Next::Done => "found here",
            Next::Continues => "next endpoint",
            Next::Stops => "the pull ends here",
            Next::Waits => "the pull waits here",
            Next::Cancelled => "the pull is cancelled here",
        };
        Some(format!("{name}: {words}"))
    });
    let parts: Vec<String> = parts.collect();
    match parts.is_empty() {
        true => "not requested".to_owned(),
        false => parts.join(", "),
    }
}
