//! The command line program; everything it does is in [`certsd_lint::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    certsd_lint::cli::main(std::env::args_os())
}
