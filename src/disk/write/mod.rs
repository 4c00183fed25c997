//! Writing files whole or not at all: the one way in which this program changes a disk.
//!
//! A file's new text is written to a temporary file in the same directory, brought to the disk, and renamed. A reader, even
//! after a crash, sees the old text or the new one, and nothing between. The directory is opened once,
//! with no link in its path that was not followed when the file was read, and all else is done from it.

#[cfg_attr(unix, path = "unix/mod.rs")]
#[cfg_attr(not(unix), path = "other.rs")]
mod system;
mod together;

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Reach;
use crate::containerd::FileError;

pub use system::NewTree;
pub use together::{Replacement, replace_all};

/// Why a file was not written. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is not there any more.
    #[error("it was deleted after it was read; nothing was written")]
    Gone,
    /// It is not what was read.
    #[error("it changed after it was read, and was not written; run again")]
    Changed,
    /// It, or a directory on its path, has become a link.
    #[error(
        "it, or a directory on its path, was replaced by a link after it was read; it was not written"
    )]
    BecameLink,
    /// No one may write it.
    #[error("it is read-only; make it writable (`chmod u+w`) and run again")]
    ReadOnly,
    /// This user may not write it, or not its directory.
    #[error("no permission to write {0}; run as its owner")]
    Permission(&'static str),
    /// The file system takes no changes.
    #[error(
        "its file system is read-only; change the file at its source, such as the image or the ConfigMap"
    )]
    ReadOnlyFileSystem,
    /// It has other names, which a new file would not have. To write it in place would keep them, and a reader, or a crash, could
    /// then meet half of the text.
    #[error(
        "it has {0} hard links, and its other names would keep the old text; separate it from them \
         (`cp hosts.toml new && mv new hosts.toml`) and run again"
    )]
    HardLinks(u64),
    /// It belongs to someone that this user may not give files to.
    #[error("writing it would change its owner or group; run as root")]
    Owner,
    /// An access control list, user attribute or security label that the new file would not have.
    #[error("its attribute `{0}` would be lost; edit the file by hand, or remove the attribute")]
    Attribute(String),
    /// It is there already, and is not to be replaced.
    #[error("it already exists and was not changed")]
    Exists,
    /// It is a link, and nothing is there that it leads to.
    #[error("it is a dangling link")]
    LeadsNowhere,
    /// It is a link out of the repository.
    #[error("a link leads out of the repository, and is not followed")]
    LeadsOut,
    /// A pipe without a reader.
    #[error("it is a pipe without a reader")]
    NoReader,
    /// Anything else.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The function that writes the text of a file.
pub type Text<'a> = &'a dyn Fn(&mut dyn Write) -> io::Result<()>;

/// Leftovers beside a file that was written.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Done {
    /// Temporary files of runs that were interrupted, which were removed.
    pub strays: Vec<PathBuf>,
}

/// Replaces the text `before` of the file at `path` by `after`. No part of the path may be a link. Mode, owner, group and
/// attributes stay. Whatever is refused, the file is as it was.
///
/// # Errors
/// When the file is not what was read, or would lose something that it has.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<Done, WriteError> {
    system::replace(path, Some(before), &|out| out.write_all(after))
}

/// Writes a file, whatever it held.
///
/// A link is kept and what it leads to is replaced, unless it leads out of the repository; what is not a regular file, such as
/// /dev/stdout or a pipe, is written to as it is.
///
/// # Errors
/// When it cannot be written, or would lose something that it has.
pub fn write(path: &Path, text: &[u8]) -> Result<Done, WriteError> {
    write_with(path, &|out| out.write_all(text))
}

/// Writes a file while its text is made. When that fails, the file is as it was.
///
/// # Errors
/// As for [`write()`], and those of the text.
pub fn write_with(path: &Path, text: Text<'_>) -> Result<Done, WriteError> {
    if system::write_special(path, text)? {
        return Ok(Done::default());
    }
    match real(path)? {
        Real::There(path) => system::replace(&path, None, text),
        Real::New(path) => system::create(&path, text, true),
    }
}

/// Writes a file that is not there yet.
///
/// # Errors
/// When it is there, or cannot be written.
pub fn create(path: &Path, text: &[u8]) -> Result<Done, WriteError> {
    system::create(&with_real_parent(path)?, &|out| out.write_all(text), false)
}

/// The place of a file that is to be written, without links in its path.
enum Real {
    There(PathBuf),
    New(PathBuf),
}

fn real(path: &Path) -> Result<Real, WriteError> {
    match path.canonicalize() {
        Ok(real) => match Reach::of(path).resolve(path) {
            Err(FileError::LeadsOut) => Err(WriteError::LeadsOut),
            _ => Ok(Real::There(real)),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {
            match path.symlink_metadata().is_ok() {
                true => Err(WriteError::LeadsNowhere),
                false => with_real_parent(path).map(Real::New),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn with_real_parent(path: &Path) -> Result<PathBuf, WriteError> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::other("the path has no file name"))?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if Reach::of(parent).resolve(parent) == Err(FileError::LeadsOut) {
        return Err(WriteError::LeadsOut);
    }
    Ok(parent.canonicalize()?.join(name))
}

/// A text by which the same file is known under all its names: `x`, `./x`, a link to it.
pub fn identity(path: &Path) -> PathBuf {
    path.canonicalize()
        .or_else(|_| with_real_parent(path))
        .unwrap_or_else(|_| super::absolute(path))
}

fn refused(error: io::Error) -> WriteError {
    match error.kind() {
        ErrorKind::NotFound => WriteError::Gone,
        ErrorKind::ReadOnlyFilesystem => WriteError::ReadOnlyFileSystem,
        ErrorKind::AlreadyExists => WriteError::Exists,
        _ => WriteError::Io(error),
    }
}

#[cfg(test)]
mod tests;
