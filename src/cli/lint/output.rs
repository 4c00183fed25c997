//! Which format goes where.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::LintArgs;
use crate::cli::terminal::Terminal;
use crate::cli::{Error, Result};
use crate::finding::Report;
use crate::fix;
use crate::report::{self, Format};

/// A format and where it goes; `None` is standard output.
pub type Pair = (Format, Option<PathBuf>);

/// Pairs formats and outputs in their order. Formats that are left over go to standard output,
/// which has room for one.
pub fn pairs(args: &LintArgs) -> Result<Vec<Pair>> {
    let formats = match &args.format[..] {
        [] => &[Format::Human],
        formats => formats,
    };
    if args.output.len() > formats.len() {
        return Err(Error::message(format!(
            "there are {} --output and {} --format: each --output takes the findings of one --format, in their order",
            args.output.len(),
            args.format.len()
        )));
    }
    let mut pairs: Vec<Pair> = Vec::new();
    for (index, format) in formats.iter().enumerate() {
        let output = args.output.get(index);
        let output = output.filter(|path| *path != Path::new("-")).cloned();
        if let Some((_, known)) = pairs.iter().find(|(_, known)| *known == output) {
            return Err(Error::message(match known {
                None => "two formats go to standard output: give each --format an --output, in their order"
                    .to_owned(),
                Some(path) => format!("two formats go to {}", path.display()),
            }));
        }
        pairs.push((*format, output));
    }
    Ok(pairs)
}

/// Writes the report everywhere; files first, for standard output may be closed before its end.
pub fn write(
    pairs: &[Pair],
    report: &Report,
    args: &LintArgs,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> Result<()> {
    let options = args.report_options(terminal);
    for (format, path) in pairs {
        let Some(path) = path else { continue };
        let mut text = Vec::new();
        report::write(*format, report, &options, &mut text)?;
        fix::write_atomically(path, &text)
            .map_err(|error| Error::message(format!("cannot write {}: {error}", path.display())))?;
    }
    for (format, path) in pairs {
        if path.is_none() {
            let options = report::Options {
                color: terminal.color,
                unicode: terminal.unicode,
                hyperlinks: terminal.hyperlinks,
                ..options.clone()
            };
            report::write(*format, report, &options, out)?;
        }
    }
    out.flush()?;
    Ok(())
}
