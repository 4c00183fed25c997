//! The node's files as they are seen while one directory is looked at: each is read once, and so the same for all.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use elsa::FrozenVec;

use super::budget::Budget;
use crate::containerd::{DirEntry, FileError, Files};
use crate::disk::{Directory, FileInfo, ReadFile, Tree};
use crate::go::x509::CaPool;

/// So many bytes are kept, and at least one file; those beyond are read again when they are asked for.
const KEPT_BYTES: usize = 32 * 1024 * 1024;

/// No more than so many files are kept; a hosts.toml can name any number.
const KEPT_FILES: usize = 256;

/// So many bytes of certificate files are known again.
const KNOWN_BYTES: usize = 4 * 1024 * 1024;

/// The certificate files that were parsed, by what is in them: many directories have a copy of the same one.
#[derive(Default)]
pub struct Authorities {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    pools: HashMap<Box<[u8]>, Arc<CaPool>>,
    bytes: usize,
}

impl Authorities {
    fn read(&self, data: &[u8], budget: &Budget) -> Arc<CaPool> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = known().pools.get(data) {
            return Arc::clone(pool);
        }
        budget.parsed(data.len());
        let pool = Arc::new(CaPool::read(data));
        let known = &mut *known();
        if known.bytes + data.len() <= KNOWN_BYTES {
            known.bytes += data.len();
            known.pools.insert(data.into(), Arc::clone(&pool));
        }
        pool
    }
}

/// The node's files; see the module.
pub struct Reads<'a> {
    tree: &'a Tree,
    authorities: &'a Authorities,
    budget: &'a Budget,
    /// How often a file was requested.
    questions: Cell<usize>,
    /// The bytes of the files that are kept.
    bytes: Cell<usize>,
    path: String,
    directory: Result<Directory, FileError>,
    /// The files that are kept, which are lent while more are read.
    files: FrozenVec<Box<Kept>>,
}

/// A file that was read.
struct Kept {
    path: String,
    file: ReadFile,
    authorities: OnceCell<Arc<CaPool>>,
}

/// A requested file.
enum Asked<'a> {
    /// Read now or before, and kept.
    Kept(&'a Kept),
    /// Read, and too large to be kept, or one too many.
    Passing(Kept),
}

impl<'a> Reads<'a> {
    /// The files that a tree can see, while one looks at this directory of it, a path of the node.
    pub fn new(
        tree: &'a Tree,
        path: String,
        authorities: &'a Authorities,
        budget: &'a Budget,
    ) -> Reads<'a> {
        Reads {
            tree,
            authorities,
            budget,
            questions: Cell::new(0),
            bytes: Cell::new(0),
            directory: tree.open_directory(&path),
            path,
            files: FrozenVec::new(),
        }
    }

    /// The directory that is looked at, as a path of the node.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The sorted names in a directory; empty if it cannot be listed.
    pub fn entries(&self) -> &[DirEntry] {
        match &self.directory {
            Ok(directory) => &directory.entries,
            Err(_) => &[],
        }
    }

    /// Mode and owner of the file or directory at a path.
    pub fn info(&self, path: &str) -> Option<FileInfo> {
        if let (true, Ok(directory)) = (path == self.path, &self.directory) {
            return directory.info();
        }
        let known = self.kept(path).and_then(|kept| kept.file.info);
        known.or_else(|| self.tree.info(path))
    }

    fn kept(&self, path: &str) -> Option<&Kept> {
        self.files.iter().find(|kept| kept.path == path)
    }

    fn ask(&self, path: &str) -> Asked<'_> {
        self.questions.set(self.questions.get() + 1);
        self.budget.asked(self.questions.get());
        if let Some(kept) = self.kept(path) {
            return Asked::Kept(kept);
        }
        let name = path
            .strip_prefix(self.path.as_str())
            .and_then(|rest| rest.strip_prefix('/'));
        let file = match self.budget.is_spent() {
            true => {
                self.budget.refuse();
                let bytes = Err(FileError::Spent);
                ReadFile { bytes, info: None }
            }
            false => {
                let within = self.directory.as_ref().ok().zip(name);
                self.tree.read_file(path, within)
            }
        };
        let length = file.bytes.as_ref().map_or(0, Vec::len);
        self.budget.read(path, length);
        let read = Kept {
            path: path.to_owned(),
            file,
            authorities: OnceCell::new(),
        };
        let bytes = self.bytes.get() + length;
        let is_small = bytes <= KEPT_BYTES || self.files.is_empty();
        match is_small && self.files.len() < KEPT_FILES {
            true => {
                self.bytes.set(bytes);
                Asked::Kept(self.files.push_get(Box::new(read)))
            }
            false => Asked::Passing(read),
        }
    }
}

impl Files for Reads<'_> {
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, FileError> {
        match self.ask(path) {
            Asked::Kept(kept) => match &kept.file.bytes {
                Ok(bytes) => Ok(Cow::Borrowed(bytes)),
                Err(error) => Err(error.clone()),
            },
            Asked::Passing(read) => read.file.bytes.map(Cow::Owned),
        }
    }

    fn authorities(&self, path: &str) -> Result<Arc<CaPool>, FileError> {
        match self.ask(path) {
            Asked::Kept(kept) => {
                let bytes = kept.file.bytes.as_ref().map_err(FileError::clone)?;
                let authorities = &kept.authorities;
                Ok(Arc::clone(
                    authorities.get_or_init(|| self.authorities.read(bytes, self.budget)),
                ))
            }
            Asked::Passing(read) => Ok(self.authorities.read(&read.file.bytes?, self.budget)),
        }
    }

    fn stat(&self, path: &str) -> Result<(), FileError> {
        self.tree.stat(path)
    }

    fn list(&self, path: &str) -> Result<Vec<DirEntry>, FileError> {
        if path != self.path {
            return self.tree.list(path);
        }
        match &self.directory {
            Ok(directory) => Ok(directory.entries.clone()),
            Err(error) => Err(error.clone()),
        }
    }
}
