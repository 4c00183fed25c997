//! A pull, played with given replies.

use super::next::{Next, Question, next};
use super::reply::Reply;
use super::text::{Failed, Phase, UNKNOWN, cause, rank, shown_error};
use crate::containerd::endpoint::Endpoint;
use crate::containerd::node::Pull;
use crate::containerd::reference::{Object, Reference};
use crate::containerd::release::Release;
use crate::containerd::requests::{LAYER, Request, requests, unusable};

/// One request of a played pull.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The request.
    pub request: Request,
    /// The request.
    pub question: Question,
    /// The reply; `None` if Go refuses to make the request.
    pub reply: Option<Reply>,
    /// containerd's reaction.
    pub next: Next,
    /// How often the request is made.
    pub times: u32,
    /// How long each of them takes in seconds, where it ends by a time-out.
    pub seconds: Option<f64>,
}

/// How a played pull ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With the image: the endpoints that served its tag (or digest), manifest and layers.
    Pulled {
        /// The tag or digest.
        resolved: usize,
        /// The manifest.
        manifest: usize,
        /// The layers.
        layers: usize,
    },
    /// With this error; [`UNKNOWN`] replaces the parts that depend on the network.
    Fails(String),
    /// Not at all: it waits for this endpoint.
    Waits(usize),
}

/// A played pull.
#[derive(Debug, Clone, PartialEq)]
pub struct Play {
    /// The requests, in order; those of one manifest and one layer represent all.
    pub asked: Vec<Asked>,
    /// How it ends.
    pub end: End,
}

impl Play {
    /// How long the endpoints that do not answer take for one such question, in seconds.
    pub fn seconds(&self, question: Question) -> f64 {
        let asked = self.asked.iter().filter(|asked| asked.question == question);
        asked
            .map(|asked| asked.seconds.unwrap_or(0.0) * f64::from(asked.times))
            .sum()
    }
}

/// Plays the pull of an image: `reply` returns the reply of the endpoint with this index.
pub fn play(
    release: Release,
    pull: Pull,
    reference: &Reference,
    endpoints: &[Endpoint],
    reply: &dyn Fn(usize, Question) -> Reply,
) -> Play {
    let mut player = Player {
        release,
        pull,
        reference,
        endpoints,
        reply,
        asked: Vec::new(),
    };
    let end = match player.play() {
        Ok(end) | Err(end) => end,
    };
    Play {
        asked: player.asked,
        end,
    }
}

struct Player<'a> {
    release: Release,
    pull: Pull,
    reference: &'a Reference,
    endpoints: &'a [Endpoint],
    reply: &'a dyn Fn(usize, Question) -> Reply,
    asked: Vec<Asked>,
}

/// An error so far, and its rank.
type Error = Option<(u8, String)>;

