//! The command line program; everything it does is in [`certsd_lint::cli`].

use std::process::ExitCode;

/// musl's own allocator gives memory back to the system and takes it again, a fifth of a run.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    certsd_lint::cli::main(std::env::args_os())
}
