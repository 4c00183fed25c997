//! Which files of a tree Git tracks, without Git.
//!
//! The repository may be anyone's. Git itself obeys what the repository's configuration says, down to programs that it names,
//! and takes any directory with the right files in it for a repository. So no program is started, no configuration is read, and
//! nothing inside a tree is taken for a repository but a `.git`: the index is read, and nothing else.

mod index;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::io as disk;
use index::Index;

/// The largest index that is read: one of a million files has about 100 MiB.
const MAX_INDEX: u64 = 128 * 1024 * 1024;

/// The largest `.git`, `gitdir` or similar file of one line.
const MAX_LINE: u64 = 4096;

/// Whether Git tracks a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracked {
    /// It is in the index.
    Yes,
    /// It is not, or is in no repository.
    No,
    /// There is an index, and it cannot be read. Why, in words.
    Unknown(&'static str),
}

/// The repositories of a run, each read once.
#[derive(Debug, Clone, Default)]
pub struct Repositories(Arc<Mutex<HashMap<PathBuf, Arc<Repository>>>>);

/// The working tree above a directory.
#[derive(Debug)]
pub struct Repository {
    /// Its top directory, links resolved.
    top: PathBuf,
    index: Result<Index, &'static str>,
}

impl Repositories {
    /// The nearest repository that a directory is in.
    pub fn above(&self, directory: &Path) -> Option<Arc<Repository>> {
        let directory = directory.canonicalize().ok()?;
        let (top, git) = locate(&directory)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(repository) = known.get(&git) {
            return Some(Arc::clone(repository));
        }
        let repository = Arc::new(Repository {
            top,
            index: read_index(&git),
        });
        known.insert(git, Arc::clone(&repository));
        Some(repository)
    }
}

impl Repository {
    /// Whether the file at this path, or the one that it leads to, is tracked.
    pub fn tracks(&self, path: &Path) -> Tracked {
        let Ok(path) = path.canonicalize() else {
            return Tracked::No;
        };
        let Ok(relative) = path.strip_prefix(&self.top) else {
            return Tracked::No;
        };
        match &self.index {
            Ok(index) if cfg!(windows) => {
                index.has(relative.to_string_lossy().replace('\\', "/").as_bytes())
            }
            Ok(index) => index.has(relative.as_os_str().as_encoded_bytes()),
            Err(why) => Tracked::Unknown(why),
        }
    }
}

/// The top directory and the Git directory of the nearest repository, from this directory upwards. The directory has no links
/// in its path.
fn locate(directory: &Path) -> Option<(PathBuf, PathBuf)> {
    directory.ancestors().find_map(|top| {
        let git = top.join(".git");
        let kind = fs::symlink_metadata(&git).ok()?.file_type();
        let git = match kind.is_file() {
            true => linked(top, &git, directory)?,
            false => git,
        };
        // Git goes on upwards, too, from a directory that only has the name.
        git.join("HEAD").symlink_metadata().ok()?;
        Some((top.to_owned(), git))
    })
}

/// The Git directory that a file called `.git` names, if it is plainly that of this working tree: a `.git` file can name any
/// directory, and one in the tree would be the tree's own word for it.
fn linked(top: &Path, file: &Path, tree: &Path) -> Option<PathBuf> {
    let named = line(file)?;
    let git = top
        .join(named.strip_prefix("gitdir: ")?)
        .canonicalize()
        .ok()?;
    if git.starts_with(tree) {
        return None;
    }
    let parts: Vec<&OsStr> = git.components().map(Component::as_os_str).collect();
    // `worktrees/NAME`, which names the working tree in its turn.
    let is_worktree = |length: usize| {
        length >= 2 && parts[length - 2] == "worktrees" && {
            let at: PathBuf = parts[..length].iter().collect();
            let back = line(&at.join("gitdir"));
            let back = back.map(|back| at.join(back));
            let back = back.and_then(|back| back.parent()?.canonicalize().ok());
            back.is_some_and(|back| match length == parts.len() {
                true => back == top,
                false => top.starts_with(back),
            })
        }
    };
    // `modules/NAME` of a repository around it, or of a working tree of one.
    let is_module = |at: usize| {
        let above: PathBuf = parts[..at].iter().collect();
        let is_around = above.file_name().is_some_and(|name| name == ".git")
            && above.parent().is_some_and(|above| top.starts_with(above));
        parts[at] == "modules" && (is_around || is_worktree(at))
    };
    (is_worktree(parts.len()) || (0..parts.len()).any(is_module)).then_some(git)
}

