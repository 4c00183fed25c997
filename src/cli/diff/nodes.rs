//! The answers of the nodes; only their fingerprints are kept.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::cli::terminal::Terminal;
use crate::cli::{Error, Result};
use crate::disk;
use crate::fleet::{Answer, AnswerKind, Sketch};
use crate::parallel;

/// The largest answer that is read: one about a thousand registries has a few megabytes.
const MAX_ANSWER: u64 = 32 * 1024 * 1024;

/// The most answers of one run.
const MAX_ANSWERS: usize = 200_000;

/// So many unreadable files are named.
const MAX_ERRORS: usize = 20;

/// The nodes.
pub struct Nodes {
    /// Their names: those of their files, without `.json`.
    pub names: Vec<String>,
    /// Their files.
    pub paths: Vec<PathBuf>,
    /// The fingerprints of their answers.
    pub fingerprints: Vec<String>,
    /// Whether a file could not be read.
    pub failed: bool,
}

impl Nodes {
    /// Reads the files, on all processors, and reports those that are not answers.
    ///
    /// # Errors
    /// When answers to different questions are mixed, or there are too many.
    pub fn read(files: &[PathBuf], terminal: &Terminal) -> Result<Nodes> {
        let files = expanded(files)?;
        let sketches = parallel::map(&files, |files| {
            files.iter().map(|file| sketch(file)).collect::<Vec<_>>()
        });
        let mut nodes = Nodes {
            names: Vec::new(),
            paths: Vec::new(),
            fingerprints: Vec::new(),
            failed: false,
        };
        let mut first: Option<(AnswerKind, PathBuf)> = None;
        let mut errors = 0;
        for (path, sketch) in files.into_iter().zip(sketches.into_iter().flatten()) {
            match (sketch, &first) {
                (Err(error), _) => {
                    errors += 1;
                    if errors <= MAX_ERRORS {
                        terminal.error(format!("{} {error}", path.display()));
                    }
                }
                (Ok(sketch), Some((kind, known))) if *kind != sketch.kind => {
                    return Err(Error::message(format!(
                        "{} is an answer of `{}` and {} is one of `{}`; compare answers of the same command",
                        known.display(),
                        kind.command(),
                        path.display(),
                        sketch.kind.command(),
                    )));
                }
                (Ok(sketch), known) => {
                    if known.is_none() {
                        first = Some((sketch.kind, path.clone()));
                    }
                    nodes.paths.push(path);
                    nodes.fingerprints.push(sketch.fingerprint);
                }
            }
        }
        if errors > MAX_ERRORS {
            terminal.error(format!(
                "{} more files are not answers",
                errors - MAX_ERRORS
            ));
        }
        nodes.failed = errors > 0;
        nodes.names = names(&nodes.paths);
        Ok(nodes)
    }

    /// The answer of a node in full.
    pub fn answer(&self, node: usize) -> std::result::Result<Answer, String> {
        super::read_answer(&read(&self.paths[node])?)
    }
}

/// The files, and for directories their files that end with `.json`, in the order of their names.
fn expanded(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path)
            .map_err(|error| Error::message(format!("cannot read {}: {error}", path.display())))?;
        let mut inside: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .take(MAX_ANSWERS + 1)
            .collect();
        inside.sort();
        files.extend(inside);
    }
    match files.len() > MAX_ANSWERS {
        true => Err(Error::message(format!(
            "there are more than {MAX_ANSWERS} answers; compare fewer at a time"
        ))),
        false => Ok(files),
    }
}

fn read(path: &Path) -> std::result::Result<Vec<u8>, String> {
    disk::read_named(path, MAX_ANSWER).map_err(|error| error.predicate())
}

fn sketch(path: &Path) -> std::result::Result<Sketch, String> {
    Sketch::read(&read(path)?)
}

/// The files' names without their endings, or the whole paths where two would have the same name.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let short: Vec<String> = paths
        .iter()
        .map(|path| {
            path.file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for name in &short {
        *count.entry(name).or_default() += 1;
    }
    let whole = |path: &PathBuf| path.to_string_lossy().into_owned();
    let names = short.iter().zip(paths);
    names
        .map(|(name, path)| match count[name.as_str()] {
            1 => name.clone(),
            _ => whole(path),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_named_for_their_files() {
        let paths = ["a/one.json", "b/two.json", "c/two.json"].map(PathBuf::from);
        assert_eq!(names(&paths), ["one", "b/two.json", "c/two.json"]);
    }
}
