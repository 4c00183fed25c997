//! Work shared out to the processors.

use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::limits::STACK;

/// How many items are done at once, and then others are looked for: few enough for all processors to end at about the
/// same time.
const BLOCK: usize = 32;

/// Below so many items for each, another thread costs more than it does.
const WORTH_A_THREAD: usize = 128;

/// Calls `work` with one stretch of `items` after the other, on as many processors as that is worth, and returns the answers
/// in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let useful = items.len() / WORTH_A_THREAD;
    let threads = match useful {
        0 | 1 => 1,
        _ => useful.min(processors()),
    };
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(block) = items.chunks(BLOCK).nth(index) else {
                return done;
            };
            done.push((index, work(block)));
        }
    };
    let mut done = thread::scope(|scope| {
        // Where no other thread can be had, this one does the work.
        let spawn = |_| {
            let helper = thread::Builder::new().stack_size(STACK);
            helper.spawn_scoped(scope, run).ok()
        };
        let helpers: Vec<_> = (1..threads).map_while(spawn).collect();
        let mut done = run();
        for helper in helpers {
            match helper.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, answer)| answer).collect()
}

/// How many processors there are. They are only counted where there is something to share, and once: that takes reading
/// some files.
fn processors() -> usize {
    static COUNTED: OnceLock<usize> = OnceLock::new();
    *COUNTED.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_items() {
        for count in [0, 1, BLOCK, WORTH_A_THREAD * 4 + 1] {
            let items: Vec<usize> = (0..count).collect();
            let doubled = map(&items, |block| {
                block.iter().map(|n| n * 2).collect::<Vec<_>>()
            });
            let expected: Vec<usize> = items.iter().map(|n| n * 2).collect();
            assert_eq!(doubled.concat(), expected);
        }
    }
}
