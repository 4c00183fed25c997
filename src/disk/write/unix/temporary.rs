//! The file that becomes the new one.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{AtFlags, Mode, OFlags, linkat, mkdirat, openat, renameat, unlinkat};
use rustix::io::Errno;

use super::folder::Folder;
use crate::disk::write::Text;

/// How the names of private directories begin. No pattern for configuration (`*.toml`), certificates or keys matches them, nor does a
/// shell's `*`.
const PREFIX: &str = ".certsd-lint-";

/// The name of a file in a private directory.
const NAME: &str = "new";

/// The written text may be a secret until it has the mode of the file that it replaces.
const OWN_FILE: Mode = Mode::from_raw_mode(0o600);
const OWN_DIRECTORY: Mode = Mode::from_raw_mode(0o700);

/// A file that is removed again unless it takes its place.
pub struct Temporary<'a> {
    folder: &'a Folder,
    pub file: File,
    /// Where it has a name, if it has one. Where the system can, it has none until it is whole, and goes with the process.
    private: Option<Private>,
}

impl<'a> Temporary<'a> {
    /// A new file in this directory, for a rename works within one file system only.
    pub fn new(folder: &'a Folder) -> io::Result<Temporary<'a>> {
        if let Some(file) = nameless(folder) {
            return Ok(Temporary {
                folder,
                file,
                private: None,
            });
        }
        let private = Private::new(folder)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&private.inside, NAME, flags, OWN_FILE)?;
        Ok(Temporary {
            folder,
            file: file.into(),
            private: Some(private),
        })
    }

    pub fn fill(&self, text: Text<'_>) -> io::Result<()> {
        let mut out = BufWriter::new(&self.file);
        text(&mut out)?;
        out.flush()
    }

    /// Puts the file in the place of the one of this name.
    pub fn replace(mut self, name: &OsStr) -> io::Result<()> {
        let private = match self.private.take() {
            Some(private) => private,
            None => {
                let private = Private::new(self.folder)?;
                self.link(&private.inside, OsStr::new(NAME))?;
                private
            }
        };
        renameat(&private.inside, NAME, self.folder, name)?;
        Ok(())
    }

    /// Puts the file where none is.
    pub fn put(self, name: &OsStr) -> io::Result<()> {
        match &self.private {
            None => self.link(self.folder, name)?,
            Some(private) => linkat(&private.inside, NAME, self.folder, name, AtFlags::empty())?,
        }
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn link(&self, folder: &Folder, name: &OsStr) -> rustix::io::Result<()> {
        let own = own_path(&self.file);
        linkat(rustix::fs::CWD, own, folder, name, AtFlags::SYMLINK_FOLLOW)
    }

    #[cfg(not(target_os = "linux"))]
    fn link(&self, _: &Folder, _: &OsStr) -> rustix::io::Result<()> {
        Err(rustix::io::Errno::NOSYS)
    }
}

/// A directory that only its user may enter, and that goes with the value. A file in it may have the mode that it is to end with, and
/// yet a killed run leaves nothing that others can read.
pub struct Private {
    parent: Folder,
    name: OsString,
    /// The open directory. It is locked, so that other processes see that this one is at work.
    pub inside: Folder,
}

impl Private {
    /// A new directory in `parent`.
    pub fn new(parent: &Folder) -> io::Result<Private> {
        for _ in 0..10 {
            let ((), name) = with_a_free_name(|name| mkdirat(parent, name, OWN_DIRECTORY))?;
            // Until it is locked, another process may take it for a stray and remove it.
            if let Ok(inside) = parent.below(&name)
                && inside.lock() != Err(Errno::WOULDBLOCK)
                && parent.is_at(&name, &inside)
            {
                return Ok(Private {
                    parent: parent.again()?,
                    name,
                    inside,
                });
            }
        }
        Err(io::Error::other(
            "another process removes temporary directories",
        ))
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        // There is an error to tell already, or the file is in its place.
        let _ = remove_stray(&self.parent, &self.inside, &self.name);
    }
}

/// Removes a private directory and the file in it.
pub fn remove_stray(parent: &Folder, inside: &Folder, name: &OsStr) -> rustix::io::Result<()> {
    let _ = unlinkat(inside, NAME, AtFlags::empty());
    unlinkat(parent, name, AtFlags::REMOVEDIR)
}

/// Whether a name is one of a private directory.
pub fn has_its_name(name: &[u8]) -> bool {
    let numbers = name.strip_prefix(PREFIX.as_bytes());
    numbers.is_some_and(|numbers| {
        let mut parts = numbers.split(|byte| *byte == b'-');
        let mut is_number = || {
            let part = parts.next();
            part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
        };
        is_number() && is_number() && parts.next().is_none()
    })
}

/// Tries names that no other process has, nor another thread of this one.
fn with_a_free_name<T>(
    mut create: impl FnMut(&OsStr) -> rustix::io::Result<T>,
) -> io::Result<(T, OsString)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..100 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = OsString::from(format!("{PREFIX}{}-{number}", std::process::id()));
        match create(&name).map_err(io::Error::from) {
            Ok(created) => return Ok((created, name)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("no free name for a temporary directory"))
}

/// A file without a name, where the file system has such files and they can be given one.
#[cfg(target_os = "linux")]
fn nameless(folder: &Folder) -> Option<File> {
    let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
    let file = File::from(openat(folder, ".", flags, OWN_FILE).ok()?);
    std::path::Path::new(&own_path(&file))
        .symlink_metadata()
        .ok()?;
    Some(file)
}

#[cfg(target_os = "linux")]
fn own_path(file: &File) -> String {
    use std::os::fd::AsRawFd;
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Folder) -> Option<File> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_private_directories() {
        assert!(has_its_name(b".certsd-lint-12-0"));
        for name in [
            ".certsd-lint.toml",
            ".certsd-lint-1",
            ".certsd-lint-1-",
            ".certsd-lint-1-2-3",
            ".certsd-lint-a-1",
            "certsd-lint-1-2",
        ] {
            assert!(!has_its_name(name.as_bytes()), "{name}");
        }
    }
}
