//! The texts of a repository that may contain configuration: not ignored by Git, not generated, not copied in.

use std::collections::HashSet;
use std::fs::FileType;
use std::path::{Path, PathBuf};

use super::Tree;
use super::find_error::shown;
use super::globs::{Exclusions, absolute};
use super::ignored::Ignored;
use super::io;
use super::names::{Likeness, VERSION_CONTROL, likeness};
use crate::containerd::FileError;
use crate::parallel;

/// Directories of other projects' files.
const FOREIGN: [&str; 8] = [
    "node_modules",
    "vendor",
    "third_party",
    ".terraform",
    ".venv",
    "site-packages",
    "__pycache__",
    "_backup",
];

/// How deep is searched.
const MAX_DEPTH: usize = 40;

/// No more files than this are looked at.
const MAX_FILES: usize = 200_000;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// As the user knows it.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Reads the files below a directory that `is_wanted` by their names, and keeps those whose bytes are `is_relevant`, sorted by
/// path. No link is followed. The directories of namespaces in the `trees` found below it are not entered: what they contain is
/// containerd's, and is read when the trees are.
pub fn texts_below(
    root: &Path,
    trees: &[Tree],
    exclude: &Exclusions,
    limit: u64,
    is_wanted: impl Fn(&str) -> bool,
    is_relevant: impl Fn(&[u8]) -> bool + Sync,
) -> Vec<TextFile> {
    let whole = trees.iter().filter(|tree| tree.lone.is_none());
    let config_paths: HashSet<&Path> = whole.map(|tree| tree.disk.as_path()).collect();
    let mut paths = Vec::new();
    let top = absolute(root);
    let mut waiting = vec![(root.to_owned(), top, Ignored::above(root), 0)];
    while let Some((directory, absolute, mut ignored, depth)) = waiting.pop() {
        let entries = entries(&directory);
        if entries.iter().any(|(name, _)| name == ".gitignore") {
            ignored = ignored.in_directory(&absolute);
        }
        let is_config_path = config_paths.contains(directory.as_path());
        for (name, kind) in entries {
            let path = match directory.as_os_str() == "." {
                true => PathBuf::from(&name),
                false => directory.join(&name),
            };
            let full = absolute.join(&name);
            let is_dir = kind.is_dir();
            if ignored.is_ignored(&full, is_dir)
                || !exclude.is_empty() && exclude.excludes(&shown(&path))
            {
                continue;
            }
            if is_dir {
                let is_foreign =
                    VERSION_CONTROL.contains(&name.as_str()) || FOREIGN.contains(&name.as_str());
                let is_namespace = is_config_path && likeness(&name) != Likeness::None;
                if !is_foreign && !is_namespace && depth < MAX_DEPTH {
                    waiting.push((path, full, ignored.clone(), depth + 1));
                }
            } else if kind.is_file() && is_wanted(&name) && paths.len() < MAX_FILES {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let read = parallel::map(&paths, |paths| {
        let texts = paths
            .iter()
            .filter_map(|path| text_of(path, io::read_listed(path, limit).ok()?, &is_relevant));
        texts.collect::<Vec<_>>()
    });
    read.concat()
}

/// Reads a file; `None` if its bytes are not `is_relevant`, or if it is binary or generated.
pub fn text(
    path: &Path,
    limit: u64,
    is_relevant: impl Fn(&[u8]) -> bool,
) -> Result<Option<TextFile>, FileError> {
    Ok(text_of(path, io::read(path, limit)?, is_relevant))
}

fn text_of(path: &Path, bytes: Vec<u8>, is_relevant: impl Fn(&[u8]) -> bool) -> Option<TextFile> {
    let is_binary = memchr::memchr(0, &bytes[..bytes.len().min(8_000)]).is_some();
    if is_binary || is_generated(&bytes) || !is_relevant(&bytes) {
        return None;
    }
    let text = String::from_utf8(bytes).ok()?;
    let path = shown(path);
    Some(TextFile {
        path: path.strip_prefix("./").unwrap_or(&path).to_owned(),
        text,
    })
}

/// Whether a text declares itself generated.
pub fn is_generated(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1_024)];
    ["DO NOT EDIT", "@generated"]
        .iter()
        .any(|mark| memchr::memmem::find(head, mark.as_bytes()).is_some())
}

/// Reads a file that another one names by a path relative to itself: only inside the repository, or the directory `root`, and
/// nothing that a link leads to.
pub fn named_beside(carrier: &Path, named: &str, root: &Path, limit: u64) -> Option<TextFile> {
    let directory = carrier.parent().unwrap_or(Path::new(""));
    let path = super::normalized(&directory.join(named));
    let full = absolute(&path);
    let top = absolute(root);
    let top = io::repository_root(&top).unwrap_or(&top);
    let is_inside = full.canonicalize().ok()? == full && full.starts_with(top);
    let is_file = path.symlink_metadata().ok()?.is_file();
    if !is_inside || !is_file {
        return None;
    }
    text(&path, limit, |_| true).ok().flatten()
}

fn entries(directory: &Path) -> Vec<(String, FileType)> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let named = entries.flatten().filter_map(|entry| {
        let kind = entry.file_type().ok()?;
        Some((entry.file_name().into_string().ok()?, kind))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_foreign_binary_or_generated_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in [".git", "node_modules", "out", "a/b"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        std::fs::write(root.join(".gitignore"), "out\n").unwrap();
        for (name, text) in [
            (".git/x.sh", "mark"),
            ("node_modules/x.sh", "mark"),
            ("out/x.sh", "mark"),
            ("a/b/x.sh", "mark"),
            ("a/binary.sh", "mark\0"),
            ("a/generated.sh", "# DO NOT EDIT\nmark"),
            ("a/other.sh", "nothing"),
            ("a/x.md", "mark"),
        ] {
            std::fs::write(root.join(name), text).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("b/x.sh", root.join("a/link.sh")).unwrap();
        let is_relevant = |bytes: &[u8]| bytes.starts_with(b"mark") || bytes.ends_with(b"mark");
        let wanted = |name: &str| name.ends_with(".sh");
        let found = texts_below(root, &[], &Exclusions::default(), 100, wanted, is_relevant);
        let paths: Vec<&str> = found.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [root.join("a/b/x.sh").to_string_lossy()]);
    }

    #[test]
    fn nothing_outside_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("in")).unwrap();
        std::fs::write(root.join("secret"), "x").unwrap();
        std::fs::write(root.join("in/own"), "x").unwrap();
        let read =
            |named: &str| named_beside(&root.join("in/kind.yaml"), named, &root.join("in"), 100);
        assert!(read("./own").is_some());
        assert!(read("../secret").is_none() && read("/etc/hostname").is_none());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("../secret", root.join("in/link")).unwrap();
            assert!(read("link").is_none());
        }
    }
}
