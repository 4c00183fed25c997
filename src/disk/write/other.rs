//! The same where the system has no calls relative to an open directory.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Done, Text, WriteError, refused};

/// Replaces the file, if its text is `before` or that does not matter.
pub fn replace(path: &Path, before: Option<&[u8]>, after: Text<'_>) -> Result<Done, WriteError> {
    let metadata = fs::symlink_metadata(path).map_err(refused)?;
    if metadata.is_symlink() {
        return Err(WriteError::BecameLink);
    }
    let unchanged = || match before {
        None => Ok(()),
        Some(before) => match super::super::read(path, before.len() as u64) {
            Ok(bytes) if bytes == before => Ok(()),
            _ => Err(WriteError::Changed),
        },
    };
    unchanged()?;
    if metadata.permissions().readonly() {
        return Err(WriteError::ReadOnly);
    }
    let temporary = Temporary::beside(path)?;
    temporary.fill(after)?;
    temporary.file.set_permissions(metadata.permissions())?;
    unchanged()?;
    temporary.rename(path)?;
    Ok(Done::default())
}

/// Creates a file; one that came into being meanwhile is replaced or left alone.
pub fn create(path: &Path, text: Text<'_>, may_replace: bool) -> Result<Done, WriteError> {
    if !may_replace && path.symlink_metadata().is_ok() {
        return Err(WriteError::Exists);
    }
    let temporary = Temporary::beside(path)?;
    temporary.fill(text)?;
    match may_replace {
        true => temporary.rename(path)?,
        false => fs::hard_link(&temporary.path, path).map_err(refused)?,
    }
    Ok(Done::default())
}

/// Writes to a file that is not regular; does nothing to a regular one.
pub fn write_special(path: &Path, text: Text<'_>) -> Result<bool, WriteError> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            let file = fs::OpenOptions::new().write(true).open(path)?;
            let mut file = BufWriter::new(file);
            text(&mut file)?;
            file.flush()?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    fn beside(target: &Path) -> Result<Temporary, WriteError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        for _ in 0..100 {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!(".certsd-lint-{}-{number}", std::process::id());
            let path = target.with_file_name(OsString::from(name));
            let created = File::options().write(true).create_new(true).open(&path);
            match created {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(refused(error)),
                Ok(file) => return Ok(Temporary { path, file }),
            }
        }
        Err(io::Error::other("no free name for a temporary file").into())
    }

    fn fill(&self, text: Text<'_>) -> io::Result<()> {
        let mut out = BufWriter::new(&self.file);
        text(&mut out)?;
        out.flush()?;
        self.file.sync_all()
    }

    fn rename(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After a rename there is none.
        let _ = fs::remove_file(&self.path);
    }
}

/// Directories that are written beside their places and appear there by a rename each.
pub struct NewTree {
    parent: PathBuf,
    staging: PathBuf,
    written: Vec<String>,
}

impl NewTree {
    /// Prepares for directories in `parent`, which is created if need be.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn new(parent: &Path) -> Result<NewTree, WriteError> {
        fs::create_dir_all(parent)?;
        let staging = parent.join(format!(".certsd-lint-{}-0", std::process::id()));
        fs::create_dir(&staging)?;
        Ok(NewTree {
            parent: parent.to_owned(),
            staging,
            written: Vec::new(),
        })
    }

    /// Writes a directory with one file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(
        &mut self,
        directory: &str,
        file: &'static str,
        text: &[u8],
    ) -> Result<(), WriteError> {
        let folder = self.staging.join(directory);
        fs::create_dir(&folder)?;
        self.written.push(directory.to_owned());
        fs::write(folder.join(file), text)?;
        Ok(())
    }

    /// Lets all directories appear; when one cannot, those before it are taken back.
    ///
    /// # Errors
    /// Which directory could not appear, and why.
    pub fn finish(self) -> Result<(), (String, WriteError)> {
        for (at, directory) in self.written.iter().enumerate() {
            let target = self.parent.join(directory);
            let moved = match target.symlink_metadata().is_ok() {
                true => Err(io::Error::from(ErrorKind::AlreadyExists)),
                false => fs::rename(self.staging.join(directory), &target),
            };
            if let Err(error) = moved {
                for directory in &self.written[..at] {
                    let _ = fs::remove_dir_all(self.parent.join(directory));
                }
                return Err((directory.clone(), refused(error)));
            }
        }
        Ok(())
    }
}

impl Drop for NewTree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.staging);
    }
}
