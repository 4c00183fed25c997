//! Writing files whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file so that whoever reads it sees the old text or the new one, and nothing between.
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
    let (temporary, mut file) = create_beside(&target)?;
    let written = file
        .write_all(text)
        .and_then(|()| match existing {
            Some(metadata) => file.set_permissions(metadata.permissions()),
            None => Ok(()),
        })
        .and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A new file in the same directory, for a rename works within one file system only.
fn create_beside(target: &Path) -> io::Result<(PathBuf, fs::File)> {
    let name = target
        .file_name()
        .ok_or_else(|| io::Error::other("it names no file"))?;
    for attempt in 0..100 {
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let temporary = target.with_file_name(temporary);
        let created = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary);
        match created {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((temporary, file)),
        }
    }
    Err(io::Error::other("no name is free for a temporary file"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let names = fs::read_dir(folder.path()).unwrap();
        assert!(
            names
                .flatten()
                .all(|e| !e.file_name().to_string_lossy().ends_with(".tmp"))
        );
    }

    #[test]
    fn a_directory_that_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_atomically(&folder.path().join("no/file"), b"").is_err());
        assert!(write_atomically(folder.path(), b"").is_err());
    }
}
