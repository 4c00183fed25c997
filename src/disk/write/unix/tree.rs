//! New directories with a file in each, all or none of them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, RenameFlags, mkdirat, renameat, renameat_with, unlinkat};
use rustix::io::Errno;

use super::folder::Folder;
use super::temporary::Private;
use super::{WriteError, create_in, umask};

/// Directories that are written beside their places and appear there by a rename each.
pub struct NewTree {
    parent: Folder,
    staging: Private,
    written: Vec<(String, &'static str)>,
    /// Behind `staging`, for it has to be empty when it goes.
    new_parent: NewParent,
}

/// The parent, if it was created for a tree: it goes with the tree, unless that is finished.
struct NewParent(Option<PathBuf>);

impl Drop for NewParent {
    fn drop(&mut self) {
        if let Some(parent) = &self.0 {
            let _ = fs::remove_dir(parent);
        }
    }
}

impl NewTree {
    /// Prepares for directories in `parent`, which is created if need be.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn new(parent: &Path) -> Result<NewTree, WriteError> {
        let new_parent = NewParent((!parent.exists()).then(|| parent.to_owned()));
        fs::create_dir_all(parent)?;
        let (folder, staging) = NewTree::prepare(parent)?;
        Ok(NewTree {
            parent: folder,
            staging,
            written: Vec::new(),
            new_parent,
        })
    }

    fn prepare(parent: &Path) -> Result<(Folder, Private), WriteError> {
        let path = parent.canonicalize()?;
        let folder = Folder::open(&path)?;
        let staging = Private::new(&folder)?;
        Ok((folder, staging))
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
        let staging = &self.staging.inside;
        mkdirat(staging, directory, mode)?;
        let folder = staging.below(directory)?;
        self.written.push((directory.to_owned(), file));
        create_in(&folder, OsStr::new(file), &|out| out.write_all(text), false)?;
        folder.sync();
        Ok(())
    }

    /// Lets all directories appear; when one cannot, those before it are taken back.
    ///
    /// # Errors
    /// Which directory could not appear, and why.
    pub fn finish(mut self) -> Result<(), (String, WriteError)> {
        self.staging.inside.sync();
        for at in 0..self.written.len() {
            let (directory, _) = &self.written[at];
            if let Err(error) = appear(&self.staging.inside, &self.parent, directory) {
                let error = (directory.clone(), super::refused(error.into()));
                for (directory, file) in self.written.drain(..at) {
                    remove(&self.parent, &directory, file);
                }
                return Err(error);
            }
        }
        self.written.clear();
        self.new_parent.0 = None;
        self.parent.sync();
        Ok(())
    }
}

impl Drop for NewTree {
    fn drop(&mut self) {
        for (directory, file) in &self.written {
            remove(&self.staging.inside, directory, file);
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
