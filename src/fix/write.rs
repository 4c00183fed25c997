//! Writing files whole or not at all.
//!
//! The new text is written to a temporary file beside the old one, synchronised, and renamed. Whoever reads the file, and
//! whoever looks after a crash, sees the old text or the new one, and nothing between.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a file was not replaced. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is not there any more.
    #[error("it is gone since it was read; nothing was written")]
    Gone,
    /// It is not what was read.
    #[error("it has changed since it was read and is left alone; run again")]
    Changed,
    /// Nobody may write it.
    #[error("it is read-only; make it writable, `chmod u+w` does, and run again")]
    ReadOnly,
    /// This user may not write it, or not its directory.
    #[error("there is no permission to write {0}; run as the user it belongs to")]
    Permission(&'static str),
    /// The file system takes no changes.
    #[error(
        "its file system is read-only; mend the file at its origin, such as the image or the ConfigMap it comes from"
    )]
    ReadOnlyFileSystem,
    /// It has other names, which a new file would not have.
    #[error(
        "it has {0} hard links, and its other names would keep the old text; unlink it from them \
         (`cp hosts.toml new && mv new hosts.toml`) and run again"
    )]
    HardLinks(u64),
    /// It belongs to somebody that this user may not give files to.
    #[error("it belongs to another user or group, and would not any more; run as root")]
    Owner,
    /// Anything else.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Replaces the text `before` of the file at `path` by `after`. Mode, owner and group stay; a link stays, and the file
/// that it leads to is replaced. Whatever it refuses, the file is as it was.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), WriteError> {
    let target = path.canonicalize().map_err(refused)?;
    let metadata = fs::metadata(&target).map_err(refused)?;
    let unchanged = || match fs::read(&target) {
        Ok(bytes) if bytes == before => Ok(()),
        Ok(_) => Err(WriteError::Changed),
        Err(error) => Err(refused(error)),
    };
    unchanged()?;
    if is_read_only(&metadata) {
        return Err(WriteError::ReadOnly);
    }
    match links(&metadata) {
        0 | 1 => {}
        number => return Err(WriteError::HardLinks(number)),
    }
    // A rename asks for the directory's permission alone; who may not write the file is not to replace it.
    fs::OpenOptions::new()
        .write(true)
        .open(&target)
        .map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => WriteError::Permission("it"),
            _ => refused(error),
        })?;
    let temporary = Temporary::beside(&target).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => WriteError::Permission("to its directory"),
        _ => refused(error),
    })?;
    temporary.fill(after)?;
    keep_owner(&temporary.file, &metadata).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => WriteError::Owner,
        _ => refused(error),
    })?;
    temporary.file.set_permissions(metadata.permissions())?;
    // As late as can be: an editor may have been at work meanwhile.
    unchanged()?;
    Ok(temporary.rename(&target)?)
}

/// Writes a file, whatever it held.
///
/// A link is kept and what it leads to is replaced; what is no regular file, such as /dev/stdout or
/// a pipe, is written to as it is.
pub fn write_atomically(path: &Path, text: &[u8]) -> io::Result<()> {
    let existing = fs::metadata(path).ok();
    if existing
        .as_ref()
        .is_some_and(|metadata| !metadata.is_file())
    {
        return fs::OpenOptions::new()
            .write(true)
            .open(path)?
            .write_all(text);
    }
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let temporary = Temporary::beside(&target)?;
    temporary.fill(text)?;
    if let Some(metadata) = existing {
        temporary.file.set_permissions(metadata.permissions())?;
    }
    temporary.rename(&target)
}

fn refused(error: io::Error) -> WriteError {
    match error.kind() {
        io::ErrorKind::NotFound => WriteError::Gone,
        io::ErrorKind::ReadOnlyFilesystem => WriteError::ReadOnlyFileSystem,
        _ => WriteError::Io(error),
    }
}

