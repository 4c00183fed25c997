//! The meaning of an error text of a pull: the reverse of [`failures`](super::failures).
//!
//! A text is read from the kubelet's events, from crictl, ctr or the journal. Nothing is guessed: a text whose cause is
//! not in the list of causes is unknown.

mod causes;
mod others;
mod part;
mod read;

pub use causes::Cause;
pub use others::{Others, others};
pub use part::Part;
pub use read::{Read, read};
