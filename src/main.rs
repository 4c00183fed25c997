//! The command line program; everything it does is in [`certsd_lint::cli`].

use std::process::ExitCode;

/// The allocator of static binaries: each thread has free lists of its own. musl's own has one lock for all threads, and gives
/// memory back to the system only to take it again.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: rsbmalloc::RSBMalloc = rsbmalloc::RSBMalloc::new();

fn main() -> ExitCode {
    certsd_lint::cli::main(std::env::args_os())
}
