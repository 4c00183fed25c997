//! New directories with a file in each, all or none of them.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, RenameFlags, mkdirat, renameat, renameat_with, unlinkat};
use rustix::io::Errno;

use super::folder::Folder;
use super::temporary::with_a_free_name;
use super::{WriteError, create_in, umask};

/// Directories that are written beside their places and appear there by a rename each.
pub struct NewTree {
    parent: Folder,
    /// Whether the parent came into being for this.
    is_new: Option<PathBuf>,
    staging: Folder,
    staging_name: OsString,
    written: Vec<(String, &'static str)>,
}

impl NewTree {
    /// Prepares for directories in `parent`, which is created if need be.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn new(parent: &Path) -> Result<NewTree, WriteError> {
        let is_new = (!parent.exists()).then(|| parent.to_owned());
        fs::create_dir_all(parent)?;
        let prepared = NewTree::prepare(parent);
        let (folder, staging, staging_name) = prepared.inspect_err(|_| {
            if is_new.is_some() {
                let _ = fs::remove_dir(parent);
            }
        })?;
        Ok(NewTree {
            parent: folder,
            is_new,
            staging,
            staging_name,
            written: Vec::new(),
        })
    }

    fn prepare(parent: &Path) -> Result<(Folder, Folder, OsString), WriteError> {
        let path = parent.canonicalize()?;
        let folder = Folder::open(&path)?;
        let private = Mode::from_raw_mode(0o700);
        let ((), name) = with_a_free_name(|name| mkdirat(&folder, name, private))?;
        let staging = Folder::open(&path.join(&name))?;
        Ok((folder, staging, name))
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
        let mode = Mode::from_raw_mode(0o777) & !umask();
        mkdirat(&self.staging, directory, mode)?;
        self.written.push((directory.to_owned(), file));
        let folder = self.staging.below(directory)?;
        create_in(&folder, OsStr::new(file), &|out| out.write_all(text), false)?;
        folder.sync();
        Ok(())
    }

    /// Lets all directories appear; when one cannot, those before it are taken back.
    ///
    /// # Errors
    /// Which directory could not appear, and why.
    pub fn finish(mut self) -> Result<(), (String, WriteError)> {
        self.staging.sync();
        for at in 0..self.written.len() {
            let (directory, _) = &self.written[at];
            if let Err(error) = appear(&self.staging, &self.parent, directory) {
                let error = (directory.clone(), super::refused(error.into()));
                for (directory, file) in self.written.drain(..at) {
                    remove(&self.parent, &directory, file);
                }
                return Err(error);
            }
        }
        self.written.clear();
        self.is_new = None;
        self.parent.sync();
        Ok(())
    }
}

impl Drop for NewTree {
    fn drop(&mut self) {
        for (directory, file) in &self.written {
            remove(&self.staging, directory, file);
        }
        let _ = unlinkat(
            &self.parent,
            self.staging_name.as_os_str(),
            AtFlags::REMOVEDIR,
        );
        if let Some(parent) = &self.is_new {
            let _ = fs::remove_dir(parent);
        }
    }
}

/// Moves a directory to where none is.
fn appear(from: &Folder, to: &Folder, name: &str) -> Result<(), Errno> {
    match renameat_with(from, name, to, name, RenameFlags::NOREPLACE) {
        // An empty directory would give way to a rename.
        Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => match to.has(name) {
            true => Err(Errno::EXIST),
            false => renameat(from, name, to, name),
        },
        result => result,
    }
}

fn remove(folder: &Folder, directory: &str, file: &str) {
    if let Ok(inner) = folder.below(directory) {
        let _ = unlinkat(&inner, file, AtFlags::empty());
    }
    let _ = unlinkat(folder, directory, AtFlags::REMOVEDIR);
}
