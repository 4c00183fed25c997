//! The progress of a long run: one line on a terminal, cleared at the end.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::cli::terminal::Terminal;
use crate::disk::Tree;
use crate::finding::words::grouped;

/// A run that is over before is not worth a line.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the line is written again.
const PACE: Duration = Duration::from_millis(100);

/// Does the work, and reports the progress in the trees. Nothing is reported where no one sees it: in a pipe, in CI, with `--quiet`.
pub fn while_watched<T>(
    trees: &[Tree],
    wanted: bool,
    terminal: &Terminal,
    work: impl FnOnce() -> T,
) -> T {
    let in_ci = std::env::var_os("CI").is_some();
    if !wanted || terminal.quiet || in_ci || !io::stderr().is_terminal() {
        return work();
    }
    thread::scope(|scope| {
        let (end, ended) = channel::<()>();
        let watcher = thread::Builder::new().spawn_scoped(scope, move || {
            let mut pace = PATIENCE;
            let mut is_shown = false;
            // The other side is dropped when the work is done, also when it panics.
            while ended.recv_timeout(pace) == Err(RecvTimeoutError::Timeout) {
                is_shown |= show(trees);
                pace = PACE;
            }
            if is_shown {
                write("\r\u{1b}[K");
            }
        });
        let result = work();
        drop(end);
        // It is to be gone before anything else is written; its panic is ignored.
        let _ = watcher.map(thread::ScopedJoinHandle::join);
        result
    })
}

fn show(trees: &[Tree]) -> bool {
    let so_far = trees.iter().map(|tree| tree.progress.so_far());
    let (done, total) = so_far.fold((0, 0), |(a, b), (done, total)| (a + done, b + total));
    if total == 0 {
        return false;
    }
    let (done, total) = (grouped(done), grouped(total));
    // The cursor stays at the beginning, so that what interrupts the run writes over the line.
    write(&format!(
        "\rcertsd-lint: {done} of {total} namespaces\u{1b}[K\r"
    ));
    true
}

fn write(text: &str) {
    // No one listens: no reason to stop.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
