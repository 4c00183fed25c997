//! The file that becomes the new one.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{
    AtFlags, FlockOperation, Mode, OFlags, flock, linkat, openat, renameat, unlinkat,
};

use super::folder::Folder;
use crate::disk::write::Text;

/// How the names of temporary files begin. No pattern for configuration (`*.toml`), certificates or keys matches them, nor does a
/// shell's `*`.
const PREFIX: &str = ".certsd-lint-";

/// Nobody but its user may read it until it is what it is to be: it may hold credentials.
const PRIVATE: Mode = Mode::from_raw_mode(0o600);

/// A file that is removed again unless it takes its place.
pub struct Temporary<'a> {
    folder: &'a Folder,
    pub file: File,
    /// Its name, if it has one. Where the system can, it has none until it is whole, and goes with the process.
    name: Option<OsString>,
}

impl<'a> Temporary<'a> {
    /// A new file in this directory, for a rename works within one file system only.
    pub fn new(folder: &'a Folder) -> io::Result<Temporary<'a>> {
        for _ in 0..10 {
            let (file, name) = match nameless(folder) {
                Some(file) => (file, None),
                None => {
                    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
                    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                    let create = |name: &OsStr| openat(folder, name, flags, PRIVATE);
                    let (file, name) = with_a_free_name(create)?;
                    (file.into(), Some(name))
                }
            };
            // For others to see that this process lives. Where there are no locks, no file is taken for a stray.
            let _ = flock(&file, FlockOperation::NonBlockingLockExclusive);
            // Before it was locked, another process may have taken it for one.
            let is_there = match &name {
                Some(name) => folder.holds(name, &file.metadata()?),
                None => true,
            };
            if is_there {
                return Ok(Temporary { folder, file, name });
            }
        }
        Err(io::Error::other("another process removes temporary files"))
    }

    pub fn fill(&self, text: Text<'_>) -> io::Result<()> {
        let mut out = BufWriter::new(&self.file);
        text(&mut out)?;
        out.flush()
    }

    /// Puts the file in the place of the one of this name.
    pub fn replace(mut self, name: &OsStr) -> io::Result<()> {
        if self.name.is_none() {
            let (_, own) = with_a_free_name(|own| self.link(own))?;
            self.name = Some(own);
        }
        let own = self.name.as_deref().unwrap_or_default();
        renameat(self.folder, own, self.folder, name)?;
        self.name = None;
        Ok(())
    }

    /// Puts the file where none is.
    pub fn put(self, name: &OsStr) -> io::Result<()> {
        match &self.name {
            None => self.link(name)?,
            Some(own) => linkat(
                self.folder,
                own.as_os_str(),
                self.folder,
                name,
                AtFlags::empty(),
            )?,
        }
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn link(&self, name: &OsStr) -> rustix::io::Result<()> {
        let own = own_path(&self.file);
        linkat(
            rustix::fs::CWD,
            own,
            self.folder,
            name,
            AtFlags::SYMLINK_FOLLOW,
        )
    }

    #[cfg(not(target_os = "linux"))]
    fn link(&self, _: &OsStr) -> rustix::io::Result<()> {
        Err(rustix::io::Errno::NOSYS)
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // There is an error to tell already, or the file has its other name.
            let _ = unlinkat(self.folder, name.as_os_str(), AtFlags::empty());
        }
    }
}

/// Whether a name is one of a temporary file.
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
pub fn with_a_free_name<T>(
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
    Err(io::Error::other("no name is free for a temporary file"))
}

/// A file without a name, where the file system has such files and they can be given one.
#[cfg(target_os = "linux")]
fn nameless(folder: &Folder) -> Option<File> {
    let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
    let file = File::from(openat(folder, ".", flags, PRIVATE).ok()?);
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
    fn names_of_temporary_files() {
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
