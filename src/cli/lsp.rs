//! `lsp`: the language server, for editors.

use clap::Args;

use super::{Exit, Result, values};
use crate::lsp::{self, Options};

/// Run the language server (LSP) on standard input and output
///
/// docs/editors.md shows how editors start it. Settings are found as on the command line: upwards from each open file.
#[derive(Debug, Args)]
pub struct LspArgs {
    /// The time at which certificates must be valid: 2026-01-31T00:00:00Z, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    now: Option<i64>,

    /// Use standard input and output, which is the default; accepted because editors pass it
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Serves.
pub fn run(args: &LspArgs) -> Result {
    match lsp::run(Options { now: args.now })? {
        true => Ok(Exit::Clean),
        false => Ok(Exit::Failure),
    }
}
