//! The same where the system has no calls relative to an open directory: it is looked at by its path.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::EntryType;

/// A directory.
#[derive(Debug)]
pub struct OpenDirectory(PathBuf);

impl OpenDirectory {
    /// Takes a directory, and nothing that is not one.
    pub fn open(path: &Path) -> io::Result<OpenDirectory> {
        fs::read_dir(path).map(|_| OpenDirectory(path.to_owned()))
    }

    /// The same, but no directory that the last part of the path, a link, leads to.
    pub fn open_itself(path: &Path) -> io::Result<OpenDirectory> {
        match fs::symlink_metadata(path)?.is_symlink() {
            true => Err(io::Error::other("it is a link")),
            false => OpenDirectory::open(path),
        }
    }

    /// The metadata from the file system.
    pub fn metadata(&self) -> io::Result<Metadata> {
        fs::metadata(&self.0)
    }

    /// Calls `then` with each name in it.
    pub fn each(&self, mut then: impl FnMut(&OsStr, EntryType)) -> io::Result<()> {
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_dir() => EntryType::Directory,
                Ok(kind) if kind.is_file() => EntryType::File,
                Ok(kind) if kind.is_symlink() => EntryType::Link,
                _ => EntryType::Other,
            };
            then(&entry.file_name(), kind);
        }
        Ok(())
    }

    /// Opens a file in it.
    pub fn open_file(&self, name: &str) -> io::Result<File> {
        open_file(&self.0.join(name))
    }
}

/// Opens a file by its path.
pub fn open_file(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens a file by its path, but none that a link leads to.
pub fn open_listed(path: &Path) -> io::Result<File> {
    match path.symlink_metadata()?.is_file() {
        true => open_file(path),
        false => Err(io::ErrorKind::NotFound.into()),
    }
}
