//! Comparing nodes: the answers of `resolve` and `node` from many nodes, grouped by their fingerprints.
//!
//! May know: `containerd`'s releases and the words of `finding`; nothing about disks or terminals.

mod answer;
mod compare;
mod fingerprint;
mod group;

pub use answer::{Answer, AnswerKind, Sketch};
pub use compare::{Difference, differences};
pub use fingerprint::{of_answers, of_bytes, of_node, of_plan};
pub use group::{Group, groups};
