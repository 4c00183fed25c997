//! Writing from open directories.

mod attributes;
mod folder;
mod temporary;
mod tree;

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use super::{Done, Text, WriteError, refused};
use folder::Folder;
use temporary::Temporary;

pub use tree::NewTree;

/// Replaces the file, if its text is `before` or that does not matter.
pub fn replace(path: &Path, before: Option<&[u8]>, after: Text<'_>) -> Result<Done, WriteError> {
    let (folder, name) = open(path)?;
    let (file, metadata) = existing(&folder, name, before.is_some())?;
    let unchanged = || match before {
        Some(before) => has(&file, before),
        None => Ok(()),
    };
    unchanged()?;
    let strays = folder.remove_strays();
    let temporary = temporary(&folder)?;
    temporary.fill(after)?;
    keep_owner(&temporary.file, &metadata)?;
    attributes::copy(&file, &temporary.file)?;
    // With its last mode it can be read by others, so that comes last.
    let mode = std::fs::Permissions::from_mode(metadata.mode() & 0o7777);
    temporary.file.set_permissions(mode)?;
    temporary.file.sync_all()?;
    // As late as can be: an editor may have been at work meanwhile.
    unchanged()?;
    if !folder.holds(name, &metadata) {
        return Err(WriteError::Changed);
    }
    temporary.replace(name)?;
    folder.sync();
    Ok(Done { strays })
}

/// Creates a file; one that came into being meanwhile is replaced or left alone.
pub fn create(path: &Path, text: Text<'_>, may_replace: bool) -> Result<Done, WriteError> {
    let (folder, name) = open(path)?;
    let strays = folder.remove_strays();
    create_in(&folder, name, text, may_replace)?;
    folder.sync();
    Ok(Done { strays })
}

fn create_in(
    folder: &Folder,
    name: &OsStr,
    text: Text<'_>,
    may_replace: bool,
) -> Result<(), WriteError> {
    let temporary = temporary(folder)?;
    temporary.fill(text)?;
    let mode = Mode::from_raw_mode(0o666) & !umask();
    rustix::fs::fchmod(&temporary.file, mode).map_err(io::Error::from)?;
    temporary.file.sync_all()?;
    match may_replace {
        true => temporary.replace(name)?,
        false => temporary.put(name).map_err(refused)?,
    }
    Ok(())
}

/// Writes to a file that is not regular; does nothing to a regular one.
pub fn write_special(path: &Path, text: Text<'_>) -> Result<bool, WriteError> {
    let Ok(metadata) = path.metadata() else {
        return Ok(false);
    };
    let kind = metadata.file_type();
    if kind.is_file() {
        return Ok(false);
    }
    // A pipe that no one reads would be waited for.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let opened = std::fs::OpenOptions::new()
        .write(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(number) if kind.is_fifo() && number == rustix::io::Errno::NXIO.raw_os_error() => {
            WriteError::NoReader
        }
        _ => WriteError::Io(error),
    })?;
    let flags = rustix::fs::fcntl_getfl(&file).map_err(io::Error::from)?;
    rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK).map_err(io::Error::from)?;
    let mut file = BufWriter::new(file);
    text(&mut file)?;
    file.flush()?;
    Ok(true)
}

fn open(path: &Path) -> Result<(Folder, &OsStr), WriteError> {
    let name = path.file_name();
    let name = name.ok_or_else(|| io::Error::other("the path has no file name"))?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok((Folder::open(parent)?, name))
}

/// Opens the file that is to be replaced, if it may be.
fn existing(folder: &Folder, name: &OsStr, read: bool) -> Result<(File, Metadata), WriteError> {
    let mode = folder.regular(name)?;
    if mode & 0o222 == 0 {
        // Root may write any file, but its mode forbids it.
        return Err(WriteError::ReadOnly);
    }
    // A rename needs only permission for the directory; a user who may not write the file must not replace it.
    let file = folder
        .open_to_write(name, read)
        .map_err(|error| match error {
            WriteError::Io(error) if error.kind() == ErrorKind::PermissionDenied => {
                WriteError::Permission("it")
            }
            error => error,
        })?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(WriteError::Changed);
    }
    match metadata.nlink() {
        0 | 1 => Ok((file, metadata)),
        number => Err(WriteError::HardLinks(number)),
    }
}

/// Whether a file contains this text and no other.
fn has(mut file: &File, text: &[u8]) -> Result<(), WriteError> {
    if file.metadata()?.len() != text.len() as u64 {
        return Err(WriteError::Changed);
    }
    file.rewind()?;
    let mut found = Vec::with_capacity(text.len() + 1);
    file.take(text.len() as u64 + 1).read_to_end(&mut found)?;
    match found == text {
        true => Ok(()),
        false => Err(WriteError::Changed),
    }
}

fn temporary(folder: &Folder) -> Result<Temporary<'_>, WriteError> {
    Temporary::new(folder).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => WriteError::Permission("to its directory"),
        _ => refused(error),
    })
}

fn keep_owner(file: &File, metadata: &Metadata) -> Result<(), WriteError> {
    let new = file.metadata()?;
    let (user, group) = (metadata.uid(), metadata.gid());
    if (new.uid(), new.gid()) == (user, group) {
        return Ok(());
    }
    std::os::unix::fs::fchown(file, Some(user), Some(group)).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => WriteError::Owner,
        _ => refused(error),
    })
}

/// The mode bits that new files must not have. They can only be read by setting them; files of other threads are the closer for a moment.
fn umask() -> Mode {
    let mask = rustix::process::umask(Mode::from_raw_mode(0o077));
    rustix::process::umask(mask);
    mask
}
