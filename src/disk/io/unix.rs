//! A directory that is open, where the system has calls relative to one.

use std::ffi::{CStr, OsStr};
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, open, openat, statat};
use rustix::io::retry_on_intr;

use super::EntryType;

/// The flags to open any file: neither opening nor reading it blocks. Some files of /proc that are regular
/// ones by their looks do, and so does a pipe that has taken the place of a file.
const READING: OFlags = OFlags::NONBLOCK
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// An open directory.
#[derive(Debug)]
pub struct OpenDirectory(File);

impl OpenDirectory {
    /// Opens a directory, and nothing that is not one.
    pub fn open(path: &Path) -> io::Result<OpenDirectory> {
        let directory = retry_on_intr(|| open(path, READING | OFlags::DIRECTORY, Mode::empty()))?;
        Ok(OpenDirectory(directory.into()))
    }

    /// The same, but no directory that the last part of the path, a link, leads to.
    pub fn open_itself(path: &Path) -> io::Result<OpenDirectory> {
        let flags = READING | OFlags::DIRECTORY | OFlags::NOFOLLOW;
        let directory = retry_on_intr(|| open(path, flags, Mode::empty()))?;
        Ok(OpenDirectory(directory.into()))
    }

    /// The metadata from the file system.
    pub fn metadata(&self) -> io::Result<Metadata> {
        self.0.metadata()
    }

    /// Calls `then` with each name in it.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn each(&self, mut then: impl FnMut(&OsStr, EntryType)) -> io::Result<()> {
        // The longest name there is has 255 bytes. On the stack, since most directories are small and there are many.
        let mut buffer = [std::mem::MaybeUninit::uninit(); 8 * 1024];
        let mut entries = rustix::fs::RawDir::new(&self.0, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            self.tell(entry.file_name(), entry.file_type(), &mut then);
        }
        Ok(())
    }

    /// Calls `then` with each name in it.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub fn each(&self, mut then: impl FnMut(&OsStr, EntryType)) -> io::Result<()> {
        for entry in rustix::fs::Dir::read_from(&self.0)? {
            let entry = entry?;
            self.tell(entry.file_name(), entry.file_type(), &mut then);
        }
        Ok(())
    }

    fn tell(&self, name: &CStr, kind: FileType, then: &mut impl FnMut(&OsStr, EntryType)) {
        if matches!(name.to_bytes(), b"." | b"..") {
            return;
        }
        let kind = match kind {
            // Some file systems do not say.
            FileType::Unknown => statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)
                .map_or(kind, |entry| FileType::from_raw_mode(entry.st_mode)),
            kind => kind,
        };
        let kind = match kind {
            FileType::Directory => EntryType::Directory,
            FileType::RegularFile => EntryType::File,
            FileType::Symlink => EntryType::Link,
            _ => EntryType::Other,
        };
        then(OsStr::from_bytes(name.to_bytes()), kind);
    }

    /// Opens a file in it, but none that a link leads to.
    pub fn open_file(&self, name: &str) -> io::Result<File> {
        let flags = READING | OFlags::NOFOLLOW;
        let file = retry_on_intr(|| openat(&self.0, name, flags, Mode::empty()))?;
        Ok(file.into())
    }
}

/// Opens a file by its path, but none that a link leads to.
pub fn open_listed(path: &Path) -> io::Result<File> {
    let file = retry_on_intr(|| open(path, READING | OFlags::NOFOLLOW, Mode::empty()))?;
    Ok(file.into())
}

/// Opens a file by its path.
pub fn open_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options
        .read(true)
        .custom_flags(READING.bits().cast_signed())
        .open(path)
}
