//! Settings: the file, the flags, and what comes of both.

mod nearest;
mod selector;

pub use nearest::nearest;
pub use selector::{Selector, UnknownSelector};
