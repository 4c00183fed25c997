//! How a pull by containerd ends, by what the endpoints did.

use std::cell::RefCell;

use super::Plan;
use super::report::{Probed, QuestionOutcome, Verdict};
use crate::containerd::failures::{Question, Reply, play};

/// Plays the pull with what was seen.
pub fn verdict(plan: &Plan<'_>, endpoints: &[Probed]) -> Verdict {
    // A web page that was taken for a manifest has a digest of its own, which no other endpoint has.
    let is_page = endpoints
        .iter()
        .any(|probed| probed.resolve == QuestionOutcome::Reply(Reply::WebPage));
    let unknown: RefCell<Vec<String>> = RefCell::new(Vec::new());
    let reply = |index: usize, question: Question| {
        let probed = &endpoints[index];
        let outcome = match question {
            Question::Resolve => &probed.resolve,
            Question::Manifest => &probed.manifest,
            Question::Layer => &probed.layer,
        };
        let why = match outcome {
            QuestionOutcome::Reply(reply) => return *reply,
            QuestionOutcome::NotTried if is_page => return Reply::Status(404),
            QuestionOutcome::NotKnown(why) => why.as_str(),
            QuestionOutcome::NotTried => "it was not tried, because there is no manifest",
        };
        let text = format!("{}: {why}", probed.host);
        let mut unknown = unknown.borrow_mut();
        if !unknown.contains(&text) {
            unknown.push(text);
        }
        Reply::Other
    };
    let played = play(
        plan.release,
        plan.pull,
        plan.reference,
        plan.endpoints,
        &reply,
    );
    let unknown = unknown.into_inner();
    match unknown.is_empty() {
        true => Verdict::Played(played),
        false => Verdict::NotKnown(unknown),
    }
}
