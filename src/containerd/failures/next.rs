//! containerd's reaction to one reply.

use super::reply::Reply;
use crate::containerd::Release;
use crate::containerd::endpoint::Endpoint;
use crate::containerd::node::Pull;

/// Go's default dial timeout, in seconds.
const DIAL_SECONDS: f64 = 30.0;

/// How long a TLS handshake may take, in seconds.
const HANDSHAKE_SECONDS: f64 = 10.0;

/// How long 2.3 waits for the head of a response, in seconds.
const HEADER_SECONDS: f64 = 30.0;

/// How this release pulls by default.
pub fn default_pull(release: Release) -> Pull {
    match release.transfer_service() {
        true => Pull::Transfer,
        false => Pull::Local,
    }
}

/// The request to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Resolving the tag or digest: HEAD.
    Resolve,
    /// The manifest of a digest: GET below `manifests`.
    Manifest,
    /// A layer, or the image's config: GET below `blobs`.
    Layer,
}

/// containerd's reaction to a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The request succeeded.
    Done,
    /// It tries the next endpoint.
    Continues,
    /// The pull ends.
    Stops,
    /// It waits, and no limit was seen in 100 seconds.
    Waits,
    /// `image_pull_progress_timeout` cancels the whole pull.
    Cancelled,
}

/// The delay of an endpoint that is down, for each request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dead {
    /// Until the next endpoint is tried, in seconds.
    pub seconds: f64,
    /// How often the last endpoint is tried.
    pub tries_at_last: u32,
}

/// containerd's reaction to a reply, how often it makes the request before that, and how long it waits each time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct After {
    /// The reaction.
    pub next: Next,
    /// How often the request is made.
    pub times: u32,
    /// How long each takes in seconds, where the reply is a time-out.
    pub seconds: Option<f64>,
}

impl Dead {
    /// Returns the delay of this endpoint on this release if its packets are dropped.
    pub fn of(release: Release, endpoint: &Endpoint) -> Dead {
        let timeout = endpoint.dial_timeout.filter(|&timeout| timeout > 0);
        Dead {
            seconds: timeout.map_or(DIAL_SECONDS, |nanoseconds| nanoseconds as f64 / 1e9),
            tries_at_last: match release.repeats_timeouts() {
                true => release.attempts(),
                false => 1,
            },
        }
    }
}

/// Returns the reaction of this release to a reply of this endpoint; `is_last` when no endpoint follows in the list.
pub fn next(
    release: Release,
    pull: Pull,
    endpoint: &Endpoint,
    question: Question,
    reply: Reply,
    is_last: bool,
) -> After {
    let once = |next| After {
        next,
        times: 1,
        seconds: None,
    };
    let timeout = |seconds| After {
        next: Next::Continues,
        times: match is_last && release.repeats_timeouts() {
            true => release.attempts(),
            false => 1,
        },
        seconds: Some(seconds),
    };
    match reply {
        Reply::Serves => once(Next::Done),
        // A registry without HEAD gets a GET.
        Reply::Status(405) if question == Question::Resolve => once(Next::Done),
        Reply::Status(408 | 429) => After {
            times: release.attempts(),
            ..once(Next::Continues)
        },
        Reply::Status(500 | 503 | 504) if is_last && release.repeats_server_errors() => After {
            times: 2,
            ..once(Next::Continues)
        },
        Reply::Status(300..=399) if question == Question::Resolve => once(Next::Stops),
        Reply::WebPage => match question {
            Question::Resolve => once(Next::Done),
            _ => once(Next::Stops),
        },
        Reply::OtherBytes => match question {
            Question::Resolve => once(Next::Done),
            _ => once(Next::Stops),
        },
        Reply::Dropped => timeout(Dead::of(release, endpoint).seconds),
        Reply::NoHandshake => timeout(HANDSHAKE_SECONDS),
        Reply::Silent if release.header_timeout() => timeout(HEADER_SECONDS),
        Reply::Silent if pull == Pull::Local && release.progress_timeout() => once(Next::Cancelled),
        Reply::Silent => once(Next::Waits),
        _ => once(Next::Continues),
    }
}
