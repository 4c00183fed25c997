//! The only place that touches the disk.

mod directory;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "other.rs")]
mod open;
mod reach;

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::Namespace;
use crate::containerd::{DirEntry, FileError};

pub use directory::Directory;
pub use open::OpenDirectory;
use open::{open_file, open_listed};
pub use reach::Reach;

/// The metadata of a path.
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
        ErrorKind::OutOfMemory => FileError::NotByUs(error.to_string()),
        // Too many open files, of this process or of the machine: the numbers are the same on all systems.
        _ if cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24)) => {
            FileError::NotByUs(error.to_string())
        }
        // `ErrorKind::FilesystemLoop` is not stable; the number is the same on every Linux and BSD
        // that containerd runs on, but for macOS and FreeBSD.
        _ if matches!(error.raw_os_error(), Some(40 | 62)) => FileError::LinkLoop,
        _ => FileError::Other(error.to_string()),
    }
}

/// An error as containerd would have it: containerd runs as root, and certsd-lint need not.
pub fn for_containerd(error: FileError) -> FileError {
    match error {
        FileError::PermissionDenied if !is_root() => FileError::NotByUs(
            "permission denied for this user; containerd reads it as root".to_owned(),
        ),
        error => error,
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn metadata(path: &Path) -> Result<Metadata, FileError> {
    fs::metadata(path).map_err(|error| file_error(&error))
}

pub fn stat(path: &Path) -> Result<(), FileError> {
    metadata(path).map(|_| ())
}

/// Reads a regular file of at most `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    ReadFile::at(path, limit).bytes
}

/// The first bytes of a regular file, at most `count`.
pub fn beginning(path: &Path, count: u64) -> Result<Vec<u8>, FileError> {
    let io = |error| file_error(&error);
    check(&metadata(path)?, u64::MAX)?;
    let file = open_file(path).map_err(io)?;
    check(&file.metadata().map_err(io)?, u64::MAX)?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

/// Reads a file of at most `limit` bytes that a directory was just listed with as a regular one. What has taken its place since, a
/// link or a pipe, is refused.
pub fn read_listed(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let file = open_listed(path).map_err(|error| file_error(&error))?;
    ReadFile::of(file, limit).bytes
}

/// Reads a regular file that someone named, of at most `limit` bytes. No link leads out of the repository that it is in.
pub fn read_named(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    read(&Reach::of(path).resolve(path)?, limit)
}

/// Reads the same, or a pipe that the shell made: `<(…)`. Any other may have no writer.
pub fn read_named_or_piped(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    if !path.starts_with("/dev") && !path.starts_with("/proc") {
        return read_named(path, limit);
    }
    let io = |error| file_error(&error);
    if !is_pipe(&metadata(path)?) {
        return match path == Path::new("/dev/null") {
            true => Ok(Vec::new()),
            false => read(path, limit),
        };
    }
    let mut bytes = Vec::new();
    let pipe = File::open(path).map_err(io)?;
    pipe.take(limit + 1).read_to_end(&mut bytes).map_err(io)?;
    match bytes.len() as u64 > limit {
        true => Err(FileError::TooLarge(limit)),
        false => Ok(bytes),
    }
}

#[cfg(unix)]
fn is_pipe(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &Metadata) -> bool {
    false
}

/// A file that was read, or could not be.
#[derive(Debug)]
pub struct ReadFile {
    /// The contents.
    pub bytes: Result<Vec<u8>, FileError>,
    /// Mode and owner, if they were read with it.
    pub info: Option<FileInfo>,
}

impl ReadFile {
    /// Reads a regular file of at most `limit` bytes. Devices and pipes are refused before they are opened, for that alone
    /// may do something to them.
    pub(super) fn at(path: &Path, limit: u64) -> ReadFile {
        let metadata = match metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => {
                return ReadFile {
                    bytes: Err(error),
                    info: None,
                };
            }
        };
        let file = check(&metadata, limit)
            .and_then(|()| open_file(path).map_err(|error| file_error(&error)));
        match file {
            Ok(file) => ReadFile::of(file, limit),
            Err(error) => ReadFile {
                bytes: Err(error),
                info: Some(FileInfo::of(&metadata)),
            },
        }
    }

    /// Reads a file that was just opened, and may have become another one before.
    fn of(file: File, limit: u64) -> ReadFile {
        match file.metadata() {
            Ok(metadata) => ReadFile {
                bytes: read_opened(file, &metadata, limit),
                info: Some(FileInfo::of(&metadata)),
            },
            Err(error) => ReadFile {
                bytes: Err(file_error(&error)),
                info: None,
            },
        }
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

fn read_opened(mut file: File, metadata: &Metadata, limit: u64) -> Result<Vec<u8>, FileError> {
    check(metadata, limit)?;
    let size = usize::try_from(metadata.len()).unwrap_or_default();
    let mut bytes = Vec::new();
    let too_large = |_| FileError::NotByUs("not enough memory".to_owned());
    bytes.try_reserve_exact(size + 1).map_err(too_large)?;
    bytes.resize(size + 1, 0);
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

/// The type of a directory entry itself, without following links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryType {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A link to anything, or nothing.
    Link,
    /// A device, pipe or socket.
    Other,
}

fn each(path: &Path, then: impl FnMut(&OsStr, EntryType)) -> Result<OpenDirectory, FileError> {
    let directory = OpenDirectory::open(path).map_err(|error| file_error(&error))?;
    let listed = directory.each(then);
    listed.map_err(|error| file_error(&error))?;
    Ok(directory)
}

pub fn list(path: &Path) -> Result<Vec<DirEntry>, FileError> {
    Directory::open(path).map(|directory| directory.entries)
}

/// The names in a directory, with links followed to tell directories.
pub fn names(path: &Path, reach: &Reach) -> Result<Vec<Namespace>, FileError> {
    let mut found = Vec::new();
    each(path, |name, kind| {
        found.push(namespace(path, name, kind, reach));
    })?;
    Ok(found)
}

fn namespace(directory: &Path, name: &OsStr, kind: EntryType, reach: &Reach) -> Namespace {
    // Only a link needs a second look.
    let (is_dir, broken_link) = match kind {
        EntryType::Directory | EntryType::File => (kind == EntryType::Directory, false),
        EntryType::Link | EntryType::Other => {
            let target = reach.resolve(directory.join(name));
            match target.and_then(|target| metadata(&target)) {
                Ok(target) => (target.is_dir(), false),
                // An existing file is reported when it is opened.
                Err(FileError::LeadsOut) => (true, false),
                Err(_) => (false, kind == EntryType::Link),
            }
        }
    };
    Namespace {
        name: name.to_string_lossy().into_owned(),
        utf8: name.to_str().is_some(),
        is_dir,
        broken_link,
    }
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

/// Whether a version control folder is in this directory or above it.
pub fn in_repository(path: &Path) -> bool {
    repository_root(path).is_some()
}

/// The nearest directory, from this one upwards, that contains a version control folder.
pub fn repository_root(path: &Path) -> Option<&Path> {
    path.ancestors().find(|dir| {
        super::names::VERSION_CONTROL
            .iter()
            .any(|name| dir.join(name).exists())
    })
}
