//! The only place that touches the disk.

use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::Namespace;
use crate::containerd::{DirEntry, FileError};

/// What the file system says of a path besides its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileInfo {
    /// The permission bits, `None` where the system has none.
    pub mode: Option<u32>,
    /// The number of the user that it belongs to, likewise.
    pub user: Option<u32>,
    /// The number of the group that it belongs to, likewise.
    pub group: Option<u32>,
}

impl FileInfo {
    fn of(metadata: &Metadata) -> FileInfo {
        let (mode, user, group) = permissions(metadata);
        FileInfo { mode, user, group }
    }
}

/// An operating system's error as far as it decides what containerd does.
pub fn file_error(error: &io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound => FileError::NotFound,
        ErrorKind::PermissionDenied => FileError::PermissionDenied,
        ErrorKind::IsADirectory => FileError::IsDirectory,
        ErrorKind::NotADirectory => FileError::NotADirectory,
        // `ErrorKind::FilesystemLoop` is not stable; the number is the same on every Linux and BSD
        // that containerd runs on, but for macOS and FreeBSD.
        _ if matches!(error.raw_os_error(), Some(40 | 62)) => FileError::LinkLoop,
        _ => FileError::Other(error.to_string()),
    }
}

fn metadata(path: &Path) -> Result<Metadata, FileError> {
    fs::metadata(path).map_err(|error| file_error(&error))
}

pub fn stat(path: &Path) -> Result<(), FileError> {
    metadata(path).map(|_| ())
}

/// Opens a file so that neither opening nor reading it waits for anybody: some files of /proc that are regular ones by
/// their looks do, and so does a pipe that has taken the place of a file.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<fs::File> {
    fs::File::open(path)
}

/// Reads a regular file of at most `limit` bytes. Devices and pipes are refused before they are
/// opened, for opening a pipe waits for its writer.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    read_with_info(path, limit).0
}

/// The same, with what the look before it has told.
pub fn read_with_info(path: &Path, limit: u64) -> (Result<Vec<u8>, FileError>, Option<FileInfo>) {
    match metadata(path) {
        Ok(metadata) => (
            read_regular(path, &metadata, limit),
            Some(FileInfo::of(&metadata)),
        ),
        Err(error) => (Err(error), None),
    }
}

fn check(metadata: &Metadata, limit: u64) -> Result<(), FileError> {
    if metadata.is_dir() {
        return Err(FileError::IsDirectory);
    }
    if !metadata.is_file() {
        return Err(FileError::NotAFile);
    }
    if metadata.len() > limit {
        return Err(FileError::TooLarge(limit));
    }
    Ok(())
}

fn read_regular(path: &Path, metadata: &Metadata, limit: u64) -> Result<Vec<u8>, FileError> {
    check(metadata, limit)?;
    let mut file = open(path).map_err(|error| file_error(&error))?;
    // It may be another one by now.
    let opened = file.metadata().map_err(|error| file_error(&error))?;
    check(&opened, limit)?;
    let size = usize::try_from(opened.len()).unwrap_or_default();
    let mut bytes = vec![0; size + 1];
    let count = file.read(&mut bytes).unwrap_or_default();
    bytes.truncate(count);
    // Most files are read by now: as much as they have, and no more. What says nothing of its size is not, nor what grows.
    if count != size || size == 0 {
        file.take((limit + 1).saturating_sub(count as u64))
            .read_to_end(&mut bytes)
            .map_err(|error| file_error(&error))?;
    }
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge(limit));
    }
    Ok(bytes)
}

pub fn list(path: &Path) -> Result<Vec<DirEntry>, FileError> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| file_error(&error))? {
        let entry = entry.map_err(|error| file_error(&error))?;
        entries.push(DirEntry {
            name: entry.file_name().to_string_lossy().into_owned(),
            is_dir: entry.file_type().is_ok_and(|kind| kind.is_dir()),
        });
    }
    entries.sort();
    Ok(entries)
}

/// The names in a directory, and which of them are directories themselves, in no order.
pub fn entries(path: &Path) -> Result<Vec<(OsString, bool)>, FileError> {
    let entries = fs::read_dir(path).map_err(|error| file_error(&error))?;
    entries
        .map(|entry| {
            let entry = entry.map_err(|error| file_error(&error))?;
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            Ok((entry.file_name(), is_dir))
        })
        .collect()
}

/// Whether it is certain, without listing it, that a directory holds none itself: each would link to it by `..`. Some
/// file systems do not count these, and say 1.
#[cfg(unix)]
pub fn has_no_directories(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).is_ok_and(|directory| directory.nlink() == 2)
}

/// Never certain here.
#[cfg(not(unix))]
pub fn has_no_directories(_: &Path) -> bool {
    false
}

/// The names in a directory, with links followed to tell directories.
pub fn names(path: &Path) -> Result<Vec<Namespace>, FileError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| file_error(&error))? {
        let entry = entry.map_err(|error| file_error(&error))?;
        let name = entry.file_name();
        let kind = entry.file_type();
        // Only a link needs a second look.
        let is_plain = |kind: &FileType| kind.is_dir() || kind.is_file();
        let (is_dir, broken_link) = match kind {
            Ok(kind) if is_plain(&kind) => (kind.is_dir(), false),
            kind => {
                let target = fs::metadata(entry.path());
                let is_link = kind.is_ok_and(|kind| kind.is_symlink());
                let is_dir = target.as_ref().is_ok_and(Metadata::is_dir);
                (is_dir, target.is_err() && is_link)
            }
        };
        found.push(Namespace {
            name: name.to_string_lossy().into_owned(),
            utf8: name.to_str().is_some(),
            is_dir,
            broken_link,
        });
    }
    Ok(found)
}

pub fn info(path: &Path) -> Option<FileInfo> {
    fs::metadata(path).ok().map(|target| FileInfo::of(&target))
}

/// Mode, user and group.
#[cfg(unix)]
fn permissions(metadata: &Metadata) -> (Option<u32>, Option<u32>, Option<u32>) {
    use std::os::unix::fs::MetadataExt;
    let mode = metadata.mode() & 0o7777;
    (Some(mode), Some(metadata.uid()), Some(metadata.gid()))
}

#[cfg(not(unix))]
fn permissions(_: &Metadata) -> (Option<u32>, Option<u32>, Option<u32>) {
    (None, None, None)
}

/// Whether a version control folder lies in this directory or above it.
pub fn in_repository(path: &Path) -> bool {
    repository_root(path).is_some()
}

/// The nearest directory, from this one upwards, that holds a version control folder.
pub fn repository_root(path: &Path) -> Option<&Path> {
    path.ancestors().find(|dir| {
        super::names::VERSION_CONTROL
            .iter()
            .any(|name| dir.join(name).exists())
    })
}
