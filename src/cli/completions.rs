//! `completions`: what a shell needs to complete arguments.

use std::io::Write;

use clap::Args;
use clap_complete::Shell;

use super::{Exit, Result, command};

/// The arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the completions.
pub fn run(args: &CompletionsArgs, out: &mut dyn Write) -> Result {
    // clap_complete panics when it cannot write, so it writes where that cannot happen.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "certsd-lint", &mut text);
    out.write_all(&text)?;
    Ok(Exit::Clean)
}
