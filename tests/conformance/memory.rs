//! A file system in memory: the model needs no other.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use certsd_lint::containerd::{DirEntry, FileError, Files};
use certsd_lint::go::path;

use super::vectors::Case;

/// Where the config path of every case is.
pub const ROOT: &str = "/certs.d";

/// The files of a case.
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    directories: BTreeSet<String>,
}

impl Memory {
    pub fn new(case: &Case) -> Memory {
        Memory::with(case, |bytes| bytes)
    }

    /// The files of a case, each with its bytes changed.
    pub fn with<E>(case: &Case<E>, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Memory {
        let mut memory = Memory {
            files: BTreeMap::new(),
            directories: BTreeSet::from(["/".to_owned(), ROOT.to_owned()]),
        };
        for (name, content) in &case.files {
            let path = path::join(ROOT, name);
            let parents = path.match_indices('/').map(|(i, _)| path[..i].to_owned());
            memory.directories.extend(parents.filter(|p| !p.is_empty()));
            match content {
                Some(content) => drop(memory.files.insert(path, change(content.bytes()))),
                None => drop(memory.directories.insert(path)),
            }
        }
        memory
    }

    /// A part of the path that is a file makes the whole no directory.
    fn blocked(&self, path: &str) -> bool {
        path.match_indices('/')
            .any(|(i, _)| i > 0 && self.files.contains_key(&path[..i]))
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, FileError> {
        let path = path::clean(path);
        match self.files.get(&path) {
            Some(bytes) => Ok(Cow::Borrowed(bytes)),
            None if self.directories.contains(&path) => Err(FileError::IsDirectory),
            None if self.blocked(&path) => Err(FileError::NotADirectory),
            None => Err(FileError::NotFound),
        }
    }

    fn stat(&self, path: &str) -> Result<(), FileError> {
        match self.read(path) {
            Ok(_) | Err(FileError::IsDirectory) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<DirEntry>, FileError> {
        let path = path::clean(path);
        if !self.directories.contains(&path) {
            let missing = !self.files.contains_key(&path) && !self.blocked(&path);
            return Err(if missing {
                FileError::NotFound
            } else {
                FileError::NotADirectory
            });
        }
        let below = |full: &str| {
            let name = full.strip_prefix(&path)?.strip_prefix('/')?;
            (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
        };
        let files = self.files.keys().filter_map(|p| Some((below(p)?, false)));
        let directories = self
            .directories
            .iter()
            .filter_map(|p| Some((below(p)?, true)));
        let mut entries: Vec<DirEntry> = files
            .chain(directories)
            .map(|(name, is_dir)| DirEntry { name, is_dir })
            .collect();
        entries.sort();
        Ok(entries)
    }
}
