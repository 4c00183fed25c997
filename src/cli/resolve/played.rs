//! A played pull: the requests that follow, how it ends, and how long it takes.

use std::fmt::Write;

use serde_json::{Value, json};

use super::after::seconds;
use super::answer::{Answer, Resolution};
use super::found::FoundDirectory;
use super::secrets::without_password;
use super::when::{When, played};
use crate::cli::drawing::style::{BAD, FAINT, GOOD, ODD, STRONG, paint, visible};
use crate::cli::drawing::{INDENT, Sheet, as_difference, rule, title, verdict};
use crate::containerd::failures::{Asked, End, Next, Play, Question};
use crate::containerd::{Endpoint, Reference, Release};

/// The drawing: first how the pull ends, then its requests, newest release first.
pub fn draw(resolution: &Resolution, whens: &[When], show_secrets: bool) -> String {
    let mut ends: Vec<(Vec<Release>, (bool, String))> = Vec::new();
    let mut bodies: Vec<(Vec<Release>, String)> = Vec::new();
    for (release, answer) in resolution.answers.iter().rev() {
        let Some((found, reference)) = asked(answer) else {
            continue;
        };
        let Some(play) = played(*release, found, reference, whens) else {
            continue;
        };
        let endpoints = found.outcome.endpoints();
        let (is_good, text) = end(&play, endpoints);
        let text = without_password(&text, show_secrets).into_owned();
        add(&mut ends, *release, (is_good, text));
        add(&mut bodies, *release, body(&play, show_secrets));
    }
    let query = visible(resolution.query.text());
    let texts: Vec<String> = whens.iter().map(When::text).collect();
    let line = format!(
        "when {}; every other endpoint serves it",
        visible(&texts.join(" "))
    );
    let mut out = format!("{}\n{}\n", paint(STRONG, &query), paint(FAINT, &line));
    if ends.is_empty() {
        let text = format!("no endpoint is tried; see `certsd-lint resolve {query}`");
        let _ = write!(out, "\n{}", verdict(ODD, "–", None, &text));
        return out;
    }
    out.push('\n');
    let are_many = ends.len() > 1;
    for (releases, (is_good, text)) in &ends {
        let (style, sign) = if *is_good {
            (GOOD, "✓")
        } else {
            (BAD, "✗")
        };
        let releases = are_many.then_some(releases.as_slice());
        out.push_str(&verdict(style, sign, releases, text));
    }
    for (index, (releases, body)) in bodies.iter().enumerate() {
        let earlier = bodies[..index]
            .iter()
            .map(|(releases, body)| (title(releases), body.as_str()));
        let shown = as_difference(body, earlier).unwrap_or_else(|| body.clone());
        let _ = write!(out, "\n{}{shown}", rule(&title(releases)));
    }
    out
}

fn add<T: PartialEq>(groups: &mut Vec<(Vec<Release>, T)>, release: Release, value: T) {
    match groups.iter_mut().find(|(_, known)| *known == value) {
        Some((releases, _)) => releases.push(release),
        None => groups.push((vec![release], value)),
    }
}

fn asked(answer: &Answer) -> Option<(&FoundDirectory, &Reference)> {
    match answer {
        Answer::Found {
            reference: Some(reference),
            by_default,
            ..
        } => Some((by_default, reference)),
        _ => None,
    }
}

fn end(play: &Play, endpoints: &[Endpoint]) -> (bool, String) {
    match &play.end {
        End::Pulled {
            resolved,
            manifest,
            layers,
        } => {
            let host = |index: &usize| endpoints[*index].host.clone();
            let text = match resolved == manifest && manifest == layers {
                true => format!("pulled from {}", host(resolved)),
                false => format!(
                    "pulled: the tag from {}, manifests from {}, layers from {}",
                    host(resolved),
                    host(manifest),
                    host(layers)
                ),
            };
            (true, text)
        }
        End::Fails(error) => (false, format!("the pull fails: {error}")),
        End::Waits(index) => {
            let text = format!(
                "the pull waits for {}: no limit is known",
                endpoints[*index].host
            );
            (false, text)
        }
    }
}

