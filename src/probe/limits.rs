//! How long and how much of anything the probe waits for and reads.

use std::time::{Duration, Instant};

/// The limits of a run. Each one that containerd has itself is containerd's, unless the user sets a lower one.
#[derive(Debug, Clone)]
pub struct Limits {
    /// No step takes longer, whatever containerd would wait.
    pub step: Duration,
    /// The whole run takes no longer.
    pub total: Duration,
    /// Bytes of a manifest: containerd's own limit.
    pub manifest: usize,
    /// Bytes of a blob; of a larger one only so much is read.
    pub blob: usize,
}

/// How long containerd dials without a `dial_timeout`.
pub const DIAL: Duration = Duration::from_secs(30);

/// How long a TLS handshake takes at most.
pub const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long the head of a response is waited for. Before 2.3 containerd waits longer.
pub const HEAD: Duration = Duration::from_secs(30);

/// How long a body is read.
pub const BODY: Duration = Duration::from_secs(60);

/// The bytes of a response's head.
pub const HEAD_BYTES: usize = 64 * 1024;

/// The bytes of a token server's answer.
pub const TOKEN_BYTES: usize = 256 * 1024;

/// Redirects that are followed: Go's limit.
pub const REDIRECTS: usize = 10;

/// Certificates that a server may send.
pub const CERTIFICATES: usize = 20;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            step: Duration::from_secs(60),
            total: Duration::from_secs(300),
            manifest: 4 * 1024 * 1024,
            blob: 16 * 1024 * 1024,
        }
    }
}

/// When a run has to end, and how long its steps may take.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    end: Instant,
    step: Duration,
}

impl Clock {
    /// Starts the run.
    pub fn start(limits: &Limits) -> Clock {
        Clock {
            end: Instant::now() + limits.total,
            step: limits.step,
        }
    }

    /// The end of a step that takes at most so long.
    pub fn within(&self, most: Duration) -> Instant {
        (Instant::now() + most.min(self.step)).min(self.end)
    }

    /// Whether the run has to end.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }
}

/// The time left until then; `None` if there is none.
pub fn left(end: Instant) -> Option<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    (!left.is_zero()).then_some(left)
}
