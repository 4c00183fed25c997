//! Whether the error that is shown may hide another endpoint's.

use super::causes::Answered;
use super::part::Part;
use super::read::Read;
use crate::containerd::Release;

/// The results of the other endpoints, by the error that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// No endpoint was tried, or the text is about one request alone.
    None,
    /// Every endpoint answered 404.
    AllNotFound,
    /// At least one answered 404; what the others did is hidden, unless it was a status.
    OneNotFound,
    /// This is the first that failed otherwise than by 404. Those before it answered 404; those after it failed too.
    First,
    /// This is the first that was tried; the others failed too.
    FirstAsked,
    /// This is the first with such a status. What all others did is hidden.
    FirstStatus,
    /// No endpoint answered with a status; this is the first.
    NoStatus,
    /// Nothing is known: the releases differ, and the text does not say which this is.
    Unknown,
    /// This endpoint ended the pull, and no further one was tried.
    Last,
}

impl Others {
    /// Its name for programs.
    pub fn word(self) -> &'static str {
        match self {
            Others::None => "none",
            Others::AllNotFound => "all-not-found",
            Others::OneNotFound => "one-not-found",
            Others::First => "first-failure",
            Others::FirstAsked => "first-asked",
            Others::FirstStatus => "first-status",
            Others::NoStatus => "no-status",
            Others::Unknown => "unknown",
            Others::Last => "last",
        }
    }

    /// In a sentence, without a full stop.
    pub fn words(self) -> &'static str {
        match self {
            Others::None => "this is not hidden by another endpoint's error",
            Others::AllNotFound => "every endpoint answered 404",
            Others::OneNotFound => {
                "at least one endpoint answered 404; certificate, DNS, connection and login errors of the others are hidden"
            }
            Others::First => {
                "this is the first endpoint that failed with anything but 404; those after it failed, too, and their errors are hidden"
            }
            Others::FirstAsked => {
                "this is the first endpoint that was tried for this digest; the others failed, too, and their errors are hidden"
            }
            Others::FirstStatus => {
                "this is the first endpoint with such a status; the others failed, too, and their errors are hidden"
            }
            Others::NoStatus => {
                "this is the first endpoint; the others failed without a status, too, and their errors are hidden"
            }
            Others::Unknown => {
                "the other endpoints failed, too; which error is shown depends on the release: name it with --containerd"
            }
            Others::Last => "this endpoint ended the pull: no further one was tried",
        }
    }
}

/// Returns what the error reveals about the other endpoints on this release, or on the one that the text implies.
pub fn others(read: &Read, release: Option<Release>) -> Others {
    let Some(answered) = read.cause.status else {
        return match read.cause.id {
            "web-page" | "not-json" | "schema-1" | "wrong-digest" | "wrong-size" => Others::Last,
            _ => Others::None,
        };
    };
    if read.is_log {
        return Others::None;
    }
    if matches!(read.part, Some(Part::Push)) {
        return Others::Last;
    }
    // Of manifests and layers the first error is shown, on every release.
    if read.part == Some(Part::Fetch) {
        return Others::FirstAsked;
    }
    let ranked = match (read.is_transfer, read.is_old, release) {
        (true, ..) => Some(true),
        (_, true, _) => Some(false),
        (.., Some(release)) => Some(release.ranks_errors()),
        _ => None,
    };
    match (ranked, answered) {
        (Some(false), Answered::NotFound) => Others::AllNotFound,
        (Some(false), _) => Others::First,
        (Some(true), Answered::NotFound) => Others::OneNotFound,
        (Some(true), Answered::Status) => Others::FirstStatus,
        (Some(true), Answered::Without) => Others::NoStatus,
        (None, _) => Others::Unknown,
    }
}
