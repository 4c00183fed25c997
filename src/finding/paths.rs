//! From the paths that the user gave to those that a service knows: relative to the root of the
//! repository, with links resolved.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::disk::{Reach, read, read_named};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// Characters that are not allowed in the path of a URI (RFC 3986, `pchar` and `/`).
const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The depth of the search for a file that can represent a directory.
const STAND_IN_DEPTH: usize = 3;

/// So many paths are remembered: a report needs one several times before it comes to the next.
const REMEMBERED: usize = 4;

/// The directory that paths are made relative to.
#[derive(Debug, Clone)]
pub struct Paths {
    here: PathBuf,
    root: PathBuf,
    /// How far links lead from there.
    reach: Reach,
    located: RefCell<Vec<(String, Located)>>,
    stand_ins: RefCell<Vec<(String, Option<String>)>>,
}

/// Where a path leads.
#[derive(Debug, Clone)]
struct Located {
    in_root: Option<String>,
    resolved: PathBuf,
}

impl Paths {
    /// Paths relative to `root`, given relative to the working directory.
    pub fn new(root: &Path) -> Paths {
        let here = std::env::current_dir().unwrap_or_default();
        let root = resolved(&here.join(root));
        let reach = Reach::of(&root);
        Paths {
            here,
            root,
            reach,
            located: RefCell::default(),
            stand_ins: RefCell::default(),
        }
    }

    /// The bytes of the file that a path leads to, if it is one of at most `limit` bytes and no link leads out of the
    /// repository.
    pub fn read(&self, shown: &str, limit: u64) -> Option<Vec<u8>> {
        let path = self.on_disk(shown);
        match &self.reach {
            Reach::Repository(top) if path.starts_with(top) => {
                read(&self.reach.resolve(path).ok()?, limit).ok()
            }
            _ => read_named(&path, limit).ok(),
        }
    }

    /// Where a path that is shown to the user is on this machine.
    pub fn on_disk(&self, shown: &str) -> PathBuf {
        self.here.join(shown)
    }

    /// The path relative to the root, `/` between its parts; `None` when it is outside.
    ///
    /// Links are resolved, for GitHub shows nothing in a file that it knows as a link only; but when
    /// that leads out of the root, the link's own place counts.
    pub fn in_root(&self, shown: &str) -> Option<String> {
        self.located(shown).in_root
    }

    fn located(&self, shown: &str) -> Located {
        remembered(&self.located, shown, || {
            let path = self.on_disk(shown);
            let resolved = resolved(&path);
            let in_root = [&resolved, &crate::disk::normalized(&path)]
                .into_iter()
                .find_map(|path| path.strip_prefix(&self.root).ok())
                .map(with_slashes);
            Located { in_root, resolved }
        })
    }

    /// The path relative to the root, or as it is shown when it is outside.
    pub fn relative(&self, shown: &str) -> String {
        self.in_root(shown).unwrap_or_else(|| shown.to_owned())
    }

    /// As a URI: relative to the root, or `file:` when the path is outside.
    pub fn uri(&self, shown: &str) -> Uri {
        match self.in_root(shown) {
            Some(path) => {
                // A colon in the first part would make what is before it a scheme.
                let (first, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
                let first = encoded(first).replace(':', "%3A");
                Uri {
                    text: format!("{first}{}", encoded(rest)),
                    relative: true,
                }
            }
            None => {
                let path = with_slashes(&self.located(shown).resolved);
                let slash = if path.starts_with('/') { "" } else { "/" };
                Uri {
                    text: format!("file://{slash}{}", encoded(&path)),
                    relative: false,
                }
            }
        }
    }

    /// A file that can represent a path in a service that shows files only: itself, or
    /// one in the directory, or one in the nearest directory above that contains any. `None` when
    /// there is none in the root.
    pub fn stand_in(&self, shown: &str) -> Option<String> {
        remembered(&self.stand_ins, shown, || self.find_stand_in(shown))
    }

    fn find_stand_in(&self, shown: &str) -> Option<String> {
        let path = self.located(shown).resolved;
        if path.is_file() {
            return Some(shown.to_owned());
        }
        let within = path
            .ancestors()
            .take_while(|dir| dir.starts_with(&self.root));
        let file = within
            .into_iter()
            .find_map(|dir| first_file(dir, STAND_IN_DEPTH))?;
        Some(with_slashes(&file))
    }
}

/// Returns the cached result for a path, or computes it.
fn remembered<T: Clone>(
    known: &RefCell<Vec<(String, T)>>,
    path: &str,
    find: impl FnOnce() -> T,
) -> T {
    if let Some((_, found)) = known.borrow().iter().find(|(known, _)| known == path) {
        return found.clone();
    }
    let found = find();
    let mut known = known.borrow_mut();
    if known.len() == REMEMBERED {
        known.remove(0);
    }
    known.push((path.to_owned(), found.clone()));
    found
}

/// The URI of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri {
    /// Percent-encoded.
    pub text: String,
    /// It is relative to the root.
    pub relative: bool,
}