/// The only line of a small file.
fn line(path: &Path) -> Option<String> {
    let text = String::from_utf8(disk::read(path, MAX_LINE).ok()?).ok()?;
    let line = text.trim_end_matches(['\r', '\n']);
    (!line.is_empty() && !line.contains('\n')).then(|| line.to_owned())
}

fn read_index(git: &Path) -> Result<Index, &'static str> {
    use crate::containerd::FileError;
    match disk::read(&git.join("index"), MAX_INDEX) {
        Ok(bytes) => Index::parse(&bytes),
        // Nothing was added yet.
        Err(FileError::NotFound) => Ok(Index::default()),
        Err(FileError::TooLarge(_)) => Err("its index is too large"),
        Err(_) => Err("its index cannot be read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder, with links in its own path resolved, and these files and directories in it.
    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text.replace("ROOT", root.to_str().unwrap())).unwrap();
        }
        (folder, root)
    }

    fn located(files: &[(&str, &str)], tree: &str) -> Option<(String, String)> {
        let (_folder, root) = folder(files);
        let (top, git) = locate(&root.join(tree))?;
        let below = |path: PathBuf| path.strip_prefix(&root).unwrap().display().to_string();
        Some((below(top), below(git)))
    }

    #[test]
    fn the_nearest_repository_above() {
        let found = |top: &str, git: &str| Some((top.to_owned(), git.to_owned()));
        let file = ("a/b/certs.d/x", "");
        let outer = ("a/.git/HEAD", "");
        assert_eq!(located(&[file, outer], "a/b/certs.d"), found("a", "a/.git"));
        let inner = ("a/b/.git/HEAD", "");
        assert_eq!(
            located(&[file, outer, inner], "a/b/certs.d"),
            found("a/b", "a/b/.git")
        );
        // A directory with only the name is not one, and neither is a bare repository's layout.
        let empty = ("a/b/.git/x", "");
        let bare = ("a/b/certs.d/HEAD", "");
        assert_eq!(
            located(&[file, outer, empty, bare], "a/b/certs.d"),
            found("a", "a/.git")
        );
    }

    #[test]
    fn working_trees_and_submodules() {
        let file = ("w/certs.d/x", "");
        let names = ("w/.git", "gitdir: ../main/.git/worktrees/w\n");
        let head = ("main/.git/worktrees/w/HEAD", "");
        let back = ("main/.git/worktrees/w/gitdir", "ROOT/w/.git\n");
        let is_found = |files: &[(&str, &str)]| located(files, "w/certs.d").is_some();
        assert!(is_found(&[file, names, head, back]));
        assert!(!is_found(&[file, names, head]));
        let elsewhere = ("main/.git/worktrees/w/gitdir", "ROOT/v/.git\n");
        assert!(!is_found(&[file, names, head, elsewhere]));

        let module = ("w/.git", "gitdir: ../.git/modules/w\n");
        assert!(is_found(&[file, module, (".git/modules/w/HEAD", "")]));
        let of_another = ("w/.git", "gitdir: ../other/.git/modules/w\n");
        let head = ("other/.git/modules/w/HEAD", "");
        assert!(!is_found(&[file, of_another, head]));
        // A repository that the tree brings with it.
        let own = ("w/certs.d/.git", "gitdir: .git2/modules/w\n");
        let head = ("w/certs.d/.git2/modules/w/HEAD", "");
        assert!(!is_found(&[file, own, head]));
        for text in ["", "gitdir: \n", "gitdir: /dev/zero", "x\ny"] {
            assert!(!is_found(&[file, ("w/.git", text)]));
        }
    }
}
