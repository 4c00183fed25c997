//! `--when HOST=REPLY,…`: what an endpoint does in a played pull.

use std::str::FromStr;

use super::answer::{Answer, Resolution};
use super::found::FoundDirectory;
use crate::containerd::failures::{Play, Question, Reply, ReplyError, play};
use crate::containerd::{Endpoint, Reference, Release, Verdict};

/// The replies of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// The endpoint's host, with its port where it has one.
    host: String,
    /// The replies for the tag, for manifests and for layers; the last one is used for the rest.
    replies: Vec<Reply>,
}

/// A text that is not a `HOST=REPLY`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// No `=`, or nothing before it.
    #[error("write HOST=REPLY, such as mirror.internal=404")]
    Form,
    /// More replies than questions.
    #[error("at most three replies: for the tag, for manifests and for layers")]
    TooMany,
    /// A word that names no reply.
    #[error(transparent)]
    Reply(#[from] ReplyError),
}

impl FromStr for When {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<When, WhenError> {
        let (host, replies) = text.split_once('=').ok_or(WhenError::Form)?;
        let host = host.trim();
        if host.is_empty() {
            return Err(WhenError::Form);
        }
        let replies: Vec<Reply> = replies
            .split(',')
            .map(Reply::from_str)
            .collect::<Result<_, _>>()?;
        match replies.len() {
            1..=3 => Ok(When {
                host: host.to_owned(),
                replies,
            }),
            _ => Err(WhenError::TooMany),
        }
    }
}

impl When {
    /// The reply to one question.
    fn reply(&self, question: Question) -> Reply {
        let place = match question {
            Question::Resolve => 0,
            Question::Manifest => 1,
            Question::Layer => 2,
        };
        self.replies[place.min(self.replies.len() - 1)]
    }

    /// As it was written.
    pub fn text(&self) -> String {
        let replies: Vec<String> = self.replies.iter().map(ToString::to_string).collect();
        format!("{}={}", self.host, replies.join(","))
    }
}

/// Simulates a pull in which these endpoints give the named replies and all others serve the image.
pub fn played(
    release: Release,
    found: &FoundDirectory,
    reference: &Reference,
    whens: &[When],
) -> Option<Play> {
    let outcome = &found.outcome;
    if outcome.verdict != Verdict::Endpoints {
        return None;
    }
    let endpoints: &[Endpoint] = outcome.endpoints();
    let reply = |index: usize, question| {
        let host = &endpoints[index].host;
        let when = whens.iter().rfind(|when| when.host == *host);
        when.map_or(Reply::Serves, |when| when.reply(question))
    };
    Some(play(release, found.pull, reference, endpoints, &reply))
}

/// The first `--when` whose host is not an endpoint on any release, with the hosts that are.
pub fn unknown_host(resolutions: &[Resolution], whens: &[When]) -> Option<(String, Vec<String>)> {
    let mut hosts: Vec<String> = Vec::new();
    for (_, answer) in resolutions.iter().flat_map(|r| &r.answers) {
        let Answer::Found {
            by_default,
            by_local_pull,
            ..
        } = answer
        else {
            continue;
        };
        for found in [Some(by_default), by_local_pull.as_ref()]
            .into_iter()
            .flatten()
        {
            for endpoint in found.outcome.endpoints() {
                if !hosts.contains(&endpoint.host) {
                    hosts.push(endpoint.host.clone());
                }
            }
        }
    }
    let unknown = whens.iter().find(|when| !hosts.contains(&when.host))?;
    Some((unknown.host.clone(), hosts))
}
