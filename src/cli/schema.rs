//! `schema`: the JSON Schema of the settings file.

use std::io::Write;

use super::{Exit, Result};
use crate::settings::schema;

/// Prints the schema.
pub fn run(out: &mut dyn Write) -> Result {
    writeln!(out, "{:#}", schema())?;
    Ok(Exit::Clean)
}