/// A file that is removed again unless it is renamed.
struct Temporary {
    path: PathBuf,
    file: File,
    is_renamed: std::cell::Cell<bool>,
}

impl Temporary {
    /// A new file in the same directory, for a rename works within one file system only.
    fn beside(target: &Path) -> io::Result<Temporary> {
        let name = target
            .file_name()
            .ok_or_else(|| io::Error::other("it names no file"))?;
        for attempt in 0..100 {
            let mut temporary = OsString::from(".");
            temporary.push(name);
            temporary.push(format!(".{}-{attempt}.tmp", std::process::id()));
            let path = target.with_file_name(temporary);
            let created = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&path);
            match created {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(file) => {
                    return Ok(Temporary {
                        path,
                        file,
                        is_renamed: false.into(),
                    });
                }
            }
        }
        Err(io::Error::other("no name is free for a temporary file"))
    }

    fn fill(&self, text: &[u8]) -> io::Result<()> {
        (&self.file).write_all(text)
    }

    /// Puts the file in the place of the target, and on the disk before it is there.
    fn rename(&self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, target)?;
        self.is_renamed.set(true);
        sync_directory(target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_renamed.get() {
            // There is an error to tell already.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Lets the rename outlive a power failure. Not every file system can; the files are whole all the same.
#[cfg(unix)]
fn sync_directory(target: &Path) -> io::Result<()> {
    if let Some(directory) = target.parent() {
        let directory = match directory.as_os_str().is_empty() {
            true => Path::new("."),
            false => directory,
        };
        let _ = File::open(directory).and_then(|directory| directory.sync_all());
    }
    Ok(())
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_read_only(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // Root may write any file; its mode says all the same that nobody is to.
    metadata.mode() & 0o222 == 0
}

#[cfg(not(unix))]
fn is_read_only(metadata: &Metadata) -> bool {
    metadata.permissions().readonly()
}

#[cfg(unix)]
fn links(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink()
}

#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}

#[cfg(unix)]
fn keep_owner(file: &File, metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    let (user, group) = (metadata.uid(), metadata.gid());
    match (new.uid(), new.gid()) == (user, group) {
        true => Ok(()),
        false => fchown(file, Some(user), Some(group)),
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leftovers(folder: &Path) -> usize {
        let names = fs::read_dir(folder).unwrap().flatten();
        names
            .filter(|e| e.file_name().to_string_lossy().ends_with(".tmp"))
            .count()
    }

    #[test]
    fn new_existing_and_linked_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("a"), "two");
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink("a", &link).unwrap();
            write_atomically(&link, b"three").unwrap();
            assert!(link.is_symlink());
            assert_eq!(read("a"), "three");
            write_atomically(Path::new("/dev/null"), b"x").unwrap();
        }
        assert_eq!(leftovers(folder.path()), 0);
    }

    #[test]
    fn a_directory_that_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_atomically(&folder.path().join("no/file"), b"").is_err());
        assert!(write_atomically(folder.path(), b"").is_err());
    }

    #[test]
    fn only_what_was_read_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(matches!(replace(&path, b"", b"x"), Err(WriteError::Gone)));
        fs::write(&path, "changed").unwrap();
        assert!(matches!(
            replace(&path, b"old", b"x"),
            Err(WriteError::Changed)
        ));
        assert_eq!(fs::read(&path).unwrap(), b"changed");
        replace(&path, b"changed", b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(leftovers(folder.path()), 0);
    }

    #[cfg(unix)]
    #[test]
    fn mode_and_links_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a", &link).unwrap();
        replace(&link, b"old", b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(&path), 0o640);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        assert!(matches!(
            replace(&path, b"new", b"x"),
            Err(WriteError::ReadOnly)
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        fs::hard_link(&path, folder.path().join("twin")).unwrap();
        assert!(matches!(
            replace(&path, b"new", b"x"),
            Err(WriteError::HardLinks(2))
        ));
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(leftovers(folder.path()), 0);
    }
}
