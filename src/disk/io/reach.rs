//! How far links lead: not out of a repository, whose links are anyone's, nor out of a directory that represents a root.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::{file_error, repository_root};
use crate::containerd::FileError;

/// As many links as Linux follows on the path to one file.
const MAX_LINKS: usize = 40;

/// How far links lead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// Everywhere, as for any program.
    #[default]
    Anywhere,
    /// Not out of this directory, the top of a repository, in whose own path no links are left.
    Repository(PathBuf),
    /// Everywhere below a directory that represents the root: an absolute link leads from it, and `..` not above it.
    Root {
        /// The directory as it was named.
        named: PathBuf,
        /// The same without links in its path.
        real: PathBuf,
    },
}

impl Reach {
    /// That of a path in the repository that contains it; in none, everywhere.
    pub fn of(path: &Path) -> Reach {
        let absolute = crate::disk::absolute(path);
        let top = repository_root(&absolute);
        match top.map(|top| top.canonicalize().unwrap_or_else(|_| top.to_owned())) {
            Some(top) => Reach::Repository(top),
            None => Reach::Anywhere,
        }
    }

    /// That of a directory that represents a root.
    pub fn below(root: &Path) -> Reach {
        let named = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let real = named.canonicalize().unwrap_or_else(|_| named.clone());
        Reach::Root { named, real }
    }

    /// The path itself where links lead everywhere, and else one to the same place without links.
    ///
    /// # Errors
    /// Where a link leads too far, or in a circle, or nothing is there.
    pub fn resolve(&self, path: impl Into<PathBuf>) -> Result<PathBuf, FileError> {
        let path = path.into();
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let top = Path::new("/");
        match self {
            Reach::Anywhere => Ok(path),
            Reach::Repository(repository) => {
                let path = absolute(&path);
                let (found, error) = match path.strip_prefix(repository) {
                    Ok(rest) => follow(repository, top, top, rest),
                    Err(_) => follow(top, top, top, &path),
                };
                match error {
                    _ if !found.starts_with(repository) => Err(FileError::LeadsOut),
                    Some(error) => Err(error),
                    None => Ok(found),
                }
            }
            Reach::Root { named, real } => {
                let path = absolute(&path);
                let below = path.strip_prefix(real);
                let (found, error) = match below.or_else(|_| path.strip_prefix(named)) {
                    Ok(rest) => follow(real, real, real, rest),
                    // A tree beside the root: its absolute links lead from the root anyway.
                    Err(_) => follow(top, top, real, &path),
                };
                error.map_or(Ok(found), Err)
            }
        }
    }
}

/// Follows `path` from `start`, upwards no further than to `floor`; absolute links lead from `root`. What was found, and why
/// the way ends before its end.
fn follow(start: &Path, floor: &Path, root: &Path, path: &Path) -> (PathBuf, Option<FileError>) {
    let mut found = start.to_owned();
    let mut floor = floor;
    let mut left: VecDeque<OsString> = parts(path).collect();
    let mut links = 0;
    while let Some(part) = left.pop_front() {
        if part == ".." {
            if found != floor {
                found.pop();
            }
            continue;
        }
        found.push(&part);
        let target = match fs::symlink_metadata(&found) {
            Ok(metadata) if !metadata.is_symlink() => continue,
            Ok(_) => fs::read_link(&found),
            Err(error) => Err(error),
        };
        let target = match target {
            Ok(target) => target,
            Err(error) => {
                // Where the rest would be, were it there.
                for part in left {
                    match part == ".." {
                        true => _ = found.pop(),
                        false => found.push(part),
                    }
                }
                return (found, Some(file_error(&error)));
            }
        };
        links += 1;
        if links > MAX_LINKS {
            return (found, Some(FileError::LinkLoop));
        }
        found.pop();
        if target.has_root() {
            found = root.to_owned();
            floor = root;
        }
        for part in parts(&target).collect::<Vec<_>>().into_iter().rev() {
            left.push_front(part);
        }
    }
    (found, None)
}

/// The names in a path.
fn parts(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsStr::new("..").to_owned()),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder with a repository `r` in it, and what is beside it.
    fn folder(links: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["r/.git", "r/a/b", "r/etc/pki", "outside"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        for name in ["r/a/b/file", "r/etc/pki/file", "outside/file"] {
            fs::write(root.join(name), "").unwrap();
        }
        for (target, name) in links {
            symlink(target, root.join(name)).unwrap();
        }
        (folder, root)
    }

    #[test]
    fn links_do_not_lead_out_of_a_repository() {
        let (_folder, root) = folder(&[
            ("b/file", "r/a/inside"),
            ("../../r/a/b", "r/a/around"),
            ("../../outside/file", "r/a/out"),
            ("/", "r/a/root"),
            ("../../nowhere", "r/a/nowhere-outside"),
            ("none", "r/a/nowhere"),
            ("loop", "r/a/loop"),
        ]);
        let absolute = root.join("r/a/b");
        symlink(&absolute, root.join("r/a/absolute")).unwrap();
        symlink(root.join("r"), root.join("another-way")).unwrap();
        for top in ["r", "another-way"] {
            let reach = Reach::of(&root.join(top).join("a"));
            let resolve = |name: &str| reach.resolve(root.join(top).join("a").join(name));
            let file = Ok(root.join("r/a/b/file"));
            for name in [
                "b/file",
                "inside",
                "around/file",
                "absolute/file",
                "b/../b/file",
            ] {
                assert_eq!(resolve(name), file, "{name}");
            }
            for name in [
                "out",
                "root",
                "root/etc/passwd",
                "../../outside/file",
                "nowhere-outside",
            ] {
                assert_eq!(resolve(name), Err(FileError::LeadsOut), "{name}");
            }
            assert_eq!(resolve("nowhere"), Err(FileError::NotFound));
            assert_eq!(resolve("loop"), Err(FileError::LinkLoop));
        }
        assert_eq!(Reach::of(&root.join("outside")), Reach::Anywhere);
    }

    #[test]
    fn links_below_a_root_lead_from_it() {
        let (_folder, root) = folder(&[
            ("/etc/pki/file", "r/a/absolute"),
            ("../../../../../../../../etc/pki/file", "r/a/far-up"),
            ("/etc", "r/a/directory"),
            ("r", "another-way"),
            ("/etc/pki/file", "outside/link"),
        ]);
        let reach = Reach::below(&root.join("r"));
        let file = Ok(root.join("r/etc/pki/file"));
        for name in [
            "r/a/absolute",
            "r/a/far-up",
            "r/a/directory/pki/file",
            "r/etc/../etc/pki/file",
            "another-way/a/absolute",
            "outside/link",
        ] {
            assert_eq!(reach.resolve(root.join(name)), file, "{name}");
        }
        let machine = Reach::below(Path::new("/"));
        let inside = root.join("r/etc/pki/file");
        assert_eq!(machine.resolve(&inside), Ok(inside.clone()));
    }
}
