//! The node's files as they are seen while one directory is looked at: each is read once, and so the same for all.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::containerd::{DirEntry, FileError, Files};
use crate::pki::CaPool;
use crate::tree::{FileInfo, Tree};

/// Larger files are read again instead of being kept.
const KEPT_FILE: usize = 256 * 1024;

/// No more than so many files are kept; a hosts.toml can name any number.
const KEPT_FILES: usize = 64;

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
    fn read(&self, data: &[u8]) -> Arc<CaPool> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = known().pools.get(data) {
            return Arc::clone(pool);
        }
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
    files: RefCell<HashMap<String, Kept>>,
    lists: RefCell<HashMap<String, Result<Vec<DirEntry>, FileError>>>,
}

struct Kept {
    bytes: Result<Vec<u8>, FileError>,
    info: Option<FileInfo>,
    authorities: Option<Arc<CaPool>>,
}

impl<'a> Reads<'a> {
    /// The files that a tree can see.
    pub fn new(tree: &'a Tree, authorities: &'a Authorities) -> Reads<'a> {
        Reads {
            tree,
            authorities,
            files: RefCell::default(),
            lists: RefCell::default(),
        }
    }

    /// Mode and owner of what is at a path.
    pub fn info(&self, path: &str) -> Option<FileInfo> {
        let known = self.files.borrow().get(path).and_then(|kept| kept.info);
        known.or_else(|| self.tree.info(path))
    }

    /// Calls `then` with the file, read now or before.
    fn kept<T>(&self, path: &str, then: impl FnOnce(&mut Kept) -> T) -> T {
        if let Some(kept) = self.files.borrow_mut().get_mut(path) {
            return then(kept);
        }
        let (bytes, info) = self.tree.read_with_info(path);
        let mut kept = Kept {
            bytes,
            info,
            authorities: None,
        };
        let answer = then(&mut kept);
        let mut files = self.files.borrow_mut();
        let is_small = kept.bytes.as_ref().map_or(0, Vec::len) <= KEPT_FILE;
        if is_small && files.len() < KEPT_FILES {
            files.insert(path.to_owned(), kept);
        }
        answer
    }
}

impl Files for Reads<'_> {
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, FileError> {
        self.kept(path, |kept| kept.bytes.clone().map(Cow::Owned))
    }

    fn authorities(&self, path: &str) -> Result<Arc<CaPool>, FileError> {
        self.kept(path, |kept| {
            let bytes = kept.bytes.as_ref().map_err(FileError::clone)?;
            let authorities = &mut kept.authorities;
            Ok(Arc::clone(
                authorities.get_or_insert_with(|| self.authorities.read(bytes)),
            ))
        })
    }

    fn stat(&self, path: &str) -> Result<(), FileError> {
        self.tree.stat(path)
    }

    fn list(&self, path: &str) -> Result<Vec<DirEntry>, FileError> {
        if let Some(list) = self.lists.borrow().get(path) {
            return list.clone();
        }
        let list = self.tree.list(path);
        let mut lists = self.lists.borrow_mut();
        lists.insert(path.to_owned(), list.clone());
        list
    }
}
