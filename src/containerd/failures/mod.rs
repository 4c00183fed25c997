//! The effects of a failing endpoint: whether containerd tries the next one, how long that takes, and which error
//! the pull ends with.
//!
//! A pull has three phases, each over a list of endpoints: resolving the tag (`HEAD …/manifests/TAG`), then for
//! each digest the manifest (`GET …/manifests/sha256:…`) and the layers (`GET …/blobs/sha256:…`). Most failures lead to
//! the next endpoint; a few end the pull. Measured with running daemons of six releases
//! (`fixtures/conformance/live.jsonl`); what no recording decides is from containerd's `remotes/docker` at each tag.

mod next;
mod play;
mod reply;
mod text;

pub use next::{After, Dead, Next, Question, default_pull, next};
pub use play::{Asked, End, Play, play};
pub use reply::{Reply, ReplyError};
pub use text::{Phase, UNKNOWN, shown_error};
