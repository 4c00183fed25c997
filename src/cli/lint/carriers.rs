//! From the paths of a command line to the carriers below them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::carriers::{MAX_CARRIER, look, may_be};
use crate::cli::terminal::Terminal;
use crate::disk::{Lone, Reach, TextFile, Tree, text, texts_below};
use crate::facts::Carrier;
use crate::finding::Settings;

/// The carriers that paths name, and those below directories outside the namespaces of `trees`. Those that cannot be read are
/// reported in one note.
pub fn find(
    paths: &[PathBuf],
    trees: &[Tree],
    settings: &Settings,
    terminal: &Terminal,
) -> Vec<Carrier> {
    let mut carriers: Vec<Carrier> = Vec::new();
    let mut known = BTreeSet::new();
    let mut passed_over = Vec::new();
    for path in paths {
        // A path that leads out of the repository is reported by the search for trees.
        if Reach::of(path).resolve(path).is_err() {
            continue;
        }
        let files = match path.is_dir() {
            true => texts_below(
                path,
                trees,
                &settings.exclude,
                MAX_CARRIER,
                may_be,
                look::may_hold,
            ),
            false => text(path, MAX_CARRIER, look::may_hold)
                .ok()
                .flatten()
                .into_iter()
                .collect(),
        };
        for file in files {
            if known.insert(file.path.clone()) {
                add(&file, path, settings, &mut carriers, &mut passed_over);
            }
        }
    }
    if let [first, rest @ ..] = &passed_over[..] {
        let others = match rest.len() {
            0 => String::new(),
            number => format!("; {number} more files were skipped"),
        };
        terminal.note(format!("{first}{others}"));
    }
    carriers
}

fn add(
    file: &TextFile,
    root: &Path,
    settings: &Settings,
    carriers: &mut Vec<Carrier>,
    passed_over: &mut Vec<String>,
) {
    let Some(mut carrier) = Carrier::read(&file.path, &file.text) else {
        return;
    };
    if settings.without_carriers.contains(&carrier.kind) {
        return;
    }
    for why in std::mem::take(&mut carrier.carried.passed_over) {
        passed_over.push(format!("{}: {why}", file.path));
    }
    let root = match root.is_dir() {
        true => root,
        false => root.parent().unwrap_or(Path::new(".")),
    };
    for placed in carrier.mounted(root) {
        if carriers.iter().all(|known| known.path() != placed.path()) {
            carriers.push(placed);
        }
    }
    if !carrier.carried.is_empty() {
        carriers.push(carrier);
    }
}

/// The carriers without files that are in a config path: these are linted there. A file that another one places in a config path
/// is not a file of an unknown registry.
pub fn beside(mut carriers: Vec<Carrier>, trees: &mut Vec<Tree>) -> Vec<Carrier> {
    carriers.retain(|carrier| {
        let holds = |tree: &Tree| match &tree.lone {
            Some(lone) => lone.shown == carrier.path() && !lone.is_unknown(),
            None => Path::new(carrier.path()).starts_with(&tree.shown),
        };
        carrier.placed.is_none() || !trees.iter().any(holds)
    });
    trees.retain(|tree| {
        let is_placed = |lone: &Lone| {
            let mut placed = carriers.iter().filter(|c| c.placed.is_some());
            placed.any(|carrier| carrier.path() == lone.shown)
        };
        !tree.lone.as_ref().is_some_and(is_placed)
    });
    carriers
}
