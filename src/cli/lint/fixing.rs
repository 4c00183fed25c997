//! Fixes: shown as a diff, written, and reported.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{self, PathBuf};

use crate::cli::Result;
use crate::cli::terminal::Terminal;
use crate::disk::write::{Replacement, replace_all};
use crate::finding::Failure;
use crate::fix::{self, FixedFile, OnDisk, Refusal, Refused, Texts};
use crate::settings::short;

/// The written files.
#[derive(Debug, Default)]
pub struct Written {
    /// The texts that are in their places now.
    pub texts: Texts,
    /// How many findings they fixed.
    pub findings: usize,
    /// The files that could not be written. They have been reported.
    pub failures: Vec<Failure>,
}

/// Reports the fixes that were not made, and why. Returns the failures of the run; a fix that is held back is not a failure: its
/// finding stays, and counts.
pub fn tell_refused(refused: &[Refused], terminal: &Terminal) -> Vec<Failure> {
    let mut failures = Vec::new();
    for Refused {
        path,
        line,
        rule,
        refusal,
    } in refused
    {
        let place = match line {
            0 => path.clone(),
            line => format!("{path}:{line}"),
        };
        let what = match refusal {
            Refusal::HeldBack(why) => {
                terminal.warning(format!(
                    "{place}: {rule} is not fixed, because then {why}; correct both by hand"
                ));
                continue;
            }
            Refusal::Postponed => {
                terminal.warning(format!(
                    "{path}: it has more fixes than one run makes; run --fix again for the others"
                ));
                continue;
            }
            Refusal::Changed => {
                format!("{path}: it changed while it was linted, and was not written; run again")
            }
            Refusal::Broken(what) => format!(
                "{place}: the fix of {rule} would do more than it says ({what}) and is not written; \
                 this is a bug of certsd-lint, please report it"
            ),
            Refusal::Unsettled => format!(
                "{place}: the fixes of {rule} do not converge and are not written; \
                 this is a bug of certsd-lint, please report it"
            ),
        };
        terminal.error(&what);
        failures.push(Failure::Undone { what });
    }
    failures
}

