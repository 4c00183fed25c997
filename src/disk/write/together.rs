//! Replacing many files. Each waits for the disk, and disks take many writes at once as gladly as one.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Done, WriteError, replace};

/// So many files are on their way to the disk at once: few enough for the smallest limits of open files.
const AT_ONCE: usize = 32;

/// A file that is to be replaced.
#[derive(Debug, Clone, Copy)]
pub struct Replacement<'a> {
    /// Where it is, without links in its path.
    pub path: &'a Path,
    /// Its text.
    pub before: &'a [u8],
    /// The text that it is to have.
    pub after: &'a [u8],
}

/// Replaces files, and returns the result for each, in their order. A file that is named twice is replaced once.
pub fn replace_all(files: &[Replacement]) -> Vec<Result<Done, WriteError>> {
    let mut known: HashMap<&Path, usize> = HashMap::new();
    let first: Vec<usize> = files
        .iter()
        .enumerate()
        .map(|(at, file)| *known.entry(file.path).or_insert(at))
        .collect();
    let results: Vec<Mutex<Option<Result<Done, WriteError>>>> =
        files.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(at) else { return };
            if first[at] == at {
                let result = replace(file.path, file.before, file.after);
                *results[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..files.len().min(AT_ONCE) {
            // Without another thread, this one does the work.
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    let mut results: Vec<Option<Result<Done, WriteError>>> = results
        .into_iter()
        .map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect();
    (0..files.len())
        .map(|at| match results[at].take() {
            Some(result) => result,
            // The same file again: written before if at all, for the first of its names has the error.
            None => Ok(Done::default()),
        })
        .collect()
}
