//! The file of known findings: read, applied, written.

use std::path::Path;

use super::LintArgs;
use crate::cli::{Error, Result, Terminal, file};
use crate::containerd::FileError;
use crate::lint::{Baseline, Paths, Report};
use crate::report;
use crate::settings::{Effective, short};
use crate::tree;

/// Larger than any baseline: some 300,000 findings.
const MAX_SIZE: u64 = 64 * 1024 * 1024;

/// Keeps quiet what the baseline knows; with `--write-baseline` writes it anew.
pub fn apply(
    args: &LintArgs,
    report: &mut Report,
    effective: &Effective,
    terminal: &Terminal,
) -> Result<()> {
    let writes = args.write_baseline.is_some();
    let Some(path) = args.write_baseline.as_ref().or(effective.baseline.as_ref()) else {
        return Ok(());
    };
    let paths = Paths::new(&report::Options::default().root);
    let old = read(path, writes)?;
    report.apply_baseline(&old, &paths, &effective.settings);
    if !writes {
        return Ok(());
    }
    let mut new = Baseline::of(report, &paths);
    let vanished = report.baseline.iter().flat_map(|b| &b.vanished);
    let vanished: Vec<_> = vanished.collect();
    // What this run could not find, because it did not look there, is known still.
    let kept = old.known.iter().filter(|known| !vanished.contains(known));
    new.known.extend(kept.cloned());
    let text = new.to_json();
    file::write_atomically(path, text.as_bytes())
        .map_err(|error| Error::message(format!("cannot write {}: {error}", short(path))))?;
    if !terminal.quiet {
        let count = new.known.len();
        let (path, gone) = (short(path), vanished.len());
        let findings = if count == 1 { "finding" } else { "findings" };
        terminal.raw(&format!(
            "{path} is written: {count} known {findings}, {gone} gone\n"
        ));
    }
    Ok(())
}

fn read(path: &Path, may_be_missing: bool) -> Result<Baseline> {
    let bytes = match tree::read(path, MAX_SIZE) {
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
