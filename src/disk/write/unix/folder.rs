//! The open directory of a file that is written.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, RawMode, flock, openat, statat};
use rustix::io::{Errno, retry_on_intr};

use super::super::{WriteError, refused};
use super::temporary;

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// A directory, and the path that it was opened by.
pub struct Folder {
    file: File,
    path: PathBuf,
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Folder {
    /// Opens a directory in whose path there is no link.
    pub fn open(path: &Path) -> Result<Folder, WriteError> {
        let opened = open_without_links(path);
        let file = opened.map_err(|error| match error {
            Errno::LOOP => WriteError::BecameLink,
            // A link in the place of a directory, where parts are opened one by one.
            Errno::NOTDIR if leads_through_link(path) => WriteError::BecameLink,
            error => refused(error.into()),
        })?;
        Ok(Folder {
            file,
            path: path.to_owned(),
        })
    }

    /// Opens a directory in it, and none that a link leads to.
    pub fn below(&self, name: impl AsRef<OsStr>) -> Result<Folder, WriteError> {
        let flags = DIRECTORY | OFlags::NOFOLLOW;
        let name = name.as_ref();
        let directory = retry_on_intr(|| openat(&self.file, name, flags, Mode::empty()))?;
        Ok(Folder {
            file: directory.into(),
            path: self.path.join(name),
        })
    }

    /// Whether anything in it has this name.
    pub fn has(&self, name: &str) -> bool {
        statat(&self.file, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// The mode of a regular file in it.
    pub fn regular(&self, name: &OsStr) -> Result<RawMode, WriteError> {
        let stat = statat(&self.file, name, AtFlags::SYMLINK_NOFOLLOW);
        let stat = stat.map_err(|error| refused(error.into()))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(stat.st_mode & 0o7777),
            FileType::Symlink => Err(WriteError::BecameLink),
            _ => Err(WriteError::Changed),
        }
    }

    /// Opens a file in it for writing, and for reading if that is wanted.
    pub fn open_to_write(&self, name: &OsStr, read: bool) -> Result<File, WriteError> {
        self.open_as(name, if read { OFlags::RDWR } else { OFlags::WRONLY })
    }

    fn open_as(&self, name: &OsStr, access: OFlags) -> Result<File, WriteError> {
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let opened = retry_on_intr(|| openat(&self.file, name, flags, Mode::empty()));
        match opened {
            Ok(file) => Ok(file.into()),
            Err(Errno::LOOP) => Err(WriteError::BecameLink),
            Err(error) => Err(refused(error.into())),
        }
    }

    /// Whether a name in it still represents this file.
    pub fn holds(&self, name: &OsStr, file: &Metadata) -> bool {
        statat(&self.file, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|stat| (stat.st_dev, stat.st_ino) == (file.dev() as _, file.ino() as _))
    }

    /// Lets the names in it outlive a power failure. Not every file system can; the files are whole anyway.
    pub fn sync(&self) {
        let _ = self.file.sync_all();
    }

    /// Whether this name in it still represents that directory.
    pub fn is_at(&self, name: &OsStr, directory: &Folder) -> bool {
        let metadata = directory.file.metadata();
        metadata.is_ok_and(|metadata| self.holds(name, &metadata))
    }

    /// Locks the directory until it is closed.
    pub fn lock(&self) -> Result<(), Errno> {
        retry_on_intr(|| flock(&self.file, FlockOperation::NonBlockingLockExclusive))
    }

    /// The same open directory.
    pub fn again(&self) -> io::Result<Folder> {
        Ok(Folder {
            file: self.file.try_clone()?,
            path: self.path.clone(),
        })
    }

    /// Removes the private directories of processes that have ended: a live one keeps a lock. Where they were.
    pub fn remove_strays(&self) -> Vec<PathBuf> {
        let user = rustix::process::geteuid().as_raw();
        let strays = self.names().into_iter().filter(|name| {
            let Ok(stray) = self.below(name) else {
                return false;
            };
            let is_own = stray.file.metadata().is_ok_and(|own| own.uid() == user);
            // Where there are no locks, none is taken for a stray.
            is_own && stray.lock().is_ok() && temporary::remove_stray(self, &stray, name).is_ok()
        });
        strays.map(|name| self.path.join(name)).collect()
    }

    /// The names in it that private directories have.
    fn names(&self) -> Vec<OsString> {
        let Ok(entries) = rustix::fs::Dir::read_from(&self.file) else {
            return Vec::new();
        };
        let names = entries.flatten();
        let names = names.filter(|entry| temporary::has_its_name(entry.file_name().to_bytes()));
        names
            .map(|entry| OsStr::from_bytes(entry.file_name().to_bytes()).to_owned())
            .collect()
    }
}

#[cfg(target_os = "linux")]
fn open_without_links(path: &Path) -> Result<File, Errno> {
    use rustix::fs::{CWD, ResolveFlags, openat2};
    let links = ResolveFlags::NO_SYMLINKS;
    let opened = retry_on_intr(|| openat2(CWD, path, DIRECTORY, Mode::empty(), links));
    match opened {
        Ok(directory) => Ok(directory.into()),
        // Before Linux 5.6, and below filters that do not know it.
        Err(Errno::NOSYS | Errno::PERM) => open_part_by_part(path),
        Err(error) => Err(error),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_without_links(path: &Path) -> Result<File, Errno> {
    open_part_by_part(path)
}

fn open_part_by_part(path: &Path) -> Result<File, Errno> {
    let start = match path.has_root() {
        true => "/",
        false => ".",
    };
    let mut directory = rustix::fs::open(start, DIRECTORY, Mode::empty())?;
    for part in path.components() {
        let name = match part {
            Component::Normal(name) => name,
            Component::ParentDir => OsStr::new(".."),
            _ => continue,
        };
        let flags = DIRECTORY | OFlags::NOFOLLOW;
        directory = retry_on_intr(|| openat(&directory, name, flags, Mode::empty()))?;
    }
    Ok(directory.into())
}

fn leads_through_link(path: &Path) -> bool {
    let mut parts = path.ancestors();
    parts.any(|part| part.symlink_metadata().is_ok_and(|part| part.is_symlink()))
}

/// Makes an error one of this module's.
impl From<Errno> for WriteError {
    fn from(error: Errno) -> WriteError {
        WriteError::Io(io::Error::from(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_is_on_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::os::unix::fs::symlink("a", root.join("link")).unwrap();
        for open in [open_without_links, open_part_by_part] {
            assert!(open(&root.join("a/b")).is_ok());
            assert!(open(&root.join("a/../a/b")).is_ok());
            for name in ["link", "link/b", "a/none", "none"] {
                assert!(open(&root.join(name)).is_err(), "{name}");
            }
        }
        let error = Folder::open(&root.join("link/b")).err();
        assert!(matches!(error, Some(WriteError::BecameLink)));
    }
}
