//! How much work one run may do, all files together.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// A byte of a hosts.toml, which several readers parse.
const HOSTS_FILE_BYTE: u64 = 2;

/// So many bytes of another file can be read for one unit; what is found in it costs on its own.
const BYTES_READ: u64 = 16;

/// A namespace may ask for its files so often; most do a dozen times.
const FREE_QUESTIONS: usize = 256;

/// Each further time: a certificate may be held against its key then.
const QUESTION: u64 = 16 * 1024;

/// A finding, with its texts.
const FINDING: u64 = 1024;

/// The work that is left to a run, in units of about a byte that is parsed. It is counted and not timed, so that the same
/// input has the same end everywhere.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU64,
    refused: AtomicUsize,
}

impl Budget {
    /// So many units.
    pub fn new(units: u64) -> Budget {
        Budget {
            left: AtomicU64::new(units),
            refused: AtomicUsize::new(0),
        }
    }

    /// Whether nothing is left.
    pub fn is_spent(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// How many files were not read because nothing was left.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// A file was not read.
    pub fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// A file was read.
    pub fn read(&self, path: &str, bytes: usize) {
        self.spend(match path.ends_with("/hosts.toml") {
            true => bytes as u64 * HOSTS_FILE_BYTE,
            false => bytes as u64 / BYTES_READ,
        });
    }

    /// The certificates in so many bytes were looked for.
    pub fn parsed(&self, bytes: usize) {
        self.spend(bytes as u64);
    }

    /// A namespace asked for a file for the `number`th time.
    pub fn asked(&self, number: usize) {
        if number > FREE_QUESTIONS {
            self.spend(QUESTION);
        }
    }

    /// So many findings were made.
    pub fn found(&self, findings: usize) {
        self.spend(findings as u64 * FINDING);
    }

    fn spend(&self, units: u64) {
        let spent = |left: u64| Some(left.saturating_sub(units));
        // It always has an answer.
        let _ = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_counted_by_its_kind() {
        let budget = Budget::new(10_000);
        budget.read("/etc/containerd/certs.d/docker.io/hosts.toml", 1_000);
        budget.read("/etc/containerd/certs.d/docker.io/ca.crt", 16_000);
        budget.parsed(4_000);
        budget.found(2);
        (0..FREE_QUESTIONS).for_each(|number| budget.asked(number));
        assert_eq!(budget.left.load(Ordering::Relaxed), 952);
        budget.asked(FREE_QUESTIONS + 1);
        assert!(budget.is_spent());
        assert_eq!(budget.refused(), 0);
    }
}
