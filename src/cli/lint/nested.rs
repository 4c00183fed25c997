//! Settings files in the linted folders: each counts for what is below it, in the place of the one of the run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::LintArgs;
use super::read_settings;
use crate::cli::Result;
use crate::cli::terminal::Terminal;
use crate::disk::{Discovery, absolute};
use crate::finding::{Nested, Settings};
use crate::settings::{short, upwards};

/// The settings files that are nearer to what was found than that of the run, the deepest first. Where one file was named for the
/// run, or none wanted, there are none.
pub fn settings(
    args: &LintArgs,
    of_run: &Settings,
    found: &Discovery,
    terminal: &Terminal,
) -> Result<Vec<Nested>> {
    if args.config.is_some() || args.no_config {
        return Ok(Vec::new());
    }
    let used = of_run.file.as_deref().map(absolute);
    let trees = found.trees.iter().map(|tree| absolute(&tree.disk));
    let configs = found
        .configs
        .iter()
        .filter_map(|config| Some(absolute(config.parent()?)));
    let directories: BTreeSet<PathBuf> = trees.chain(configs).collect();
    let mut files = BTreeSet::new();
    for directory in &directories {
        files.extend(upwards(directory)?.filter(|file| Some(absolute(file)) != used));
    }
    let mut nested = Vec::new();
    for file in files {
        let effective = read_settings(&file, args, terminal)?;
        let base = absolute(&file)
            .parent()
            .unwrap_or(Path::new("/"))
            .to_owned();
        terminal.info(format!("settings for {}: {}", short(&base), short(&file)));
        let said = &effective.file.as_ref().map(|file| &file.layer);
        for (name, is_said) in [
            (
                "min-severity",
                said.is_some_and(|layer| layer.min_severity.is_some()),
            ),
            ("fail-on", said.is_some_and(|layer| layer.fail_on.is_some())),
            (
                "baseline",
                said.is_some_and(|layer| layer.baseline.is_some()),
            ),
            ("sysroot", said.is_some_and(|layer| layer.sysroot.is_some())),
        ] {
            if is_said {
                terminal.warning(format!(
                    "`{name}` in {} is ignored: it applies to a whole run, whose settings are {}",
                    short(&file),
                    of_run
                        .file
                        .as_deref()
                        .map_or_else(|| "the defaults".to_owned(), short),
                ));
            }
        }
        nested.push(Nested {
            base,
            settings: effective.settings,
        });
    }
    nested.sort_by_cached_key(|nested| std::cmp::Reverse(nested.base.components().count()));
    Ok(nested)
}
