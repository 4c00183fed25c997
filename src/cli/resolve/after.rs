//! The effects of a failing endpoint, for each release: below the answer, and in JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::answer::{Answer, Resolution};
use super::config_path::ConfigPath;
use super::found::FoundDirectory;
use crate::cli::clients::Client;
use crate::cli::drawing::style::FAINT;
use crate::cli::drawing::{Sheet, rule, title};
use crate::containerd::failures::{Dead, Next, Question, Reply, next};
use crate::containerd::node::Pull;
use crate::containerd::{Endpoint, Release, Verdict};
use crate::go::duration;

/// The section; nothing where no endpoint is tried, or where the client is not CRI, whose errors these are.
pub fn draw(resolution: &Resolution, config_path: &ConfigPath) -> String {
    if config_path.client != Client::Cri {
        return String::new();
    }
    let mut groups: Vec<(Vec<Release>, Vec<Row>)> = Vec::new();
    for (release, answer) in resolution.answers.iter().rev() {
        let Answer::Found { by_default, .. } = answer else {
            continue;
        };
        if by_default.outcome.verdict != Verdict::Endpoints {
            continue;
        }
        let rows = rows(*release, by_default);
        match groups.iter_mut().find(|(_, known)| *known == rows) {
            Some((releases, _)) => releases.push(*release),
            None => groups.push((vec![*release], rows)),
        }
    }
    let mut sheet = Sheet::default();
    let Some((_, newest)) = groups.first() else {
        return sheet.out;
    };
    let _ = write!(sheet.out, "\n{}", rule("if an endpoint fails"));
    // Of the other releases only what differs.
    for (index, (releases, rows)) in groups.iter().enumerate() {
        if index > 0 {
            sheet.out.push('\n');
            sheet.line(FAINT, &format!("  {}", title(releases)));
        }
        for row in rows
            .iter()
            .filter(|row| index == 0 || !newest.contains(row))
        {
            for (index, text) in row.texts.iter().enumerate() {
                sheet.section(if index == 0 { row.label } else { "" }, FAINT, text);
            }
        }
    }
    sheet.out
}

/// A labelled row of the section.
#[derive(PartialEq, Eq)]
struct Row {
    label: &'static str,
    texts: Vec<String>,
}

fn rows(release: Release, found: &FoundDirectory) -> Vec<Row> {
    let after = After { release, found };
    let row = |label, text: &str| Row {
        label,
        texts: vec![text.to_owned()],
    };
    vec![
        row(
            "digests",
            "manifests by digest are requested down the same list as layers, also from endpoints without resolve",
        ),
        row(
            "next one",
            "after a status from 400 up, a DNS error, a failed connection or TLS error",
        ),
        row(
            "none",
            "the pull ends when one serves a web page or wrong content; a push, when one fails",
        ),
        row("silent", after.silent()),
        Row {
            label: "down",
            texts: after.costs(),
        },
        row("repeats", &after.repeats()),
        row("error", after.error()),
        row("pull secret", SECRET),
    ]
}

/// The endpoints that get the pull secret.
const SECRET: &str =
    "sent to every endpoint that answers 401, unless the pull names the registry's address";

struct After<'a> {
    release: Release,
    found: &'a FoundDirectory,
}

impl After<'_> {
    /// The end of a pull whose endpoint accepts the request and never answers.
    fn silent(&self) -> &'static str {
        match self.silent_word() {
            "next" => "a request without an answer times out after 30s",
            "cancelled" => {
                "a request without an answer blocks the pull until image_pull_progress_timeout cancels it"
            }
            _ => "a request without an answer blocks the pull, with no known limit",
        }
    }

    fn silent_word(&self) -> &'static str {
        let Some(endpoint) = self.endpoints().first() else {
            return "waits";
        };
        let question = Question::Resolve;
        let pull = self.found.pull;
        match next(self.release, pull, endpoint, question, Reply::Silent, false).next {
            Next::Cancelled => "cancelled",
            Next::Waits => "waits",
            _ => "next",
        }
    }

    fn endpoints(&self) -> &[Endpoint] {
        self.found.outcome.endpoints()
    }

    /// The delay of each endpoint if its packets are dropped; those with the same delay share a line.
    fn costs(&self) -> Vec<String> {
        let mut prices: Vec<(String, Vec<String>)> = Vec::new();
        for (index, endpoint) in self.endpoints().iter().enumerate() {
            let price = seconds(Dead::of(self.release, endpoint).seconds);
            let number = (index + 1).to_string();
            match prices.iter_mut().find(|(known, _)| *known == price) {
                Some((_, numbers)) => numbers.push(number),
                None => prices.push((price, vec![number])),
            }
        }
        let are_many = prices.len() > 1;
        let texts = prices.iter().map(|(price, numbers)| match are_many {
            false => format!("{price} for the tag, and again for each manifest and layer"),
            true => format!(
                "{}: {price} for the tag, and again for each manifest and layer",
                numbers.join(", ")
            ),
        });
        texts.collect()
    }

    fn repeats(&self) -> String {
        let release = self.release;
        let mut parts = vec![format!("429: {} requests in a row", release.attempts())];
        if release.repeats_server_errors() {
            parts.push("500, 503, 504: twice at the last endpoint".to_owned());
        }
        if release.repeats_timeouts() {
            parts.push(format!("timeouts: {} times there", release.attempts()));
        }
        parts.join("; ")
    }

    fn error(&self) -> &'static str {
        match self.release.ranks_errors() {
            true => {
                "any status but 404 hides a 404, and a 404 hides TLS, DNS and connection errors: the cause may be in the journal only"
            }
            false => "the first that is not a 404 is shown",
        }
    }
}

/// The same, for programs.
pub fn json(release: Release, found: &FoundDirectory) -> Value {
    let after = After { release, found };
    let endpoints = after.endpoints();
    let continues = |endpoint: &Endpoint, reply| {
        let question = Question::Manifest;
        next(release, found.pull, endpoint, question, reply, true).times
    };
    let Some(last) = endpoints.last() else {
        return Value::Null;
    };
    json!({
        "pull": match found.pull {
            Pull::Local => "local",
            Pull::Transfer => "transfer",
        },
        "silent": after.silent_word(),
        "pull_secret": "endpoints_that_answer_401",
        "error": if release.ranks_errors() { "ranked" } else { "first" },
        "requests_after_429": release.attempts(),
        "requests_after_500_at_last": continues(last, Reply::Status(500)),
        "requests_after_timeout_at_last": continues(last, Reply::Dropped),
        "down_seconds": endpoints
            .iter()
            .map(|endpoint| Dead::of(release, endpoint).seconds)
            .collect::<Vec<f64>>(),
    })
}

/// Seconds, as Go writes a duration.
pub fn seconds(seconds: f64) -> String {
    duration::format((seconds * 1e9) as i64)
}