impl Player<'_> {
    /// Where the pull ends before its last question, that is an error.
    fn play(&mut self) -> Result<End, End> {
        let plan = requests(self.release, self.reference, self.endpoints);
        let resolved = self.resolve(&plan.resolve)?;
        // A web page is neither a manifest nor an index, so it is fetched as a layer is.
        if (self.reply)(resolved, Question::Resolve) == Reply::WebPage {
            return Err(self.web_page(&plan.fetch));
        }
        let manifest = self.fetch(Question::Manifest, &plan.manifest)?;
        let layers = self.fetch(Question::Layer, &plan.fetch)?;
        Ok(End::Pulled {
            resolved,
            manifest,
            layers,
        })
    }

    fn resolve(&mut self, plan: &[Request]) -> Result<usize, End> {
        if plan.is_empty() {
            return Err(self.fails(Phase::Resolve, "no resolve hosts: not found"));
        }
        let (manifests, blobs): (Vec<&Request>, Vec<&Request>) = match self.reference.object {
            Object::Tag(_) => (plan.iter().collect(), Vec::new()),
            Object::Digest(_) => plan.iter().partition(|r| r.url.contains("/manifests/")),
        };
        let mut error = None;
        for list in [manifests, blobs] {
            let is_enough = error.as_ref().is_some_and(|(rank, _)| *rank > 2);
            if is_enough && self.release.looks_for_blobs_after_404_only() {
                break;
            }
            if let Some(index) = self.down_the_list(Question::Resolve, &list, &mut error, None)? {
                return Ok(index);
            }
        }
        let not_found = || format!("{}: not found", self.reference);
        let error = error.map_or_else(not_found, |(_, error)| error);
        Err(self.fails(Phase::Resolve, &error))
    }

    fn fetch(&mut self, question: Question, plan: &[Request]) -> Result<usize, End> {
        let list: Vec<&Request> = plan.iter().collect();
        let mut error = None;
        if let Some(index) = self.down_the_list(question, &list, &mut error, None)? {
            return Ok(index);
        }
        let error = error.map_or_else(|| UNKNOWN.to_owned(), |(_, error)| error);
        let error = match (question, error.ends_with(" not found: not found")) {
            (Question::Layer, true) => format!(
                "could not fetch content descriptor {LAYER} ({UNKNOWN}) from remote: not found"
            ),
            _ => error,
        };
        let error = format!("failed to copy: httpReadSeeker: failed open: {error}");
        Err(match question {
            // Layers are fetched while they are unpacked, which adds words of its own on some releases.
            Question::Layer => self.fails(Phase::Fetch, &format!("{UNKNOWN}{error}")),
            _ => self.fails(Phase::Fetch, &error),
        })
    }

    /// Returns the end of a pull after a web page that was taken for a manifest.
    fn web_page(&mut self, plan: &[Request]) -> End {
        let list: Vec<&Request> = plan.iter().collect();
        let mut error = None;
        // No other endpoint has this digest.
        let absent = Reply::Status(404);
        if let Err(end) = self.down_the_list(Question::Layer, &list, &mut error, Some(absent)) {
            return end;
        }
        self.fails(Phase::Fetch, UNKNOWN)
    }

    /// Tries one endpoint after the other; `served` replaces the reply of those that serve.
    fn down_the_list(
        &mut self,
        question: Question,
        list: &[&Request],
        error: &mut Error,
        served: Option<Reply>,
    ) -> Result<Option<usize>, End> {
        for (place, request) in list.iter().enumerate() {
            let index = request.endpoint;
            let endpoint = &self.endpoints[index];
            let is_last = place + 1 == list.len();
            if unusable(self.release, endpoint).is_some() {
                self.asked.push(Asked {
                    request: (*request).clone(),
                    question,
                    reply: None,
                    next: Next::Continues,
                    times: 0,
                    seconds: None,
                });
                let text = format!("failed to do request: {UNKNOWN}");
                self.keep(error, 1, text, question);
                continue;
            }
            let reply = match ((self.reply)(index, question), served) {
                // A server of plain HTTP serves an endpoint that falls back to it.
                (Reply::PlainHttp, _) if endpoint.http_fallback => Reply::Serves,
                (Reply::Serves, Some(served)) => served,
                (reply, _) => reply,
            };
            let after = next(self.release, self.pull, endpoint, question, reply, is_last);
            self.asked.push(Asked {
                request: (*request).clone(),
                question,
                reply: Some(reply),
                next: after.next,
                times: after.times,
                seconds: after.seconds,
            });
            self.second_request(request, question, reply);
            let failed = Failed {
                request,
                endpoint,
                reply,
                question,
            };
            match after.next {
                Next::Done => return Ok(Some(index)),
                Next::Waits => return Err(End::Waits(index)),
                Next::Stops | Next::Cancelled => return Err(self.stops(&failed)),
                Next::Continues => {
                    let text = cause(self.release, self.reference, &failed);
                    let rank = rank(self.release, reply);
                    if rank == 2 && question == Question::Resolve && !self.release.ranks_errors() {
                        continue;
                    }
                    self.keep(error, rank, text, question);
                }
            }
        }
        Ok(None)
    }

    /// A GET that follows a HEAD: for a registry without HEAD, without a digest header, or for the words of a 403.
    fn second_request(&mut self, head: &Request, question: Question, reply: Reply) {
        let follows = match reply {
            Reply::Status(405) | Reply::WebPage => true,
            Reply::Status(403) => self.release.gets_after_forbidden(),
            _ => false,
        };
        if follows && question == Question::Resolve {
            let next = match reply {
                Reply::Status(403) => Next::Continues,
                _ => Next::Done,
            };
            self.asked.push(Asked {
                request: Request {
                    method: "GET",
                    ..head.clone()
                },
                question,
                reply: Some(match reply {
                    Reply::Status(405) => Reply::Serves,
                    reply => reply,
                }),
                next,
                times: 1,
                seconds: None,
            });
        }
    }

    /// Keeps the error that is shown in the end: the first, or from 2.0 the first of the highest rank. Of layers and
    /// manifests it is the first on every release.
    fn keep(&self, error: &mut Error, rank: u8, text: String, question: Question) {
        let by_rank = question == Question::Resolve && self.release.ranks_errors();
        let is_better = match error {
            None => true,
            Some((kept, _)) => by_rank && rank > *kept,
        };
        if is_better {
            *error = Some((rank, text));
        }
    }

    fn stops(&self, failed: &Failed<'_>) -> End {
        let page = format!("unexpected media type text/html for {LAYER}: not found");
        let copied = "failed to copy: httpReadSeeker: failed open: ";
        match (failed.reply, failed.question, self.pull) {
            (Reply::WebPage, Question::Layer, Pull::Local)
                if (self.reply)(failed.request.endpoint, Question::Resolve) == Reply::WebPage =>
            {
                self.fails(Phase::Unpack, &page)
            }
            (Reply::WebPage, Question::Layer, Pull::Transfer)
                if (self.reply)(failed.request.endpoint, Question::Resolve) == Reply::WebPage =>
            {
                self.fails(Phase::Config, &page)
            }
            (Reply::WebPage | Reply::OtherBytes, ..) => {
                let text = format!("{UNKNOWN}: failed precondition");
                self.fails(Phase::Fetch, &text)
            }
            (_, Question::Resolve, _) => {
                let text = cause(self.release, self.reference, failed);
                self.fails(Phase::Resolve, &text)
            }
            _ => {
                let text = cause(self.release, self.reference, failed);
                self.fails(Phase::Fetch, &format!("{copied}{text}"))
            }
        }
    }

    fn fails(&self, phase: Phase, cause: &str) -> End {
        End::Fails(shown_error(self.pull, self.reference, phase, cause))
    }
}