fn body(play: &Play, show_secrets: bool) -> String {
    let mut sheet = Sheet::default();
    let parts = [
        (Question::Resolve, "for the tag or digest"),
        (Question::Manifest, "for each manifest"),
        (Question::Layer, "for each layer"),
    ];
    for (question, words) in parts {
        let of: Vec<&Asked> = play
            .asked
            .iter()
            .filter(|a| a.question == question)
            .collect();
        if of.is_empty() {
            continue;
        }
        let lost = play.seconds(question);
        let text = match lost > 0.0 {
            true => format!("  {words}, {} lost", seconds(lost)),
            false => format!("  {words}"),
        };
        sheet.line(FAINT, &text);
        for asked in of {
            let url = visible(&without_password(&asked.request.url, show_secrets));
            let _ = writeln!(
                sheet.out,
                "  {:>2} {} {url}",
                asked.request.endpoint + 1,
                paint(FAINT, asked.request.method),
            );
            sheet.indented(style(asked), INDENT, &follows(asked));
        }
    }
    sheet.out
}

fn style(asked: &Asked) -> anstyle::Style {
    match asked.next {
        Next::Done => GOOD,
        Next::Continues => ODD,
        _ => BAD,
    }
}

/// The reply, and containerd's reaction: `404 → next endpoint`.
fn follows(asked: &Asked) -> String {
    let reply = asked.reply.map_or_else(
        || "no request can be made".to_owned(),
        |reply| reply.to_string(),
    );
    let times = match asked.times {
        0 | 1 => String::new(),
        times => format!(", {times} times"),
    };
    let after = asked
        .seconds
        .map_or_else(String::new, |s| format!(", after {}", seconds(s)));
    let next = match asked.next {
        Next::Done => "has it",
        Next::Continues => "next endpoint",
        Next::Stops => "the pull ends",
        Next::Waits => "the pull waits",
        Next::Cancelled => "the pull is cancelled by image_pull_progress_timeout",
    };
    format!("{reply}{times}{after} → {next}")
}

/// The played pull, for programs.
pub fn json(
    release: Release,
    found: &FoundDirectory,
    reference: &Reference,
    whens: &[When],
) -> Value {
    let Some(play) = played(release, found, reference, whens) else {
        return Value::Null;
    };
    let requests: Vec<Value> = play
        .asked
        .iter()
        .map(|asked| {
            json!({
                "request": format!("{} {}", asked.request.method, without_password(&asked.request.url, false)),
                "endpoint": asked.request.endpoint,
                "for": match asked.question {
                    Question::Resolve => "resolve",
                    Question::Manifest => "manifest",
                    Question::Layer => "layer",
                },
                "reply": asked.reply.map(|reply| reply.to_string()),
                "times": asked.times,
                "seconds": asked.seconds,
                "next": match asked.next {
                    Next::Done => "done",
                    Next::Continues => "next_endpoint",
                    Next::Stops => "stops",
                    Next::Waits => "waits",
                    Next::Cancelled => "cancelled",
                },
            })
        })
        .collect();
    let end = Ended::of(&play.end);
    json!({
        "when": whens.iter().map(When::text).collect::<Vec<String>>(),
        "requests": requests,
        "result": end.result,
        "served_by": end.served_by,
        "error": end.error,
    })
}

/// How a pull ends, as JSON has it.
pub struct Ended {
    /// The word for it.
    pub result: &'static str,
    /// The endpoints that serve the tag, the manifests and the layers.
    pub served_by: Value,
    /// The error that is shown, without passwords.
    pub error: Option<String>,
}

impl Ended {
    /// The end of a pull that was played.
    pub fn of(end: &End) -> Ended {
        let (result, served_by, error) = match end {
            End::Pulled {
                resolved,
                manifest,
                layers,
            } => (
                "pulled",
                json!({ "resolve": resolved, "manifest": manifest, "layers": layers }),
                None,
            ),
            End::Fails(error) => ("fails", Value::Null, Some(shown_error(error))),
            End::Waits(_) => ("waits", Value::Null, None),
        };
        Ended {
            result,
            served_by,
            error,
        }
    }
}

/// The error of a pull without the passwords of the URLs in it.
pub fn shown_error(error: &str) -> String {
    without_password(error, false).into_owned()
}
