//! The paths that Git ignores, by the `.gitignore` files of a repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::io;

/// Larger files are not read.
const MAX_SIZE: u64 = 256 * 1024;

/// More patterns of one file are not read.
const MAX_RULES: usize = 5_000;

/// The patterns of a directory and of those above it.
#[derive(Debug, Clone, Default)]
pub struct Ignored {
    levels: Vec<Arc<Level>>,
}

#[derive(Debug)]
struct Level {
    base: PathBuf,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    matcher: GlobMatcher,
    is_negated: bool,
    is_for_directories: bool,
}

impl Ignored {
    /// The patterns that hold in a directory: those of its repository's root and of every directory between. None outside a repository.
    pub fn above(directory: &Path) -> Ignored {
        let absolute = super::absolute(directory);
        let mut ignored = Ignored::default();
        if let Some(root) = io::repository_root(&absolute) {
            let mut between: Vec<&Path> = absolute
                .ancestors()
                .take_while(|dir| dir.starts_with(root))
                .skip(1)
                .collect();
            between.reverse();
            for directory in between {
                ignored = ignored.in_directory(directory);
            }
        }
        ignored
    }

    /// The same with those of a directory, which is absolute.
    pub fn in_directory(&self, directory: &Path) -> Ignored {
        let mut levels = self.levels.clone();
        let file = directory.join(".gitignore");
        if let Ok(bytes) = io::read(&file, MAX_SIZE) {
            let text = String::from_utf8_lossy(&bytes);
            let rules: Vec<Rule> = text.lines().take(MAX_RULES).filter_map(Rule::new).collect();
            if !rules.is_empty() {
                levels.push(Arc::new(Level {
                    base: directory.to_owned(),
                    rules,
                }));
            }
        }
        Ignored { levels }
    }

    /// Whether a path, which is absolute, is ignored: by the last pattern that matches it.
    pub fn is_ignored(&self, path: &Path, is_directory: bool) -> bool {
        for level in self.levels.iter().rev() {
            let Ok(relative) = path.strip_prefix(&level.base) else {
                continue;
            };
            let matches = |rule: &&Rule| {
                (is_directory || !rule.is_for_directories) && rule.matcher.is_match(relative)
            };
            if let Some(rule) = level.rules.iter().rev().find(matches) {
                return !rule.is_negated;
            }
        }
        false
    }
}

impl Rule {
    fn new(line: &str) -> Option<Rule> {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (line, is_negated) = match line.strip_prefix('!') {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        let (line, is_for_directories) = match line.strip_suffix('/') {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        let line = line.trim_start_matches('\\');
        let pattern = match line.strip_prefix('/') {
            Some(anchored) => anchored.to_owned(),
            None if line.contains('/') => line.to_owned(),
            None => format!("**/{line}"),
        };
        let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
        Some(Rule {
            matcher: glob.ok()?.compile_matcher(),
            is_negated,
            is_for_directories,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_matches_counts() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::write(
            root.join(".gitignore"),
            "# x\n*.sh\n!keep.sh\n/build/\na/*.tf\n",
        )
        .unwrap();
        std::fs::write(root.join("a/.gitignore"), "!b.sh\n").unwrap();
        let top = Ignored::default().in_directory(root);
        let below = top.in_directory(&root.join("a"));
        let at = |path: &str| root.join(path);
        assert!(top.is_ignored(&at("x.sh"), false));
        assert!(!top.is_ignored(&at("keep.sh"), false));
        assert!(top.is_ignored(&at("build"), true) && !top.is_ignored(&at("build"), false));
        assert!(!top.is_ignored(&at("a/build"), true));
        assert!(
            below.is_ignored(&at("a/x.tf"), false) && !below.is_ignored(&at("a/b/x.tf"), false)
        );
        assert!(below.is_ignored(&at("a/x.sh"), false) && !below.is_ignored(&at("a/b.sh"), false));
        assert!(!Ignored::default().is_ignored(&at("x.sh"), false));
    }
}
