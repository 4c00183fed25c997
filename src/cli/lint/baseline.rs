//! The file of known findings: read, applied, written.

use std::path::Path;

use super::args::LintArgs;
use crate::cli::terminal::Terminal;
use crate::cli::{Error, Result};
use crate::containerd::FileError;
use crate::engine::Baseline;
use crate::finding::{Paths, Report, Settings};
use crate::settings::{Effective, short};
use crate::{disk, report};

/// Larger than any baseline: some 300,000 findings.
const MAX_SIZE: u64 = 64 * 1024 * 1024;

/// The baseline of a run, where it has one.
pub struct OfRun<'a> {
    settings: &'a Settings,
    paths: Paths,
    file: Option<(&'a Path, Baseline)>,
}

impl<'a> OfRun<'a> {
    /// Reads it. Where it is to be written again, it need not be there.
    pub fn read(args: &'a LintArgs, effective: &'a Effective) -> Result<OfRun<'a>> {
        let path = args.write_baseline.as_ref().or(effective.baseline.as_ref());
        let file = match path {
            Some(path) => Some((path.as_path(), read(path, args.write_baseline.is_some())?)),
            None => None,
        };
        Ok(OfRun {
            settings: &effective.settings,
            paths: Paths::new(&report::Options::default().root),
            file,
        })
    }

    /// Keeps quiet what it knows.
    pub fn apply(&self, report: &mut Report) {
        if let Some((_, baseline)) = &self.file {
            report.apply_baseline(baseline, &self.paths, self.settings);
        }
    }

    /// Writes it again from a report to which it was applied.
    pub fn write(&self, report: &Report, terminal: &Terminal) -> Result<()> {
        match &self.file {
            Some((path, old)) => write(path, old, report, &self.paths, terminal),
            None => Ok(()),
        }
    }
}

fn write(
    path: &Path,
    old: &Baseline,
    report: &Report,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<()> {
    let mut new = Baseline::of(report, paths);
    let vanished = report.baseline.iter().flat_map(|b| &b.vanished);
    let vanished: Vec<_> = vanished.collect();
    // A finding in a place outside of this run stays known.
    let kept = old.known.iter().filter(|known| !vanished.contains(known));
    new.known.extend(kept.cloned());
    let text = new.to_json();
    let done = disk::write::write(path, text.as_bytes())
        .map_err(|error| Error::message(format!("cannot write {}: {error}", short(path))))?;
    terminal.strays(&done);
    if !terminal.quiet {
        let count = new.known.len();
        let (path, gone) = (short(path), vanished.len());
        let findings = if count == 1 { "finding" } else { "findings" };
        terminal.line(format_args!(
            "wrote {path}: {count} known {findings}, {gone} removed"
        ));
    }
    Ok(())
}

fn read(path: &Path, may_be_missing: bool) -> Result<Baseline> {
    let bytes = match disk::read_named(path, MAX_SIZE) {
        Ok(bytes) => bytes,
        Err(FileError::NotFound) if may_be_missing => return Ok(Baseline::default()),
        Err(FileError::NotFound) => {
            return Err(Error::message(format!(
                "cannot read the baseline {0}: it does not exist; --write-baseline {0} writes it",
                short(path)
            )));
        }
        Err(error) => {
            let path = short(path);
            return Err(Error::message(format!(
                "cannot read the baseline {path}: {error}"
            )));
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    Baseline::parse(&text).map_err(|error| {
        Error::message(format!("cannot use the baseline {}: {error}", short(path)))
    })
}
