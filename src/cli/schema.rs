//! `schema`: the JSON Schemas of hosts.toml and of the settings file.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::{Exit, Result};
use crate::{schema, settings};

/// The arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The file that the schema is for
    #[arg(value_name = "FILE", default_value = "settings")]
    file: File,
}

/// A file that there is a schema for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum File {
    /// containerd's hosts.toml
    #[value(name = "hosts.toml")]
    Hosts,
    /// certsd-lint.toml
    #[value(alias = "certsd-lint.toml")]
    Settings,
}

/// Prints the schema.
pub fn run(args: &SchemaArgs, out: &mut dyn Write) -> Result {
    let schema = match args.file {
        File::Hosts => schema::hosts_toml(),
        File::Settings => settings::schema(),
    };
    writeln!(out, "{schema:#}")?;
    Ok(Exit::Clean)
}
