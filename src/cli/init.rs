//! `init`: a commented settings file to start from.

use std::path::PathBuf;

use clap::Args;

use super::terminal::Terminal;
use super::{Error, Exit, Result};
use crate::disk::write::{self, WriteError};
use crate::settings::{FILE_NAMES, template};

/// The arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The file to write; nothing is ever overwritten
    #[arg(value_name = "FILE", default_value = FILE_NAMES[0])]
    file: PathBuf,
}

/// Writes the file.
pub fn run(args: &InitArgs, terminal: &Terminal) -> Result {
    let file = match args.file.is_dir() {
        true => args.file.join(FILE_NAMES[0]),
        false => args.file.clone(),
    };
    // Beside the other spelling the new file would make both unusable.
    let other = FILE_NAMES
        .iter()
        .map(|name| file.with_file_name(name))
        .find(|other| *other != file && other.symlink_metadata().is_ok());
    if let (Some(other), Some(true)) = (
        other,
        file.file_name().map(|n| FILE_NAMES.iter().any(|f| *f == n)),
    ) {
        return Err(Error::message(format!(
            "{} already exists, and a directory has only one settings file",
            other.display()
        )));
    }
    match write::create(&file, template().as_bytes()) {
        Ok(done) => {
            terminal.strays(&done);
            if !terminal.quiet {
                terminal.line(format_args!("wrote {}", file.display()));
            }
            Ok(Exit::Clean)
        }
        Err(WriteError::Exists) => Err(Error::message(format!(
            "{} already exists and was not changed; name another file, or delete it first",
            file.display()
        ))),
        Err(error) => Err(Error::message(format!(
            "cannot write {}: {error}",
            file.display()
        ))),
    }
}