fn encoded(path: &str) -> String {
    utf8_percent_encode(path, NOT_IN_PATH).to_string()
}

fn with_slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        // The verbatim form that links are resolved to is not a path for others.
        text.trim_start_matches(r"\\?\").replace('\\', "/")
    } else {
        text.into_owned()
    }
}

/// Links resolved as far as the path exists.
fn resolved(path: &Path) -> PathBuf {
    let path = crate::disk::normalized(path);
    let mut missing = Vec::new();
    for ancestor in path.ancestors() {
        if let Ok(found) = ancestor.canonicalize() {
            return missing.iter().rev().fold(found, |dir, name| dir.join(name));
        }
        missing.extend(ancestor.file_name());
    }
    path
}

/// hosts.toml, else the first file by name that is not hidden, else one in a directory below.
fn first_file(dir: &Path, depth: usize) -> Option<PathBuf> {
    let hosts = dir.join("hosts.toml");
    if hosts.is_file() {
        return Some(hosts);
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(dir)
        .ok()?
        .flatten()
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    let file = entries.iter().find(|path| path.is_file()).cloned();
    file.or_else(|| {
        let deeper = depth.checked_sub(1).filter(|depth| *depth > 0)?;
        entries
            .iter()
            .filter(|path| path.is_dir())
            .find_map(|path| first_file(path, deeper))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_root_and_links_resolved() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("real/docker.io")).unwrap();
        std::fs::write(root.join("real/docker.io/hosts.toml"), "").unwrap();
        let paths = Paths::new(&root);
        let shown = |path: &str| root.join(path).to_string_lossy().into_owned();
        assert_eq!(
            paths.relative(&shown("real/docker.io/./x/../hosts.toml")),
            "real/docker.io/hosts.toml"
        );
        assert_eq!(paths.relative(&shown("gone/hosts.toml")), "gone/hosts.toml");
        assert_eq!(paths.in_root("/etc/hostname"), None);
        assert_eq!(
            paths.uri(&shown("a:1/b:2 %é.crt")).text,
            "a%3A1/b:2%20%25%C3%A9.crt"
        );
        assert_eq!(paths.uri("/no/such file").text, "file:///no/such%20file");
        let stand_in = |path: &str| paths.stand_in(&shown(path)).map(|p| paths.relative(&p));
        assert_eq!(
            stand_in("real"),
            Some("real/docker.io/hosts.toml".to_owned())
        );
        assert_eq!(
            stand_in("real/docker.io/ca.crt"),
            Some("real/docker.io/hosts.toml".to_owned())
        );
        assert_eq!(
            stand_in("gone/x"),
            Some("real/docker.io/hosts.toml".to_owned())
        );
        assert_eq!(paths.stand_in("/no such/file"), None);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("real", root.join("link")).unwrap();
            assert_eq!(
                paths.relative(&shown("link/docker.io/hosts.toml")),
                "real/docker.io/hosts.toml"
            );
            std::os::unix::fs::symlink("/etc", root.join("out")).unwrap();
            assert_eq!(paths.relative(&shown("out/hostname")), "out/hostname");
        }
    }
}
