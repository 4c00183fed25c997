//! A probe as JSON.

use serde_json::{Value, json};

use crate::cli::resolve::{Ended, NoPull};
use crate::containerd::Release;
use crate::containerd::failures::{Next, Question};
use crate::probe::{Mark, Probed, QuestionOutcome, Report, Verdict};

/// The whole document.
pub fn document(report: &Report) -> Value {
    let (end, unknown) = match &report.verdict {
        Verdict::NotKnown(why) => {
            let end = Ended {
                result: "unknown",
                served_by: Value::Null,
                error: None,
            };
            (end, why.clone())
        }
        Verdict::Played(play) => (Ended::of(&play.end), Vec::new()),
    };
    json!({
        "version": 1,
        "release": report.release,
        "image": report.image,
        "result": end.result,
        "served_by": end.served_by,
        "error": end.error,
        "unknown": unknown,
        "differing_digests": report.differing_digests,
        "system_roots": report.system_roots,
        "proxy_from": report.proxy_from,
        "endpoints": (0..report.endpoints.len()).map(|index| endpoint(report, index)).collect::<Vec<Value>>(),
    })
}

/// Why no endpoint is tried.
pub fn without_endpoints(release: Release, image: &str, why: &NoPull) -> Value {
    let fails = matches!(why, NoPull::Fails(_));
    let text = why.to_string();
    json!({
        "version": 1,
        "release": release,
        "image": image,
        "result": if fails { "fails" } else { "unknown" },
        "served_by": null,
        "error": fails.then_some(&text),
        "unknown": if fails { Vec::new() } else { vec![&text] },
        "endpoints": [],
    })
}

fn endpoint(report: &Report, index: usize) -> Value {
    let endpoint: &Probed = &report.endpoints[index];
    let steps: Vec<Value> = endpoint
        .steps
        .iter()
        .map(|step| {
            json!({
                "step": step.name,
                "result": match step.mark {
                    Mark::Good => "ok",
                    Mark::Odd => "note",
                    Mark::Bad => "failed",
                },
                "text": step.text,
            })
        })
        .collect();
    let certificates: Vec<Value> = endpoint
        .certificates
        .iter()
        .map(|certificate| {
            json!({
                "subject": certificate.subject,
                "issuer": certificate.issuer,
                "names": certificate.names,
                "days_left": certificate.days_left,
            })
        })
        .collect();
    json!({
        "url": endpoint.url,
        "host": endpoint.host,
        "steps": steps,
        "certificates": certificates,
        "digest": endpoint.digest,
        "resolve": outcome(&endpoint.resolve),
        "manifest": outcome(&endpoint.manifest),
        "layer": outcome(&endpoint.layer),
        "next": {
            "resolve": next(report, index, Question::Resolve),
            "manifest": next(report, index, Question::Manifest),
            "layer": next(report, index, Question::Layer),
        },
    })
}

/// `ok`, a status, a word of `resolve --when`, `unknown`, or null where it was not tried.
fn outcome(outcome: &QuestionOutcome) -> Value {
    match outcome {
        QuestionOutcome::Reply(reply) => json!(reply.to_string()),
        QuestionOutcome::NotKnown(_) => json!("unknown"),
        QuestionOutcome::NotTried => Value::Null,
    }
}

/// containerd's reaction; null where it sends no request, or where that is not known.
fn next(report: &Report, index: usize, question: Question) -> Value {
    json!(report.next(index, question).map(|next| match next {
        Next::Done => "done",
        Next::Continues => "next_endpoint",
        Next::Stops => "stops",
        Next::Waits => "waits",
        Next::Cancelled => "cancelled",
    }))
}