/// Prints what would be written; whether there is anything. Secrets of the files are not shown, for a diff ends in logs.
/// After a failure, the run does not claim that there is nothing.
pub fn show(
    files: &[FixedFile],
    has_failed: bool,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> Result<bool> {
    let mut inexact = Vec::new();
    for file in distinct(files) {
        let shown = fix::shown(&file.path, &file.original.bytes, &file.text);
        out.write_all(&shown.text)?;
        if !shown.is_exact {
            inexact.push(file.path.as_str());
        }
    }
    out.flush()?;
    if let [first, rest @ ..] = &inexact[..] {
        let others = match rest.len() {
            0 => String::new(),
            number => format!(" and of {number} more"),
        };
        terminal.note(format!(
            "the diff of {first}{others} replaces secrets and control characters, so it cannot be applied; use --fix to write the fixes"
        ));
    }
    if !terminal.quiet {
        match files {
            [] if has_failed => {}
            [] => terminal.line("No fixes"),
            _ => tell("Would fix", files, terminal),
        }
    }
    Ok(!files.is_empty())
}

/// Writes the files, and the text of standard input, fixed or not, to `out`.
pub fn write(
    files: Vec<FixedFile>,
    stdin: Option<&[u8]>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> Result<Written> {
    let mut written = Written::default();
    let mut done = Vec::new();
    let mut printed = stdin;
    let twins = twins(&files);
    let is_twin = |file: &FixedFile| twins.contains_key(file.path.as_str());
    let to_write: Vec<(&FixedFile, &OnDisk)> = files
        .iter()
        .filter(|file| !is_twin(file))
        .filter_map(|file| Some((file, file.original.disk.as_ref()?)))
        .collect();
    let replacements: Vec<Replacement> = to_write
        .iter()
        .map(|(file, disk)| Replacement {
            path: &disk.real,
            before: &file.original.bytes,
            after: &file.text,
        })
        .collect();
    let results = replace_all(&replacements);
    let mut results = to_write.iter().zip(results);
    for file in &files {
        let undone = |written: &mut Written, why: String| {
            let what = format!("cannot write {}: {why}", file.path);
            terminal.error(&what);
            written.failures.push(Failure::Undone { what });
        };
        if let Some(twin) = twins.get(file.path.as_str()) {
            let why =
                format!("it is the same file as {twin}, which needs other fixes; edit it by hand");
            undone(&mut written, why);
            continue;
        }
        if file.original.disk.is_none() {
            printed = Some(&file.text);
        } else if let Some(((_, disk), result)) = results.next() {
            match result {
                Ok(beside) => {
                    tell_link(file, disk, terminal);
                    terminal.strays(&beside);
                }
                Err(error) => {
                    undone(&mut written, error.to_string());
                    continue;
                }
            }
        }
        done.push(file);
    }
    if let Some(text) = printed {
        out.write_all(text)?;
        out.flush()?;
    }
    for file in &done {
        written.texts.insert(file.path.clone(), file.text.clone());
        written.findings += file.rules.values().sum::<usize>();
    }
    if !terminal.quiet && !done.is_empty() {
        tell("Fixed", done, terminal);
    }
    Ok(written)
}

/// Files that are one on the disk, under several names, and whose texts would differ: what is right for one
/// of its namespaces need not be for the other.
fn twins(files: &[FixedFile]) -> BTreeMap<&str, &str> {
    let mut known: BTreeMap<PathBuf, &FixedFile> = BTreeMap::new();
    let mut twins = BTreeMap::new();
    for file in files {
        let Some(target) = target(file) else {
            continue;
        };
        match known.get(&target) {
            Some(other) if other.text != file.text => {
                twins.insert(file.path.as_str(), other.path.as_str());
                twins.insert(other.path.as_str(), file.path.as_str());
            }
            Some(_) => {}
            None => {
                known.insert(target, file);
            }
        }
    }
    twins
}

/// The files, and of those that are one on the disk and get one text a single one: if there is one, the one at its own
/// place, and no link to it.
fn distinct<'a>(files: impl IntoIterator<Item = &'a FixedFile>) -> Vec<&'a FixedFile> {
    let mut kept: Vec<&FixedFile> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    for file in files {
        let target = target(file);
        let at = match &target {
            Some(target) => *known.entry(target.clone()).or_insert(kept.len()),
            None => kept.len(),
        };
        match kept.get_mut(at) {
            Some(other) if other.text == file.text => {
                let own_place = file.original.disk.as_ref();
                let own_place = own_place.and_then(|disk| path::absolute(&disk.path).ok());
                if own_place == target {
                    *other = file;
                }
            }
            _ => kept.push(file),
        }
    }
    kept
}

/// Where a file really is.
fn target(file: &FixedFile) -> Option<PathBuf> {
    Some(file.original.disk.as_ref()?.real.clone())
}

/// Reports that the written file is not at the path that the user named.
fn tell_link(file: &FixedFile, disk: &OnDisk, terminal: &Terminal) {
    if let Ok(root) = disk.root.canonicalize()
        && !disk.real.starts_with(root)
    {
        terminal.note(format!(
            "{} is a link: {} was written",
            file.path,
            short(&disk.real)
        ));
    }
}

/// `Fixed 3 findings in 2 files`, and which with `-v`.
fn tell<'a>(
    what: &str,
    files: impl IntoIterator<Item = &'a FixedFile> + Clone,
    terminal: &Terminal,
) {
    let count = |number: usize, one: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    };
    let number = distinct(files.clone()).len();
    let mut findings = 0;
    let mut details = Vec::new();
    for file in files {
        findings += file.rules.values().sum::<usize>();
        for (rule, times) in &file.rules {
            details.push(format!("  {}: {times} × {rule}", file.path));
        }
    }
    terminal.line(format_args!(
        "{what} {} in {}",
        count(findings, "finding"),
        count(number, "file")
    ));
    if terminal.verbose > 0 {
        for line in details {
            terminal.line(line);
        }
    }
}
