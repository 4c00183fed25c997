//! The command line program.

use std::process::ExitCode;

use certsd_lint::cli::resolve;
use clap::Parser;

#[derive(Parser)]
enum Command {
    Resolve(resolve::Args),
}

fn main() -> ExitCode {
    let Command::Resolve(args) = Command::parse();
    let mut out = anstream::stdout().lock();
    match resolve::run(&args, &mut out) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
