//! How far a run has come with a tree, for an observer in another thread.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the namespaces of a tree that were looked at.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Progress {
    /// So many are to be looked at.
    pub fn expect(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// One more was looked at.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were looked at, and how many are to be: none before that is known.
    pub fn so_far(&self) -> (usize, usize) {
        let done = self.done.load(Ordering::Relaxed);
        (done, self.total.load(Ordering::Relaxed))
    }
}
