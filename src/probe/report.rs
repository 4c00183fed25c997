//! The results of a probe: only data.

use crate::containerd::Release;
use crate::containerd::failures::{End, Next, Play, Question, Reply};

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Well.
    Good,
    /// Well, but look at it; or not known.
    Odd,
    /// Not.
    Bad,
}

/// One step at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name: `dns`, `tcp`, `tls`, `api`, `tag`, `manifest`, `layer`, `token`, `proxy`.
    pub name: &'static str,
    /// How it went.
    pub mark: Mark,
    /// The event.
    pub text: String,
}

/// An endpoint's result for one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionOutcome {
    /// This.
    Reply(Reply),
    /// containerd might get another answer than this program.
    NotKnown(String),
    /// It was not tried, because nothing was left to try it with.
    NotTried,
}

/// A certificate of a server's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its subject.
    pub subject: String,
    /// Its issuer.
    pub issuer: String,
    /// The names that it is for.
    pub names: Vec<String>,
    /// Days until it expires; negative when it has.
    pub days_left: i64,
}

/// One endpoint.
#[derive(Debug, Clone)]
pub struct Probed {
    /// Its URL.
    pub url: String,
    /// Its host.
    pub host: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The certificates that the server sent.
    pub certificates: Vec<Shown>,
    /// The digest that the tag refers to there.
    pub digest: Option<String>,
    /// For the tag or digest.
    pub resolve: QuestionOutcome,
    /// For the manifest.
    pub manifest: QuestionOutcome,
    /// For a layer.
    pub layer: QuestionOutcome,
}

/// How a pull by containerd would end.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// As this played pull.
    Played(Play),
    /// Not known, because of these endpoints.
    NotKnown(Vec<String>),
}

/// All that was found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The release whose pull was tried.
    pub release: Release,
    /// The image in full.
    pub image: String,
    /// The endpoints, in containerd's order.
    pub endpoints: Vec<Probed>,
    /// How the pull would end.
    pub verdict: Verdict,
    /// The digests that the endpoints have for the tag, where they differ.
    pub differing_digests: bool,
    /// Where the system's authorities are from.
    pub system_roots: Option<String>,
    /// Where the proxy settings are from.
    pub proxy_from: String,
}

impl Report {
    /// Whether the pull surely succeeds.
    pub fn is_pulled(&self) -> bool {
        matches!(&self.verdict, Verdict::Played(play) if matches!(play.end, End::Pulled { .. }))
    }

    /// containerd's reaction to this request; `None` where it does not come to that, or where it is not known.
    pub fn next(&self, endpoint: usize, question: Question) -> Option<Next> {
        let Verdict::Played(play) = &self.verdict else {
            return None;
        };
        let mut of = play.asked.iter().filter(|asked| asked.question == question);
        of.rfind(|asked| asked.request.endpoint == endpoint)
            .map(|asked| asked.next)
    }
}
